"""A problem: what a file describes, checked and typed."""

from backpropcli.problem.data import Problem
from backpropcli.problem.load import load_problem, problem_from_text

__all__ = ["Problem", "load_problem", "problem_from_text"]
