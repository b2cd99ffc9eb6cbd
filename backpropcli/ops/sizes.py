"""Sizes and shapes: whole numbers, or polynomials in named sizes such as ``N`` or ``D*H + H``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class Poly:
    """A polynomial in named sizes with whole coefficients, never a plain number."""

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[tuple[str, ...], int]) -> None:
        self.terms = dict(terms)

    def __add__(self, other: Size) -> Size:
        terms = dict(self.terms)
        for names, factor in _terms(other).items():
            terms[names] = terms.get(names, 0) + factor
        return _simplest(terms)

    __radd__ = __add__

    def __sub__(self, other: Size) -> Size:
        return self + -1 * other

    def __rsub__(self, other: int) -> Size:
        return other + -1 * self

    def __mul__(self, other: Size) -> Size:
        terms: dict[tuple[str, ...], int] = {}
        for names, factor in self.terms.items():
            for more, times in _terms(other).items():
                key = tuple(sorted(names + more))
                terms[key] = terms.get(key, 0) + factor * times
        return _simplest(terms)

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poly) and self.terms == other.terms

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __str__(self) -> str:
        text = ""
        for names, factor in sorted(self.terms.items(), key=lambda t: (-len(t[0]), t[0])):
            sign = ("-" if factor < 0 else "") if not text else (" - " if factor < 0 else " + ")
            size = abs(factor)
            shown = "*".join(([str(size)] if size != 1 or not names else []) + list(names))
            text += sign + shown
        return text

    __repr__ = __str__


Size = int | Poly
Shape = tuple[Size, ...]


def named(name: str) -> Poly:
    """The size of that name."""
    return Poly({(name,): 1})


def _terms(size: Size) -> Mapping[tuple[str, ...], int]:
    return size.terms if isinstance(size, Poly) else {(): size}


def _simplest(terms: Mapping[tuple[str, ...], int]) -> Size:
    kept = {names: factor for names, factor in terms.items() if factor}
    if not kept or set(kept) == {()}:
        return kept.get((), 0)
    return Poly(kept)


def product(sizes: Iterable[Size]) -> Size:
    """The product of sizes; 1 of none."""
    total: Size = 1
    for size in sizes:
        total = total * size
    return total


def floor_divided(size: Size, by: int) -> Size:
    """The quotient rounded down; of a named size that is not divided evenly, a size of its own.

    (2*H + 3) // 2 is H + 1; (H - 1) // 2 is called ``floor((H - 1)/2)``.
    """
    if isinstance(size, int):
        return size // by
    rest = {names: factor for names, factor in size.terms.items() if names}
    if all(factor % by == 0 for factor in rest.values()):
        even = {names: factor // by for names, factor in rest.items()}
        return _simplest({**even, (): size.terms.get((), 0) // by})
    return named(f"floor(({size})/{by})")


def is_known(shape: Shape) -> bool:
    """Whether every size is a number."""
    return all(isinstance(size, int) for size in shape)


def whole(shape: Shape) -> tuple[int, ...]:
    """A shape whose sizes are all numbers; raises ``ValueError`` for a named one."""
    found = tuple(size for size in shape if isinstance(size, int))
    if len(found) < len(shape):
        raise ValueError(f"{shape_text(shape)} has named sizes")
    return found


def shape_text(shape: Shape) -> str:
    """A shape as NumPy writes it: ``(3, 2)``, ``(3,)``, ``()``."""
    inner = ", ".join(str(size) for size in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"
