"""The equals signs of a working: which hold, and what went wrong at the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby, pairwise, product
from typing import NamedTuple

import numpy as np

from backpropcli.checking.approximate import (
    Approximate,
    agree,
    approximate,
    known_numbers,
    literal_units,
)
from backpropcli.checking.data import Claim, Link, LinkFinding
from backpropcli.checking.operands import Numbers, wrong_operands
from backpropcli.checking.written import core
from backpropcli.language.nodes import Expr, names
from backpropcli.ops.entry import Array
from backpropcli.ops.sizes import Shape, shape_text
from backpropcli.problem.data import Problem
from backpropcli.writing import SHORT, NumberStyle, number

MOST_CHOICES = 4  # names for which both the right and the student's own number are tried
LONGEST = 40  # a side that is repeated in a message


class Case(NamedTuple):
    """What the sides of one working are judged with."""

    values: tuple[Mapping[str, Array], ...]
    plain: frozenset[float]
    known: Numbers
    whole: Shape
    at: tuple[object, ...] | None
    right: Expr | None


def check_links(
    claim: Claim,
    problem: Problem,
    shapes: Mapping[str, Shape],
    key: Mapping[str, Array],
    own: Mapping[str, Array],
    right: Expr | None,
) -> tuple[LinkFinding, ...]:
    """How each equals sign of a claim's working fares.

    A name stands for its value in ``key`` or for the student's own in ``own``; an equals sign
    holds if any choice makes both sides equal within their written digits. ``right`` is the
    equation that is meant: a working in numbers alone is laid beside it. A side that cannot be
    read is passed over.
    """
    found: list[LinkFinding] = []
    for _, group in groupby(claim.links, lambda link: link.entry):
        links = list(group)
        case = _case(claim, links, problem, shapes, key, own, right)
        found += _chain(links, case)
    return tuple(found)


def _case(
    claim: Claim,
    links: list[Link],
    problem: Problem,
    shapes: Mapping[str, Shape],
    key: Mapping[str, Array],
    own: Mapping[str, Array],
    right: Expr | None,
) -> Case:
    used = list(dict.fromkeys(n for link in links if link.expr for n in names(link.expr)))
    earlier = tuple(name for name in key if name != claim.name and name in problem.shapes)
    known = Numbers(
        key,
        {
            name: value
            for name, value in own.items()
            if name != claim.name and np.shape(value) == shapes.get(name)
        },
        frozenset(problem.given) | frozenset(problem.sizes),
        earlier,
        problem.index_from,
    )
    return Case(
        tuple(_choices(used, key, known.own)),
        known_numbers(key.values()),
        known,
        shapes.get(claim.name, ()),
        claim.at if links[0].entry is None else None,
        right if claim.at is None and links[0].entry is None else None,
    )


def _choices(
    used: list[str], key: Mapping[str, Array], own: Mapping[str, Array]
) -> Iterator[dict[str, Array]]:
    """The values of the names: right ones first, then the student's own, then mixtures."""
    right = {name: np.asarray(key[name], float) for name in used if name in key}
    other = {name: np.asarray(own[name], float) for name in used if name in own}
    differ = [n for n in other if n not in right or not np.array_equal(other[n], right[n])]
    if len(differ) > MOST_CHOICES:
        yield from (right, {**right, **other})
        return
    for mask in product((False, True), repeat=len(differ)):
        chosen = {n: other[n] for n, taken in zip(differ, mask, strict=True) if taken}
        yield {**right, **chosen}


def _chain(links: list[Link], case: Case) -> Iterator[LinkFinding]:
    before: Link | None = None
    numeric_only = all(link.expr is not None and not names(link.expr) for link in links)
    for left, right in pairwise(links):
        before = left if left.expr is not None else before
        unread = next((side for side in (left, right) if side.expr is None), None)
        if right.expr is None or before is None:
            text = (unread or right).text
            yield _finding(left, right, True, f"`{_short(text)}` could not be read")
            continue
        message = _compared(before, right, case)
        if message and numeric_only and left is links[0] and case.right is not None:
            message = "; ".join([*_operands(case.right, left, case), message])
        yield _finding(left, right, not message, message)


