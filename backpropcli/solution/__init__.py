"""The numbers of a problem: every pass, totals over examples, updates and definitions."""

from backpropcli.solution.run import Run
from backpropcli.solution.solve import Solution, solve

__all__ = ["Run", "Solution", "solve"]
