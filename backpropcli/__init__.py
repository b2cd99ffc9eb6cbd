"""Solve backpropagation homework step by step, and check answers to it.

``load_problem(path)`` reads a problem file, ``solve(problem)`` works out every value and every
gradient, ``check(problem, answers)`` judges an answers file and names the mistakes, and
``grade(folder, problem)`` judges a class; the command ``backprop`` prints the same objects.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backpropcli.checking.check import check
    from backpropcli.checking.data import CheckReport
    from backpropcli.grading.run import grade
    from backpropcli.problem import Problem, load_problem
    from backpropcli.solution import Solution, solve

__version__ = "0.1.0"
__all__ = [
    "CheckReport",
    "Problem",
    "Solution",
    "__version__",
    "check",
    "grade",
    "load_problem",
    "solve",
]

_HOMES = {
    "CheckReport": "backpropcli.checking.data",
    "check": "backpropcli.checking.check",
    "grade": "backpropcli.grading.run",
    "Problem": "backpropcli.problem",
    "load_problem": "backpropcli.problem",
    "Solution": "backpropcli.solution",
    "solve": "backpropcli.solution",
}


def __dir__() -> list[str]:
    return list(__all__)


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used, so that ``--help`` starts fast."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
