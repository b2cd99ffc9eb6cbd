"""Products of parts with exponents: read from a formula, multiplied, and written again.

A part is anything that is no product, such as a name, an entry, a call or a sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from backpropcli.autodiff.coefficients import attach, constant
from backpropcli.language.nodes import Expr, Number, fold, is_op

Powers = tuple[tuple[Expr, int], ...]  # in the order of their first occurrence
QUOTIENTS = ("div", "over")


class Monomial(NamedTuple):
    """A product: its coefficient, and its parts with their exponents, none of them 0."""

    coefficient: Fraction
    powers: Powers = ()

    def times(self, other: Monomial, sign: int = 1) -> Monomial:
        """The product, or with ``sign`` -1 the quotient, with equal parts put together."""
        exponents = dict(self.powers)
        for part, exponent in other.powers:
            exponents[part] = exponents.get(part, 0) + sign * exponent
        factor = other.coefficient if sign > 0 else 1 / other.coefficient
        kept = tuple((part, e) for part, e in exponents.items() if e)
        return Monomial(self.coefficient * factor, kept)


Sum = list[Monomial]
ONE = Monomial(Fraction(1))


def monomial(expr: Expr) -> Monomial:
    """A formula as one product; sums in it are parts, taken with the sign that comes first."""

    def visit(node: Expr, args: list[Monomial]) -> Monomial:
        if isinstance(node, Number):
            return Monomial(node.value)
        if is_op(node, "neg"):
            return Monomial(-args[0].coefficient, args[0].powers)
        if is_op(node, "mul"):
            return args[0].times(args[1])
        if is_op(node, *QUOTIENTS) and args[1].coefficient:
            return args[0].times(args[1], -1)
        if is_op(node, "pow") and is_whole(node.args[1]):
            return to_the(args[0], exponent_of(node.args[1]))
        return one_part(node)

    found = fold(expr, visit)
    return found if found.coefficient else Monomial(Fraction(0))


def written(one: Monomial) -> Expr:
    """A monomial as a formula; what has a negative exponent stands below a fraction line.

    A minus sign goes into a difference, but not into one such as ``1 - p``.
    """
    if not one.coefficient:
        return Number(0)
    core = _core(one.powers)
    signed = attach(one.coefficient, core)
    if one.coefficient < 0 and any(_starts_with_a_number(part) for part, _ in one.powers):
        return -attach(-one.coefficient, core)
    return signed


def _starts_with_a_number(part: Expr) -> bool:
    return is_op(part, "sub") and isinstance(part.args[0], Number)


def written_sum(terms: Iterable[Monomial]) -> Expr:
    """A sum of monomials as a formula; a positive term comes first where there is one."""
    listed = list(terms)
    if not listed:
        return Number(0)
    first = next((i for i, m in enumerate(listed) if m.coefficient > 0), 0)
    listed.insert(0, listed.pop(first))
    total = written(listed[0])
    for one in listed[1:]:
        term = written(one._replace(coefficient=abs(one.coefficient)))
        total = total + term if one.coefficient > 0 else total - term
    return total


def as_they_come(terms: list[Monomial]) -> Expr:
    """A sum of monomials as a formula, in their order."""
    total: Expr = Number(0)
    for one in terms:
        total = total + written(one)
    return total


def _core(powers: Powers) -> Expr | None:
    above = multiplied([_power(p, e) for p, e in powers if e > 0])
    below = multiplied([_power(p, -e) for p, e in powers if e < 0])
    if below is None:
        return above
    return (Number(1) if above is None else above) / below


def multiplied(parts: list[Expr]) -> Expr | None:
    """The product of parts; None where there are none."""
    total: Expr | None = None
    for part in parts:
        total = part if total is None else total * part
    return total


def _power(part: Expr, exponent: int) -> Expr:
    return part if exponent == 1 else part ** constant(Fraction(exponent))


def one_part(node: Expr) -> Monomial:
    """A formula that is one part."""
    return Monomial(Fraction(1), ((node, 1),))


def to_the(one: Monomial, exponent: int) -> Monomial:
    """A power of a monomial."""
    powers = tuple((p, e * exponent) for p, e in one.powers) if exponent else ()
    return Monomial(one.coefficient**exponent, powers)


def is_whole(exponent: Expr) -> bool:
    """Whether an exponent is a whole number."""
    return isinstance(exponent, Number) and exponent.value.denominator == 1


def exponent_of(exponent: Expr) -> int:
    """The number of a whole exponent."""
    assert isinstance(exponent, Number)
    return int(exponent.value)


def scaled(terms: list[Monomial], factor: Fraction) -> list[Monomial]:
    """The terms times a number."""
    return [m._replace(coefficient=m.coefficient * factor) for m in terms]
