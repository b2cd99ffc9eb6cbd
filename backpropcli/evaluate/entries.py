"""Equations with one symbol per entry: ``dL/dW2[1,2] = dL/dS3[2]*Y2[1]``, as notes write them."""

from __future__ import annotations

from typing import Any

import numpy as np

from backpropcli.evaluate.expansion import expansion
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, Expr, Name, Number, fold, index, is_op
from backpropcli.ops import OPS
from backpropcli.ops.entry import Array, Inexact
from backpropcli.ops.sizes import Shape, is_known, whole


def entry_expressions(expr: Expr, shapes: Shapes) -> Array:
    """An array of the expression's shape; each entry is an expression in entries of names.

    Raises ``Inexact`` where an op cannot be written out, or a size is not a number.
    """
    values = fold(expr, _Entries(shapes).visit)
    return np.asarray(np.frompyfunc(_in_reading_order, 1, 1)(np.asarray(values, object)), object)


def symbols(name: str, shape: Shape) -> Array:
    """The entries of a named value: name[1,1], name[1,2], ... or the name of a single number."""
    if not is_known(shape):
        raise Inexact
    sizes = whole(shape)
    result = np.empty(sizes, object)
    for position in np.ndindex(sizes):
        result[position] = index(Name(name), *position) if position else Name(name)
    return result


class _Entries:
    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes

    def visit(self, node: Expr, args: list[Array]) -> Array:
        if isinstance(node, Name):
            return symbols(node.name, self.shapes.of(node))
        if not isinstance(node, Apply):
            return np.asarray(node, object)
        op = OPS[node.op]
        params = dict(node.params)
        if op.elementwise:
            return np.asarray(self.elementwise(node, args), object)
        if op.entries is not None:
            return np.asarray(op.entries(*args, **params), object)
        if op.expansion is not None:
            return self.expanded(node, args)
        if op.exact is None or op.name in ("is_max", "is_min"):
            raise Inexact
        return np.asarray(op.exact(*args, **params), object)

    def elementwise(self, node: Apply, args: list[Array]) -> Array:
        def one(*operands: Any) -> Expr:
            return _without_units(Apply(node.op, tuple(map(_as_node, operands)), node.params))

        return np.frompyfunc(one, len(args), 1)(*args)

    def expanded(self, node: Apply, args: list[Array]) -> Array:
        simpler = expansion(node, self.shapes)
        known = dict(zip(simpler.operands, args, strict=True))
        inner = _Entries(Shapes(simpler.operands))

        def visit(part: Expr, operands: list[Array]) -> Array:
            return known[part.name] if isinstance(part, Name) else inner.visit(part, operands)

        return fold(simpler.expr, visit)


def _as_node(value: Any) -> Expr:
    return value if isinstance(value, Expr) else Number(value)


def _without_units(expr: Apply) -> Expr:
    """A product without factors 1, a sum without terms 0."""
    one, zero = Number(1), Number(0)
    if expr.op == "mul" and zero in expr.args:
        return zero
    if expr.op == "mul" and one in expr.args:
        return expr.args[1] if expr.args[0] == one else expr.args[0]
    if expr.op == "add" and zero in expr.args:
        return expr.args[1] if expr.args[0] == zero else expr.args[0]
    if expr.op == "div" and expr.args[1] == one:
        return expr.args[0]
    return expr


def _is_gradient(expr: Expr) -> bool:
    inner = expr.args[0] if is_op(expr, "index") else expr
    return isinstance(inner, Name) and "/" in inner.name


def _in_reading_order(entry: Any) -> Expr:
    """The upstream gradient stands first in each product."""

    def visit(node: Expr, args: list[Expr]) -> Expr:
        if is_op(node, "mul") and _is_gradient(args[1]) and not _is_gradient(args[0]):
            args = args[::-1]
        if not isinstance(node, Apply):
            return node
        return _without_units(Apply(node.op, tuple(args), node.params))

    return fold(_as_node(entry), visit)
