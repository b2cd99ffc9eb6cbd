"""A rational coefficient put in front of an expression, as a careful person writes it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from backpropcli.language.nodes import Apply, Expr, Number, is_op
from backpropcli.ops import OPS

FLIPS = 6  # how deep a difference is looked for to take in a minus sign


def attach(coefficient: Fraction, core: Expr | None) -> Expr:
    """A coefficient and a core as one expression."""
    if core is None:
        return constant(coefficient)
    if coefficient < 0:
        return _negated(attach(-coefficient, core))
    if is_op(core, "expand") and core.args[0] == Number(1):
        return Apply("expand", (constant(coefficient),), core.params)
    top, bottom = _split(coefficient)
    if top != 1:
        core = _leftmost(core, lambda factor: Number(top) * factor)
    if bottom != 1 and is_op(core, "div") and core.args[0] == Number(1):
        return core.args[0] / (Number(bottom) * core.args[1])
    return core / bottom if bottom != 1 else core


def constant(value: Fraction) -> Expr:
    """A rational number as an expression."""
    if value < 0:
        return -constant(-value)
    top, bottom = _split(value)
    return Number(top) if bottom == 1 else Number(top) / bottom


def _split(value: Fraction) -> tuple[Fraction, int]:
    """What is multiplied and what is divided by: 2/3 is times 2 by 3, 0.05 stays 0.05."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1 and value.denominator not in (2, 4, 8):
        return value, 1
    return Fraction(value.numerator), value.denominator


def _leftmost(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The product with its first factor changed, so that no parentheses are needed."""
    spine: list[Apply] = []
    while is_op(expr, "mul", "div", "matmul"):
        spine.append(expr)
        expr = expr.args[0]
    result = change(expr)
    for node in reversed(spine):
        result = Apply(node.op, (result, *node.args[1:]), node.params)
    return result


def _negated(expr: Expr) -> Expr:
    """The negative, with the sign taken into a difference where there is one."""
    return _flipped(expr, FLIPS) or -expr


def _flipped(expr: Expr, depth: int) -> Expr | None:
    if not isinstance(expr, Apply) or depth == 0:
        return None
    if expr.op == "sub":
        return expr.args[1] - expr.args[0]
    if expr.op == "neg":
        return expr.args[0]
    for position in OPS[expr.op].linear:
        flipped = _flipped(expr.args[position], depth - 1)
        if flipped is not None:
            args = (*expr.args[:position], flipped, *expr.args[position + 1 :])
            return Apply(expr.op, args, expr.params)
    return None


def factors(expr: Expr) -> list[Expr]:
    """The factors of a product, from left to right."""
    found: list[Expr] = []
    stack = [expr]
    while stack:
        node = stack.pop()
        if is_op(node, "mul"):
            stack += reversed(node.args)
        else:
            found.append(node)
    return found
