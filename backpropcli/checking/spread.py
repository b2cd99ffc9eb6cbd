"""How far rounding can move a value: the interval image of one equation, to first order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backpropcli.checking.formula import Compute
from backpropcli.checking.graph import Node
from backpropcli.language.nodes import Apply, Expr, postorder
from backpropcli.ops.entry import Array

MOST_ENTRIES = 64  # moved one by one; beyond that, all at once along random corners
CORNERS = 12
MARGIN = 1.5
BENT = frozenset({"relu", "relu'", "leaky_relu", "leaky_relu'", "maximum", "minimum", "step", "max",
                  "min", "abs", "sign", "is_max", "is_min", "onehot"})  # fmt: skip


def spread(
    compute: Compute, values: Sequence[Array], errors: Sequence[Array], result: Array, bent: bool
) -> Array:
    """The largest change of a result if each operand may be off by its error, entry by entry."""
    moved = [i for i, error in enumerate(errors) if error.any()]
    if not moved:
        return np.zeros(np.shape(result))
    count = sum(int(np.count_nonzero(errors[i])) for i in moved)
    with np.errstate(all="ignore"):
        if count > MOST_ENTRIES:
            return _by_corners(compute, values, errors, result)
        total = np.zeros(np.shape(result))
        for i in moved:
            total = total + _by_entries(compute, values, i, errors[i], result, bent)
    return np.nan_to_num(total, nan=0.0, posinf=0.0)


def _by_entries(
    compute: Compute, values: Sequence[Array], which: int, error: Array, result: Array, bent: bool
) -> Array:
    total = np.zeros(np.shape(result))
    operands = list(values)
    base = np.asarray(values[which], float)
    for position in zip(*np.nonzero(np.atleast_1d(error)), strict=True):
        change = np.zeros(np.shape(np.atleast_1d(base)))
        change[position] = np.atleast_1d(error)[position]
        change = change.reshape(base.shape)
        operands[which] = base + change
        off = np.abs(np.asarray(compute(operands)) - result)
        if bent:
            operands[which] = base - change
            off = np.maximum(off, np.abs(np.asarray(compute(operands)) - result))
        total = total + off
    return total


def _by_corners(
    compute: Compute, values: Sequence[Array], errors: Sequence[Array], result: Array
) -> Array:
    generator = np.random.default_rng(0)
    largest = np.zeros(np.shape(result))
    for _ in range(CORNERS):
        operands = [
            np.asarray(v, float) + np.where(generator.random(np.shape(v)) < 0.5, -1.0, 1.0) * e
            for v, e in zip(values, errors, strict=True)
        ]
        largest = np.maximum(largest, np.abs(np.asarray(compute(operands)) - result))
    return largest * MARGIN


def is_bent(expr: Expr | None) -> bool:
    """Whether an equation has kinks, so that both directions have to be tried."""
    if expr is None:
        return False
    return any(isinstance(node, Apply) and node.op in BENT for node in postorder(expr))


def bent_nodes(nodes: Sequence[Node]) -> list[bool]:
    """For each node whether its equation has kinks."""
    known: dict[int, bool] = {}
    found = []
    for node in nodes:
        if id(node.expr) not in known:
            known[id(node.expr)] = is_bent(node.expr)
        found.append(known[id(node.expr)])
    return found
