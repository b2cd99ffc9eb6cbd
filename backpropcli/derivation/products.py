"""Elementwise products and sums taken apart: what cancels, what multiplies out, what is common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NamedTuple

from backpropcli.autodiff.coefficients import attach, constant
from backpropcli.language.nodes import Apply, Expr, Number, is_op

ONE = Fraction(1)
MOST_TERMS = 12  # beyond this a product of sums is not multiplied out


class Product(NamedTuple):
    """A rational coefficient times factors, divided by other factors; all elementwise."""

    coefficient: Fraction
    top: tuple[Expr, ...] = ()
    bottom: tuple[Expr, ...] = ()

    def times(self, other: Product) -> Product:
        """The product of both, nothing cancelled."""
        return Product(
            self.coefficient * other.coefficient, self.top + other.top, self.bottom + other.bottom
        )

    def inverse(self) -> Product:
        """One divided by it."""
        return Product(1 / self.coefficient, self.bottom, self.top)

    def cancelled(self) -> Product:
        """The same without the factors that stand on both sides of the fraction."""
        common = Counter(self.top) & Counter(self.bottom)
        return Product(self.coefficient, without(self.top, common), without(self.bottom, common))


def without(parts: Iterable[Expr], removed: Counter[Expr]) -> tuple[Expr, ...]:
    """The parts in their order, each of the removed ones left out as often as it is counted."""
    left = Counter(removed)
    kept = []
    for part in parts:
        if left[part] > 0:
            left[part] -= 1
        else:
            kept.append(part)
    return tuple(kept)


def product_of(expr: Expr) -> Product:
    """The factors of an expression; one that is no product is its own only factor."""
    if isinstance(expr, Number):
        return Product(expr.value)
    if is_op(expr, "neg"):
        return Product(-ONE).times(product_of(expr.args[0]))
    if is_op(expr, "mul"):
        return product_of(expr.args[0]).times(product_of(expr.args[1]))
    if is_op(expr, "div", "over"):
        bottom = product_of(expr.args[1])
        if bottom.coefficient:
            return product_of(expr.args[0]).times(bottom.inverse())
    return Product(ONE, (expr,))


def written(product: Product) -> Expr:
    """A product as an expression, its coefficient first."""
    core: Expr | None = None
    for factor in product.top:
        core = factor if core is None else core * factor
    if core is None and product.bottom:
        core = Number(1)
    for factor in product.bottom:
        assert core is not None
        core = core / factor
    return attach(product.coefficient, core) if core is not None else constant(product.coefficient)


def terms_of(expr: Expr) -> list[Product]:
    """The terms of a sum, each as a product; of a single term where it is no sum."""
    if is_op(expr, "add", "sub"):
        left, right = (terms_of(arg) for arg in expr.args)
        return left + (right if expr.op == "add" else [_scaled(term, -ONE) for term in right])
    if is_op(expr, "neg"):
        return [_scaled(term, -ONE) for term in terms_of(expr.args[0])]
    return [product_of(expr)]


def _scaled(term: Product, by: Fraction) -> Product:
    return term._replace(coefficient=by * term.coefficient)


def total(terms: Iterable[Product]) -> Expr:
    """A sum as an expression, its positive terms first."""
    ordered = sorted(terms, key=lambda term: term.coefficient < 0)
    result: Expr | None = None
    for term in ordered:
        size = written(_scaled(term, ONE if term.coefficient > 0 else -ONE))
        if result is None:
            result = size if term.coefficient > 0 else -size
        else:
            result = result + size if term.coefficient > 0 else result - size
    return Number(0) if result is None else result


def factored(terms: list[Product], is_scalar: Callable[[Expr], bool]) -> Expr:
    """A sum with the single numbers that all terms share taken out: ``(P - Y) / N``."""
    top = _common([tuple(filter(is_scalar, term.top)) for term in terms])
    bottom = _common([tuple(filter(is_scalar, term.bottom)) for term in terms])
    sizes = {abs(term.coefficient) for term in terms}
    scale = sizes.pop() if len(sizes) == 1 else ONE
    inner = [
        Product(term.coefficient / scale, without(term.top, top), without(term.bottom, bottom))
        for term in terms
    ]
    factor = Product(scale, tuple(top.elements()))
    return over(written(factor.times(Product(ONE, (total(inner),)))), bottom.elements())


def over(expr: Expr, divisors: Iterable[Expr]) -> Expr:
    """An expression divided by single numbers, under one fraction line: ``a / (N * C)``."""
    below: Expr | None = None
    for divisor in divisors:
        below = divisor if below is None else below * divisor
    return expr if below is None else expr / below


def _common(parts: list[tuple[Expr, ...]]) -> Counter[Expr]:
    shared = Counter(parts[0])
    for other in parts[1:]:
        shared &= Counter(other)
    return shared


def multiplied_out(expr: Expr) -> list[Product] | None:
    """The terms of a polynomial in its factors, equal ones added; None where it is none."""
    found: dict[tuple[int, ...], tuple[Fraction, tuple[Expr, ...]]] = {}
    for coefficient, atoms in _monomials(expr) or ():
        key = tuple(sorted(hash(atom) for atom in atoms))
        before = found[key][0] if key in found else Fraction(0)
        found[key] = (before + coefficient, found[key][1] if key in found else atoms)
    return [Product(c, atoms) for c, atoms in found.values() if c] if found else None


def _monomials(expr: Expr) -> list[tuple[Fraction, tuple[Expr, ...]]] | None:
    if isinstance(expr, Number):
        return [(expr.value, ())]
    if not isinstance(expr, Apply) or expr.op not in ("add", "sub", "neg", "mul"):
        return [(ONE, (expr,))]
    parts = [_monomials(arg) for arg in expr.args]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if expr.op == "neg":
        return [(-c, atoms) for c, atoms in known[0]]
    if expr.op == "mul":
        left, right = known
        if len(left) * len(right) > MOST_TERMS:
            return None
        return [(a * b, x + y) for a, x in left for b, y in right]
    sign = ONE if expr.op == "add" else -ONE
    return known[0] + [(sign * c, atoms) for c, atoms in known[1]]
