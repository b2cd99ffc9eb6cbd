"""Sums and products in the order in which a teacher writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from backpropcli.autodiff.coefficients import attach
from backpropcli.language.nodes import Apply, Expr, Name, Number, is_op, names, postorder
from backpropcli.language.text import to_text

Roles = Mapping[str, str]
GRADIENT, DIFFERENCE, WEIGHT, SLOPE, VALUE, INPUT = range(6)


class Order:
    """The place of parts: by kind, and among their like as they were first written.

    ``roles`` says of names whether they are a "weight", a "value" or an "input".
    """

    def __init__(self, reading: Sequence[str], roles: Roles | None = None) -> None:
        self.places = {text: place for place, text in reversed(list(enumerate(reading)))}
        self.roles = roles or {}

    def rank(self, expr: Expr) -> int:
        """Where the first leaf of a part was written; -1 for a number."""
        known = (self.places.get(to_text(node)) for node in postorder(expr))
        return min((place for place in known if place is not None), default=-1)

    def kind(self, factor: Expr, others: Sequence[Expr]) -> int:
        """Which factors stand before which."""
        if any("/" in name for name in names(factor)):
            return GRADIENT
        if is_slope(factor) or any(_partner(other) == factor for other in others):
            return SLOPE
        if is_op(factor, "sub") or is_op(factor, "add"):
            return DIFFERENCE
        inner = factor.args[0] if is_op(factor, "index", "pow", "entry") else factor
        role = self.roles.get(inner.name, "") if isinstance(inner, Name) else ""
        return {"weight": WEIGHT, "input": INPUT}.get(role, VALUE if self.roles else SLOPE)


def is_slope(expr: Expr) -> bool:
    """A slope such as relu'(z) or a mask, or 1 minus a value or its square."""
    if isinstance(expr, Apply) and (expr.op.endswith("'") or expr.op == "step"):
        return True
    return _partner(expr) is not None


def _partner(expr: Expr) -> Expr | None:
    """What stands before ``1 - f`` in the slope of a sigmoid: f; a**2 in ``1 - a**2``."""
    if is_op(expr, "sub") and expr.args[0] == Number(1):
        return expr.args[1]
    return None


def difference(signed: Sequence[tuple[bool, Expr]], order: Order) -> Expr:
    """A sum of terms with their signs (True is minus): positive ones first."""
    ordered = sorted(signed, key=lambda term: (term[0], order.rank(term[1])))
    total: Expr | None = None
    for negative, term in ordered:
        if total is None:
            total = -term if negative else term
        else:
            total = total - term if negative else total + term
    return Number(0) if total is None else total


def product_of(
    coefficient: Fraction, above: Sequence[Expr], below: Sequence[Expr], order: Order
) -> Expr:
    """A product over a denominator, with one minus sign at most."""
    sign = -1 if coefficient < 0 else 1
    factors, turns = _with_slopes(above)
    under, more = _with_slopes(below)
    sign *= turns * more
    if sign < 0:
        factors, sign = _without_minus(factors)
    ordered = sorted(factors, key=lambda f: (order.kind(f, factors), *_place(f, order)))
    core = _chain(ordered)
    size = abs(coefficient)
    lower = _chain(sorted(under, key=lambda f: _place(f, order)))
    if lower is not None:
        numerator = attach(Fraction(size.numerator), core)
        core = numerator / (lower if size.denominator == 1 else Number(size.denominator) * lower)
        size = Fraction(1)
    return attach(sign * size, core)


def _place(factor: Expr, order: Order) -> tuple[int, int]:
    """A slope's parts stay together: f, then 1 - f."""
    return order.rank(factor), 1 if _partner(factor) is not None else 0


def _with_slopes(factors: Sequence[Expr]) -> tuple[list[Expr], int]:
    """The factors with ``f - 1`` turned to ``1 - f`` beside ``f``, and the sign of the turns."""
    found, sign = [], 1
    for factor in factors:
        turned = _turned(factor)
        if turned is not None and is_slope(turned) and _has_partner(turned, factors):
            factor, sign = turned, -sign
        found.append(factor)
    return found, sign


def _has_partner(slope: Expr, factors: Sequence[Expr]) -> bool:
    return any(factor == _partner(slope) for factor in factors)


def _turned(expr: Expr) -> Expr | None:
    """A difference the other way round."""
    return expr.args[1] - expr.args[0] if is_op(expr, "sub") else None


def _without_minus(factors: list[Expr]) -> tuple[list[Expr], int]:
    """The factors with one difference turned round, which takes up the minus sign."""
    for i, factor in enumerate(factors):
        turned = _turned(factor)
        if turned is not None and _partner(factor) is None:
            return [*factors[:i], turned, *factors[i + 1 :]], 1
    return factors, -1


def _chain(factors: Sequence[Expr]) -> Expr | None:
    result: Expr | None = None
    for factor in factors:
        result = factor if result is None else result * factor
    return result
