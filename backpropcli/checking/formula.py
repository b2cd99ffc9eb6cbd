"""Equations compiled by themselves: from the values of their names to their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from backpropcli.evaluate.floats import Machine, Step
from backpropcli.language.nodes import Apply, Expr, Name, Number, call, fold, names, with_args
from backpropcli.ops import OPS
from backpropcli.ops.entry import Array

Compute = Callable[[Sequence[Array]], Array]


class Formula:
    """An equation compiled by itself: from the values of its names to its own.

    It is compiled when it is first worked out: most of those that are made never are.
    """

    def __init__(self, expr: Expr) -> None:
        self.expr = expr
        self.names = tuple(names(expr))
        self.count = len(self.names)

    @cached_property
    def _machine(self) -> Machine:
        return Machine([("value", self.expr)], self.names)

    @cached_property
    def memory(self) -> list[Any]:
        """What each slot holds before anything is worked out."""
        return self._machine.memory

    @cached_property
    def steps(self) -> list[Step]:
        """The calls, in order."""
        return self._machine.steps

    @cached_property
    def slot(self) -> int:
        """Where the result stands."""
        return self._machine.slots["value"]

    @cached_property
    def curved(self) -> list[bool]:
        """For each call whether rounding is written down after it on paper."""
        return [getattr(step[0], "func", step[0]) in _CURVED for step in self.steps]

    def between(self, values: Sequence[Array], half: Callable[[Array], Array]) -> Array:
        """How far rounding the curved parts on the way moves the result, each by half a unit."""
        slots = list(self.memory)
        slots[: self.count] = values
        for step in self.steps:
            slots[step[1]] = _done(step, slots)
        total = np.zeros(np.shape(slots[self.slot]))
        for i, step in enumerate(self.steps):
            if step[1] == self.slot or not self.curved[i]:
                continue
            moved = list(slots)
            moved[step[1]] = slots[step[1]] + half(slots[step[1]])
            for later in self.steps[i + 1 :]:
                moved[later[1]] = _done(later, moved)
            total = total + np.abs(moved[self.slot] - slots[self.slot])
        return np.nan_to_num(total, nan=0.0, posinf=0.0)

    def __call__(self, values: Sequence[Array]) -> Array:
        """The value; not finite where a part leaves its domain."""
        slots = list(self.memory)
        slots[: self.count] = values
        for function, target, first, second, more in self.steps:
            if second is not None:
                slots[target] = function(slots[first], slots[second])
            elif more is None:
                slots[target] = function(slots[first])
            else:
                slots[target] = function(*[slots[i] for i in more])
        return slots[self.slot]


def _done(step: Step, slots: list[Array]) -> Array:
    function, _, first, second, more = step
    if second is not None:
        return function(slots[first], slots[second])
    return function(slots[first]) if more is None else function(*[slots[i] for i in more])


CURVED = (
    "sigmoid", "tanh", "softmax", "exp", "log", "sqrt", "softplus", "silu", "gelu", "elu", "selu",
    "log_softmax", "logsumexp", "sigmoid'", "tanh'", "sin", "cos",
)  # fmt: skip
_CURVED = {OPS[name].forward for name in CURVED}
WRITTEN_OUT = {
    "softmax_cross_entropy": ("cross_entropy", "softmax"),
    "bce_with_logits": ("bce", "sigmoid"),
}


def on_paper(expr: Expr) -> Expr:
    """The expression as it is worked out on paper, where probabilities are written down."""

    def visit(node: Expr, args: list[Expr]) -> Expr:
        if isinstance(node, Apply) and node.op in WRITTEN_OUT:
            loss, activation = WRITTEN_OUT[node.op]
            return call(loss, call(activation, args[0]), args[1])
        return with_args(node, tuple(args))

    return fold(expr, visit)


def total_of(parts: Sequence[str], is_mean: bool) -> Expr:
    """What the examples come to together."""
    found: Expr = Name(parts[0])
    for part in parts[1:]:
        found = found + Name(part)
    return found / Number(len(parts)) if is_mean else found