def _finding(left: Link, right: Link, ok: bool, message: str) -> LinkFinding:
    width = left.width
    if right.place.line == left.place.line and right.place.column > left.place.column:
        width = right.place.column + right.width - left.place.column
    return LinkFinding(f"{left.text} = {right.text}", ok, left.place, width, message)


def _compared(left: Link, right: Link, case: Case) -> str:
    """What is wrong with an equals sign, or nothing; sides without a value are left alone."""
    first: tuple[Approximate, Approximate] | None = None
    for values in case.values:
        sides = _value(left, values, case), _value(right, values, case)
        if sides[0] is None or sides[1] is None:
            continue
        a, b = _entry(sides[0], sides[1], case), _entry(sides[1], sides[0], case)
        near = agree(a, b)
        if near is not None and near.all():
            return ""
        first = first or (a, b)
    return _message(left, right, *first, case) if first else ""


def _value(side: Link, values: Mapping[str, Array], case: Case) -> Approximate | None:
    assert side.expr is not None
    used = names(side.expr)
    if any(name not in values for name in used):
        return None
    return approximate(side, {name: values[name] for name in used}, case.plain)


def _entry(one: Approximate, other: Approximate, case: Case) -> Approximate:
    """The asked entry of a whole quantity that stands beside a smaller value."""
    whole = core(case.whole)
    if case.at is None or core(other.value.shape) == whole or core(one.value.shape) != whole:
        return one
    at = tuple(slice(*item) if isinstance(item, tuple) else item for item in case.at)
    shape = one.value.shape
    if len(shape) != len(case.whole):
        return one
    return Approximate(one.value[at], one.margin[at], None if one.unit is None else one.unit[at])


def _message(left: Link, right: Link, a: Approximate, b: Approximate, case: Case) -> str:
    assert left.expr is not None
    assert right.expr is not None
    if core(a.value.shape) != core(b.value.shape):
        shapes = f"{shape_text(a.value.shape)}, not {shape_text(b.value.shape)}"
        return f"{_side(left)} is {shapes}"
    if not names(left.expr) and not names(right.expr):
        return _arithmetic(left, a, right, b, case)
    symbol, numbers = (left, right) if names(left.expr) else (right, left)
    assert numbers.expr is not None
    if names(numbers.expr):
        return f"{_side(left)} and {_side(right)} are not equal"
    if literal_units(numbers.expr, numbers.text) is not None and symbol is left:
        return f"{_side(symbol)} does not give {_short(numbers.text)}"
    told = _operands(symbol.expr, numbers, case)
    return "; ".join(told) or f"{_side(numbers)} is not {_side(symbol)} with its numbers put in"


def _operands(symbol: Expr | None, numbers: Link, case: Case) -> list[str]:
    if symbol is None or numbers.expr is None:
        return []
    return wrong_operands(symbol, numbers.expr, case.known)


def _arithmetic(left: Link, a: Approximate, right: Link, b: Approximate, case: Case) -> str:
    """``-0.08 + 0.1 is 0.02, not -0.7``: what the left side comes to, and what was written."""
    near = agree(a, b)
    assert near is not None
    at = tuple(int(i) for i in np.argwhere(~near)[0])
    where = ",".join(str(i + case.known.index_from) for i in at)
    head = f"entry {where} of {_side(left)}" if where else _side(left)
    written = b.value.reshape(a.value.shape)[at]
    if a.unit is not None and not where:
        return f"{left.text} is not {_short(right.text)}"
    shown, found = _digits(float(a.value[at]), float(written), right.text)
    return f"{head} is {shown}, not {found}"


def _digits(true: float, written: float, text: str) -> tuple[str, str]:
    """Two numbers with as many decimals as were written, or as many more as tell them apart."""
    if len(number(true)) <= max(5, len(number(written)) + 2):
        return number(true), number(written)
    decimals = max((len(part) - len(part.lstrip("0123456789")) for part in text.split(".")[1:]),
                   default=0)  # fmt: skip
    for more in range(decimals, decimals + 8):
        style = NumberStyle(more)
        if number(true, style) != number(written, style) and float(number(true, style)):
            return number(true, style), number(written)
    return number(true, SHORT), number(written)


def _side(link: Link) -> str:
    return link.text if len(link.text) <= LONGEST else "this"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
