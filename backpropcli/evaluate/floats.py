"""Equations with float64 arrays: compiled once to a straight line of NumPy calls, run often."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np

from backpropcli.language.nodes import Apply, Expr, Name, Number, postorder
from backpropcli.ops import OPS
from backpropcli.ops.entry import Array

Equation = tuple[str, Expr]
Step = tuple[Callable[..., Array], int, Callable[[Any], Any], bool]


class Machine:
    """A compiled list of equations; ``run`` takes the given values and returns all values.

    Equal subexpressions are computed once, whether they stand in one equation or in several.
    """

    def __init__(self, equations: Sequence[Equation], given: Iterable[str]) -> None:
        self.given = tuple(given)
        self.slots: dict[str, int] = {name: i for i, name in enumerate(self.given)}
        self.memory: list[Any] = [None] * len(self.given)
        self.steps: list[Step] = []
        self._numbered: dict[Any, int] = {}
        for name, expr in equations:
            self.slots[name] = self._compile(expr)
        self.results = [(name, self.slots[name]) for name, _ in equations]

    def run(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """The value of every equation; log(0) and the like give inf or nan, silently."""
        slots = list(self.memory)
        for position, name in enumerate(self.given):
            slots[position] = values[name]
        with np.errstate(all="ignore"):
            for function, target, operands, single in self.steps:
                if single:
                    slots[target] = function(operands(slots))
                else:
                    slots[target] = function(*operands(slots))
        return {name: slots[slot] for name, slot in self.results}

    def _compile(self, root: Expr) -> int:
        where: dict[int, int] = {}
        for node in postorder(root):
            where[id(node)] = self._slot(node, [where[id(arg)] for arg in node.args])
        return where[id(root)]

    def _slot(self, node: Expr, operands: list[int]) -> int:
        if isinstance(node, Name):
            return self.slots[node.name]
        key = (node.label(), tuple(operands))
        known = self._numbered.get(key)
        if known is not None:
            return known
        slot = len(self.memory)
        self.memory.append(float(node.value) if isinstance(node, Number) else None)
        if isinstance(node, Apply):
            self.steps.append(_step(node, operands, slot))
        self._numbered[key] = slot
        return slot


def _step(node: Apply, operands: list[int], slot: int) -> Step:
    forward = OPS[node.op].forward
    if node.op == "pow" and node.args[1] == Number(2):
        return np.square, slot, itemgetter(operands[0]), True
    if node.params:
        forward = partial(forward, **dict(node.params))
    if not operands:
        return forward, slot, lambda slots: (), False
    return forward, slot, itemgetter(*operands), len(operands) == 1


def evaluate(expr: Expr, values: Mapping[str, Array]) -> Array:
    """The value of one expression over known values."""
    machine = Machine([("value", expr)], values)
    return np.asarray(machine.run(values)["value"])
