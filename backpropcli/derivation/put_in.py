"""The numbers of a problem put into a formula, as the last lines of its derivation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from backpropcli.derivation.data import Line
from backpropcli.evaluate.floats import evaluate
from backpropcli.language.nodes import Expr, Number, names
from backpropcli.ops.entry import Array
from backpropcli.solution import Solution


def numbers(solution: Solution, formula: Expr) -> list[Line]:
    """The formula with its numbers and the result; nothing where a number is missing.

    With ``examples`` the numbers are those of the first.
    """
    values = values_of(solution)
    used = names(formula)
    if not all(name in values for name in used):
        return []
    result = np.asarray(evaluate(formula, {name: np.asarray(values[name]) for name in used}))
    if not np.isfinite(result).all():
        return []
    last = Line(Number(0), value=result + 0.0)  # no -0.0
    if not used:
        return []
    return [Line(formula, "numbers put in", {n: values[n] for n in used}), last]


def values_of(solution: Solution) -> Mapping[str, Array]:
    """The numbers that are put in."""
    run = solution.examples[0] if solution.examples else solution.total
    return run.values


def numbers_note(solution: Solution) -> list[str]:
    """Which example the numbers belong to, where there are several."""
    count = len(solution.examples)
    if count < 2:
        return []
    total = "mean" if solution.problem.reduce == "mean" else "sum"
    return [
        "The derivation is the same for every example; the numbers are those of example 1. "
        f"The total is the {total} over the {count} examples."
    ]
