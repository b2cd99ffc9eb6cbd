"""What a call that is short for something stands for, and the extra arguments of some calls."""

from __future__ import annotations

from collections.abc import Callable

from backpropcli.infer import Shapes
from backpropcli.language.grammar import ExpressionError
from backpropcli.language.nodes import Apply, Expr, Name, as_expr
from backpropcli.ops.entry import ShapeError
from backpropcli.ops.shorthands import SCALED, SHORTHANDS, SMOOTHED, share_trouble, smoothed

EXTRA = {"temperature": SCALED, "label_smoothing": SMOOTHED}


def stands_for(node: Apply, args: list[Expr], shapes: Shapes) -> Expr | None:
    """The expression that a shorthand is written for, or nothing where the call is none.

    Raises ``ExpressionError`` where the operands do not fit.
    """
    shorthand = SHORTHANDS.get(node.op)
    if shorthand is None:
        return None
    params = dict(node.params)
    unknown = [key for key in params if key not in shorthand.params]
    if unknown:
        raise _error(node, f"{node.op} has no argument `{unknown[0]}=`")
    if not shorthand.least <= len(args) <= shorthand.most:
        counts = f"{shorthand.least} to {shorthand.most} operands"
        raise _error(node, f"{node.op} takes {counts}, found {len(args)}")
    wrong = [key for key, value in params.items() if not isinstance(value, bool)]
    if wrong:
        raise _error(node, f"{node.op}: {wrong[0]}= is True or False")
    try:
        result = shorthand.write(tuple(args), tuple(shapes.of(arg) for arg in args), params)
    except ShapeError as error:
        raise _error(node, str(error)) from None
    result.span = node.span
    return result


def has_extra(node: Apply, op: str) -> bool:
    """Whether the call has an argument that changes its operands."""
    return any(op in EXTRA.get(key, ()) for key, _ in node.params)


def without_extra(
    node: Apply, op: str, args: list[Expr], shapes: Shapes, named: Callable[[Name], Expr]
) -> Apply:
    """The call without ``temperature=`` or ``label_smoothing=``, on changed operands.

    A temperature T divides the logits; ``named`` looks up a value that is given by name.
    Raises ``ExpressionError`` where the value is no number.
    """
    rest = []
    for key, value in node.params:
        if op not in EXTRA.get(key, ()):
            rest.append((key, value))
            continue
        if isinstance(value, bool | tuple) or (not isinstance(value, str) and value < 0):
            raise _error(node, f"{op}: {key}= is a number above 0, or a value")
        amount = named(Name(value, node.span)) if isinstance(value, str) else as_expr(value)
        if key == "temperature" and amount != as_expr(0):
            args = [args[0] / amount, *args[1:]]
            continue
        trouble = share_trouble(amount) if key == "label_smoothing" else "temperature= is above 0"
        if trouble or len(args) < 2:
            raise _error(node, f"{op}: {trouble or 'a target is missing'}")
        args = [args[0], smoothed(args[1], shapes.of(args[1]), amount), *args[2:]]
    return Apply(node.op, tuple(args), tuple(rest), node.span)


def _error(node: Apply, message: str) -> ExpressionError:
    start, stop = node.span or (0, 1)
    return ExpressionError(message, start, stop)
