"""An entry taken at once where it stands: of a written-out list, of a one-hot vector, of a sum."""

from __future__ import annotations

from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, Expr, Number, Positions, call, index, is_op, postorder
from backpropcli.ops import OPS


def taken(node: Apply, shapes: Shapes) -> Expr | None:
    """The entry or the row that an index takes, or nothing where it has to stay an index."""
    inner, at = node.args[0], dict(node.params)["at"].items
    if len(at) == 1 and isinstance(at[0], int):
        found = _row(inner, at[0], shapes)
        if found is not None:
            return found
    if is_op(inner, "index"):
        first: Positions = dict(inner.params)["at"].items
        if all(isinstance(item, int) for item in first):
            return index(inner.args[0], *first, *at)
    return None


def _row(inner: Expr, at: int, shapes: Shapes) -> Expr | None:
    """One row, which of a vector is one entry."""
    if is_op(inner, "array"):
        return inner.args[at]
    if is_op(inner, "onehot"):
        place, base = inner.args[0], dict(inner.params).get("base", 1)
        return Number(int(int(place.value) - base == at)) if isinstance(place, Number) else None
    if is_op(inner, "expand") and not shapes.of(inner.args[0]):
        rest = shapes.of(inner)[1:]
        return call("expand", inner.args[0], shape=rest) if rest else inner.args[0]
    if isinstance(inner, Apply) and OPS[inner.op].elementwise and _is_written_out(inner, shapes):
        return _through(inner, at, shapes)
    return None


def _is_written_out(expr: Apply, shapes: Shapes) -> bool:
    """Whether rows can be told without an index on the whole: of a list, of a number times it."""
    scaled = is_op(expr, "mul") and any(not shapes.of(arg) for arg in expr.args)
    return scaled or any(is_op(part, "array") for part in postorder(expr))


def _through(node: Apply, at: int, shapes: Shapes) -> Expr | None:
    """A row of an elementwise result, from the rows of its operands."""
    full = shapes.of(node)
    args: list[Expr] = []
    for arg in node.args:
        shape = shapes.of(arg)
        if len(shape) == len(full) and shape[0] != full[0]:
            return None
        args.append(index(arg, at) if len(shape) == len(full) else arg)
    return Apply(node.op, tuple(args), node.params)
