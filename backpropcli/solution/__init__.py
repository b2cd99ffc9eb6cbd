"""The numbers of a problem: every pass, totals over examples, updates and definitions."""

from backpropcli.solution.run import Run, StepRun
from backpropcli.solution.solve import Solution, solve

__all__ = ["Run", "Solution", "StepRun", "solve"]
