"""Equations with exact rationals, as far as the inputs and the ops are rational."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from backpropcli.evaluate.expansion import expansion
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, Expr, Name, Number, fold
from backpropcli.ops import OPS
from backpropcli.ops.entry import Array, Inexact
from backpropcli.ops.sizes import product

MAX_WORK = 100_000  # scalar operations; larger problems are shown in decimals anyway
MAX_BITS = 400  # of a numerator or denominator


def exact_values(
    equations: Sequence[tuple[str, Expr]], given: Mapping[str, Array | None], shapes: Shapes
) -> dict[str, Array]:
    """The exact values of the equations that have one, as arrays of Fractions.

    ``given`` holds the exact given values; None marks one that is not rational.
    """
    return _Exact(given, shapes).run(equations)


class _Exact:
    def __init__(self, given: Mapping[str, Array | None], shapes: Shapes) -> None:
        self.values: dict[str, Array | None] = dict(given)
        self.shapes = shapes
        self.work = 0

    def run(self, equations: Sequence[tuple[str, Expr]]) -> dict[str, Array]:
        found: dict[str, Array] = {}
        for name, expr in equations:
            self.values[name] = value = self.one(expr)
            if value is not None:
                found[name] = value
        return found

    def one(self, expr: Expr) -> Array | None:
        try:
            value = np.asarray(fold(expr, self.visit), object)
            return value if all(_is_small(entry) for entry in value.flat) else None
        except (Inexact, ZeroDivisionError, OverflowError):
            return None

    def visit(self, node: Expr, args: list[Array]) -> Array:
        if isinstance(node, Number):
            return np.asarray(node.value, object)
        if isinstance(node, Name):
            value = self.values.get(node.name)
            if value is None:
                raise Inexact
            return value
        assert isinstance(node, Apply)
        self.spend(node)
        op = OPS[node.op]
        params = dict(node.params)
        if op.exact is not None:
            return np.asarray(op.exact(*args, **params), object)
        if op.expansion is None or op.name.endswith("'"):
            raise Inexact
        return self.expanded(node, args)

    def expanded(self, node: Apply, args: list[Array]) -> Array:
        """A composite op through simpler ones."""
        simpler = expansion(node, self.shapes)
        known = dict(zip(simpler.operands, args, strict=True))
        inner = _Exact(known, Shapes(simpler.operands))
        inner.work = self.work
        result = fold(simpler.expr, inner.visit)
        self.work = inner.work
        return result

    def spend(self, node: Apply) -> None:
        own = tuple(self.shapes.of(arg) for arg in node.args)
        shape = self.shapes.of(node)
        cost = OPS[node.op].spent(own, shape, dict(node.params))[0] + product(shape)
        self.work += cost if isinstance(cost, int) else MAX_WORK
        if self.work > MAX_WORK:
            raise Inexact


def _is_small(entry: Any) -> bool:
    if not isinstance(entry, Fraction | int):
        raise Inexact
    return max(entry.numerator.bit_length(), entry.denominator.bit_length()) <= MAX_BITS
