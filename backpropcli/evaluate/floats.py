"""Equations with float64 arrays: compiled once to a straight line of NumPy calls, run often."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from backpropcli.language.nodes import Apply, Expr, Name, Number, postorder
from backpropcli.memory import uncollected
from backpropcli.ops import OPS
from backpropcli.ops.entry import Array

Equation = tuple[str, Expr]
Operands = tuple[int, ...]
# What to call, the slot of the result, and the slots of one operand, of two, or of all.
Step = tuple[Callable[..., Array], int, int, int | None, Operands | None]


class Machine:
    """A compiled list of equations; ``run`` takes the given values and returns all values.

    Equal subexpressions are computed once, whether they stand in one equation or in several.
    """

    def __init__(self, equations: Sequence[Equation], given: Iterable[str]) -> None:
        self.given = tuple(given)
        self.slots: dict[str, int] = {name: i for i, name in enumerate(self.given)}
        self.memory: list[Any] = [None] * len(self.given)
        self.steps: list[Step] = []
        known: dict[Any, int] = {}
        with uncollected():
            for name, expr in equations:
                self.slots[name] = self._compile(expr, known)
        self.results = [(name, self.slots[name]) for name, _ in equations]

    def run(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """The value of every equation; log(0) and the like give inf or nan, silently."""
        slots = list(self.memory)
        slots[: len(self.given)] = [values[name] for name in self.given]
        with np.errstate(all="ignore"):
            for function, target, first, second, more in self.steps:
                if second is not None:
                    slots[target] = function(slots[first], slots[second])
                elif more is None:
                    slots[target] = function(slots[first])
                else:
                    slots[target] = function(*[slots[i] for i in more])
        return {name: slots[slot] for name, slot in self.results}

    def _compile(self, root: Expr, known: dict[Any, int]) -> int:
        where: dict[int, int] = {}
        for node in postorder(root):
            if isinstance(node, Name):
                where[id(node)] = self.slots[node.name]
                continue
            operands = tuple([where[id(arg)] for arg in node.args])
            key = (*node.label(), *operands)
            slot = known.get(key)
            if slot is None:
                slot = known[key] = self._add(node, operands)
            where[id(node)] = slot
        return where[id(root)]

    def _add(self, node: Expr, operands: Operands) -> int:
        slot = len(self.memory)
        self.memory.append(float(node.value) if isinstance(node, Number) else None)
        if isinstance(node, Apply):
            self.steps.append(_step(node, operands, slot))
        return slot


def _step(node: Apply, operands: Operands, slot: int) -> Step:
    forward = OPS[node.op].forward
    if node.op == "pow" and node.args[1] == Number(2):
        return np.square, slot, operands[0], None, None
    if node.params:
        forward = partial(forward, **dict(node.params))
    if len(operands) == 1:
        return forward, slot, operands[0], None, None
    if len(operands) == 2:
        return forward, slot, operands[0], operands[1], None
    return forward, slot, -1, None, operands


def evaluate(expr: Expr, values: Mapping[str, Array]) -> Array:
    """The value of one expression over known values."""
    machine = Machine([("value", expr)], values)
    return np.asarray(machine.run(values)["value"])
