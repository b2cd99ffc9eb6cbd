"""A formula beside the same formula with numbers: which operand was put in wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from backpropcli.language.nodes import Apply, Expr, Number, is_op, names

MOST_PARTS = 60


class Pair(NamedTuple):
    """A part of the formula and what stands for it in the numbers; ``minus`` turns its sign."""

    symbol: Expr
    numbers: Expr
    minus: bool = False


class Part(NamedTuple):
    """A term of a sum, or a factor of a product: with a minus sign, or below the line."""

    expr: Expr
    inverse: bool = False


Same = Callable[[Pair], bool]


def align(symbol: Expr, numbers: Expr, same: Same) -> list[Pair] | None:
    """The operands of a formula with their numbers, or nothing where the two are built unlike.

    Parentheses, the order of terms and factors, and signs of products do not matter. ``same``
    says whether a part's value is the number that stands for it.
    """
    pairs: list[Pair] = []
    waiting = [Pair(symbol, numbers)]
    while waiting:
        pair = waiting.pop()
        inner = list(_inside(pair, same))
        if not inner:
            if not _is_plain(pair.numbers):
                return None
            pairs.append(pair)
        waiting += reversed(inner)
        if len(waiting) + len(pairs) > MOST_PARTS:
            return None
    return pairs


def _inside(pair: Pair, same: Same) -> Iterator[Pair]:
    """The operands of two equally built parts; nothing where there are none."""
    symbol, numbers, minus = pair
    if not names(symbol) or (_is_plain(numbers) and not _is_list_of_parts(symbol, numbers)):
        return
    if is_op(symbol, "neg") and is_op(numbers, "neg"):
        yield Pair(symbol.args[0], numbers.args[0], minus)
        return
    for flat in (_terms, _factors):
        left, right = flat(symbol), flat(numbers)
        if len(left.parts) == len(right.parts) > 1:
            odd = (left.minus != right.minus) != minus
            yield from _matched(left.parts, right.parts, odd, same, flat is _terms)
            return
    if _is_alike(symbol, numbers) and not minus:
        yield from (Pair(a, b) for a, b in zip(symbol.args, numbers.args, strict=True))


class _Flat(NamedTuple):
    parts: list[Part]
    minus: bool = False


def _matched(
    left: list[Part], right: list[Part], odd: bool, same: Same, is_sum: bool
) -> Iterator[Pair]:
    """Each part on the left with one on the right: first those of one value, the rest in order.

    A part below the line goes with one below the line. Signs are put with the numbers.
    """
    rest = list(right)
    found: list[Pair | None] = []
    for part in left:
        pairs = ((_pair(part, other, is_sum, odd and is_sum), other) for other in rest)
        fits = next(((p, o) for p, o in pairs if p is not None and same(p)), None)
        found.append(fits[0] if fits else None)
        if fits:
            rest.remove(fits[1])
    for number, part in enumerate(left):
        if found[number] is None:
            other = next((o for o in rest if is_sum or o.inverse == part.inverse), None)
            if other is None:
                continue
            rest.remove(other)
            found[number] = _pair(part, other, is_sum, odd)
            odd = odd and is_sum  # in a product one factor takes the sign
    yield from (pair for pair in found if pair is not None)


def _pair(part: Part, other: Part, is_sum: bool, odd: bool) -> Pair | None:
    if is_sum:
        return Pair(part.expr, other.expr, (part.inverse != other.inverse) != odd)
    return Pair(part.expr, other.expr, odd) if part.inverse == other.inverse else None


def _terms(expr: Expr) -> _Flat:
    return _Flat(list(_flat(expr, "add", "sub", "neg")))


def _factors(expr: Expr) -> _Flat:
    minus = False
    if is_op(expr, "neg"):
        expr, minus = expr.args[0], True
    return _Flat(list(_flat(expr, "mul", "div", "")), minus)


def _flat(expr: Expr, plus: str, minus: str, sign: str, inverse: bool = False) -> Iterator[Part]:
    """The parts of nested sums or products, from left to right."""
    stack = [Part(expr, inverse)]
    while stack:
        node, turned = stack.pop()
        if is_op(node, plus, minus):
            first, second = node.args
            stack.append(Part(second, turned != (node.op == minus)))
            stack.append(Part(first, turned))
        elif sign and is_op(node, sign):
            stack.append(Part(node.args[0], not turned))
        else:
            yield Part(node, turned)


def _is_plain(expr: Expr) -> bool:
    """A number, with or without a sign, or a list of them."""
    if is_op(expr, "array"):
        return all(_is_plain(entry) for entry in expr.args)
    inner = expr.args[0] if is_op(expr, "neg") else expr
    return isinstance(inner, Number)


def _is_list_of_parts(symbol: Expr, numbers: Expr) -> bool:
    return is_op(symbol, "array") and is_op(numbers, "array") and _is_alike(symbol, numbers)


def _is_alike(a: Expr, b: Expr) -> bool:
    return (
        isinstance(a, Apply)
        and isinstance(b, Apply)
        and (a.op, a.params, len(a.args)) == (b.op, b.params, len(b.args))
    )
