"""Formulas of scalars as sums of monomials: cancelled, multiplied out, common factors in front.

A monomial has a rational coefficient and parts with whole exponents; a part is anything that is
no product, such as a name, an entry, a call or a sum that is not multiplied out.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd

from backpropcli.autodiff.coefficients import attach
from backpropcli.derivation.monomials import (
    QUOTIENTS,
    Monomial,
    as_they_come,
    exponent_of,
    is_whole,
    monomial,
    multiplied,
    one_part,
    scaled,
    to_the,
    written_sum,
)
from backpropcli.language.nodes import Expr, Name, Number, fold, is_op, postorder

MOST_TERMS = 60  # of a formula that is multiplied out
LARGEST_POWER = 12
Sum = list[Monomial]
ONE = Monomial(Fraction(1))


def simplified(expr: Expr) -> Expr:
    """An equal formula of scalars in which names are written the fewest times.

    Sums in a product are multiplied out only where that cancels something. Where parts of a
    fraction cancel, the two formulas are equal wherever both are defined. A sum of too many terms
    stays as it is.
    """
    try:
        terms = _top_terms(expr)
    except _TooLongError:
        return expr
    forms = [collected(terms), written_sum(terms)]
    spread = multiplied_out(as_they_come(terms))
    if spread is not None:
        forms += [collected(spread), written_sum(spread)]
    if len(terms) == 1:
        return min(forms, key=_occurrences)
    return min(forms, key=lambda form: (_occurrences(form), size(form)))


def expanded(expr: Expr) -> Expr:
    """The formula multiplied out, like terms put together; as it stands where that is too long."""
    spread = multiplied_out(expr)
    return expr if spread is None else written_sum(spread)


def size(expr: Expr) -> int:
    """How long a formula is: names, numbers and signs, each time they are written."""
    return fold(expr, lambda node, sizes: 1 + sum(sizes))


def _occurrences(expr: Expr) -> int:
    """How often names are written."""
    return fold(expr, lambda node, counts: sum(counts) + isinstance(node, Name))


def multiplied_out(expr: Expr) -> Sum | None:
    """The terms of a formula multiplied out; None where there are too many.

    A sum in a denominator stays a part, and cancels against the same sum above it.
    """
    try:
        return _Spread(_denominators(expr)).terms(expr)
    except _TooLongError:
        return None


class _TooLongError(Exception):
    """A formula with more than ``MOST_TERMS`` terms."""


class _Spread:
    """``kept`` are sums that stand in denominators: they are cancelled before they are opened."""

    def __init__(self, kept: frozenset[Expr]) -> None:
        self.kept = kept

    def terms(self, expr: Expr) -> Sum:
        found = fold(expr, self.visit)
        if not any(part in self.kept for m in found for part, e in m.powers if e > 0):
            return found
        opened: Sum = []
        for one in found:
            opened += self.opened(one)
        return _merged(opened)

    def opened(self, one: Monomial) -> Sum:
        """A term with the sums above its fraction line multiplied out after all."""
        result = [Monomial(one.coefficient, tuple(p for p in one.powers if not self.above(*p)))]
        for part, exponent in one.powers:
            if self.above(part, exponent):
                inner = fold(part, _Spread(frozenset()).visit)
                for _ in range(exponent):
                    result = _product(result, inner)
        return result

    def above(self, part: Expr, exponent: int) -> bool:
        return exponent > 0 and part in self.kept

    def visit(self, node: Expr, args: list[Sum]) -> Sum:
        if node in self.kept:
            return [one_part(node)]
        if isinstance(node, Number):
            return [Monomial(node.value)] if node.value else []
        if is_op(node, "neg"):
            return scaled(args[0], Fraction(-1))
        if is_op(node, "add", "sub"):
            sign = Fraction(1 if node.op == "add" else -1)
            return _merged([*args[0], *scaled(args[1], sign)])
        if is_op(node, "mul"):
            return _product(args[0], args[1])
        if is_op(node, *QUOTIENTS) and len(args[1]) == 1:
            return _merged([m.times(args[1][0], -1) for m in args[0]])
        if is_op(node, "pow") and is_whole(node.args[1]):
            exponent = exponent_of(node.args[1])
            if len(args[0]) == 1:
                return [to_the(args[0][0], exponent)]
            if 0 <= exponent <= LARGEST_POWER:
                result: Sum = [ONE]
                for _ in range(exponent):
                    result = _product(result, args[0])
                return result
        return [one_part(node)]


def collected(terms: Sum) -> Expr:
    """A sum with what its terms have in common in front of it, or behind it as in a chain.

    Where only some terms share a part, these are put together.
    """
    if len(terms) < 2:
        return written_sum(terms)
    shared = [part for part, _ in terms[0].powers if all(_has(m, part) for m in terms)]
    factor = _common_coefficient(terms)
    if shared or factor != 1:
        return _with_common(terms, shared, factor)
    counts: dict[Expr, int] = {}
    for one in terms:
        for part, exponent in one.powers:
            if exponent > 0:
                counts[part] = counts.get(part, 0) + 1
    # Of equally frequent ones the last: in a chain it stands nearest to what all terms share.
    best = max(reversed(list(counts)), key=lambda part: counts[part], default=None)
    if best is None or counts[best] < 2:
        return written_sum(terms)
    rest = collected([m for m in terms if not _has(m, best)])
    product = collected([m for m in terms if _has(m, best)])
    if is_op(rest, "neg"):
        return product - rest.args[0]
    return rest - product.args[0] if is_op(product, "neg") else product + rest


def _with_common(terms: Sum, shared: list[Expr], factor: Fraction) -> Expr:
    """The common parts around the sum of what is left of the terms."""
    common = Monomial(factor, tuple((part, 1) for part in shared))
    inside = collected([m.times(common, -1) for m in terms])
    parts = [part for part, _ in terms[0].powers]
    own = next((i for i, part in enumerate(parts) if part not in shared), len(parts))
    before = [part for part in shared if parts.index(part) < own]
    after = [part for part in shared if part not in before]
    return attach(factor, multiplied([*before, inside, *after]))


def _common_coefficient(terms: Sum) -> Fraction:
    """The coefficient that all terms have in common up to their signs, else 1.

    That is the greatest one where all are over the same denominator: 2 of ``2*a + 4*b``.
    """
    sizes = {abs(m.coefficient) for m in terms}
    below = {size.denominator for size in sizes}
    if len(below) == 1:
        factor = Fraction(gcd(*(size.numerator for size in sizes)), below.pop())
    else:
        factor = Fraction(1)
    return -factor if all(m.coefficient < 0 for m in terms) else factor


def _top_terms(expr: Expr) -> Sum:
    """The terms of a sum, each as one product whose own sums are not multiplied out."""
    found: Sum = []
    stack = [(expr, Fraction(1))]
    while stack:
        node, sign = stack.pop()
        if is_op(node, "add", "sub"):
            right = sign if node.op == "add" else -sign
            stack += [(node.args[1], right), (node.args[0], sign)]
        elif is_op(node, "neg"):
            stack.append((node.args[0], -sign))
        else:
            one = monomial(node)
            found.append(one._replace(coefficient=sign * one.coefficient))
    return _merged(found)


def _has(one: Monomial, part: Expr) -> bool:
    return any(p == part and e > 0 for p, e in one.powers)


def _product(left: Sum, right: Sum) -> Sum:
    if len(left) * len(right) > MOST_TERMS:
        raise _TooLongError
    return _merged([a.times(b) for a in left for b in right])


def _merged(terms: Sum) -> Sum:
    """Like terms put together, in the order of their first occurrence."""
    found: dict[frozenset[tuple[Expr, int]], Monomial] = {}
    for one in terms:
        key = frozenset(one.powers)
        before = found.get(key)
        found[key] = (
            one
            if before is None
            else before._replace(coefficient=before.coefficient + one.coefficient)
        )
    if len(found) > MOST_TERMS:
        raise _TooLongError
    return [m for m in found.values() if m.coefficient]


def _denominators(expr: Expr) -> frozenset[Expr]:
    """The sums that are divided by, alone or as factors."""
    found: set[Expr] = set()
    for node in postorder(expr):
        if is_op(node, *QUOTIENTS):
            found.update(p for p, _ in monomial(node.args[1]).powers if is_op(p, "add", "sub"))
    return frozenset(found)
