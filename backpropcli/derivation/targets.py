"""Targets of a cross-entropy: whether their classes add up to 1."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from backpropcli.language.nodes import Apply, Expr, Name, is_op
from backpropcli.ops.entry import Array
from backpropcli.problem.data import Given, Problem

NEAR = 1e-9  # how far the sum of a target's row may be from 1


class Targets:
    """Which values of a problem are targets whose classes add up to 1."""

    def __init__(self, problem: Problem, renamed: Mapping[str, str] | None = None) -> None:
        self.problem, self.renamed = problem, renamed or {}

    def values(self, name: str) -> list[Array]:
        """The given numbers of a value, one for each example that has its own."""
        own = self.renamed.get(name, name)
        givens: list[Given | None] = [self.problem.given.get(own)]
        givens += [example.get(own) for example in self.problem.examples]
        return [g.value for g in givens if g is not None and g.value is not None]

    def sums_to_one(self, target: Expr) -> bool:
        """Whether the numbers add up to 1 along the last axis; taken for granted of a shape."""
        if is_op(target, "onehot", "softmax"):
            return True
        if not isinstance(target, Name):
            return False
        own = self.renamed.get(target.name, target.name)
        equation = next((e.expr for e in self.problem.equations if e.name == own), None)
        if equation is not None:
            return isinstance(equation, Apply) and equation.op in ("onehot", "softmax")
        sums = (np.sum(value, axis=-1) for value in self.values(target.name))
        return all(bool(np.all(np.abs(total - 1) < NEAR)) for total in sums)
