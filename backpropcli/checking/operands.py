"""What to say of an operand that was put into a formula wrongly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from backpropcli.checking.alignment import Pair, align
from backpropcli.checking.written import core
from backpropcli.evaluate.floats import evaluate
from backpropcli.language.nodes import Expr, names
from backpropcli.language.text import to_text
from backpropcli.ops.entry import Array
from backpropcli.ops.sizes import shape_text
from backpropcli.writing import number

MOST_MESSAGES = 2
MOST_ENTRIES = 200  # of arrays whose entries are looked through
_STEM = re.compile(r"[A-Za-z]+")


class Numbers(NamedTuple):
    """The numbers of a problem and of a student.

    ``open`` are the names whose values a message may tell: those that are given. ``earlier`` may
    be named as the source of a number.
    """

    key: Mapping[str, Array]
    own: Mapping[str, Array]
    open: frozenset[str]
    earlier: tuple[str, ...]
    index_from: int = 1


def wrong_operands(symbol: Expr, numbers: Expr, known: Numbers) -> list[str]:
    """A sentence for each operand that was put in wrongly; none where nothing is seen."""
    pairs = align(symbol, numbers, lambda pair: _is_right(pair, known))
    wrong = [pair for pair in pairs or () if not _is_right(pair, known)]
    if not pairs or len(pairs) < 2 or len(wrong) > max(1, len(pairs) - 1):
        return []
    return [said for pair in wrong[:MOST_MESSAGES] if (said := _told(pair, known))]


def value_of(expr: Expr, values: Mapping[str, Array]) -> Array | None:
    """The value of a part, or nothing where a name has none or it is not finite."""
    used = names(expr)
    if any(name not in values for name in used):
        return None
    value = evaluate(expr, {name: np.asarray(values[name], float) for name in used})
    return value if np.isfinite(value).all() else None


def _written(pair: Pair) -> Array:
    value = evaluate(pair.numbers, {})
    return -value if pair.minus else value


def _is_right(pair: Pair, known: Numbers) -> bool:
    if names(pair.numbers):
        return False
    written = _written(pair)
    return any(
        true is not None and _equal(true, written)
        for true in (
            value_of(pair.symbol, known.key),
            value_of(pair.symbol, {**known.key, **known.own}),
        )
    )


def _equal(true: Array, written: Array) -> bool:
    """Equal as numbers that may have been rounded to a few digits."""
    if core(true.shape) != core(written.shape):
        return False
    written = written.reshape(true.shape)
    return bool(np.all(np.abs(true - written) <= 5e-3 * np.abs(true) + 1e-12))


def _told(pair: Pair, known: Numbers) -> str:
    written = _written(pair)
    mixed = {**known.key, **known.own}
    true = value_of(pair.symbol, mixed)
    if true is None:
        return ""
    name = to_text(pair.symbol, known.index_from, tight=True)
    if core(true.shape) != core(written.shape):
        return f"{name} is {shape_text(true.shape)}, not {shape_text(written.shape)}"
    written = written.reshape(true.shape)
    if true.shape:
        at = tuple(int(i) for i in np.argwhere(~np.isclose(true, written, 5e-3))[0])
        name += f"[{','.join(str(i + known.index_from) for i in at)}]"
        true, written = true[at], written[at]
    return _one(name, float(true), float(written), pair.symbol, known)


def _one(name: str, true: float, written: float, symbol: Expr, known: Numbers) -> str:
    used = names(symbol)
    shown, found = number(true), number(written)
    turned = "its sign was lost" if true < 0 else "it has no minus sign"
    if not known.open.issuperset(used):
        own = [n for n in used if n not in known.open and n in known.own]
        if len(own) < len([n for n in used if n not in known.open]):
            return f"{name} is not {found}" + (f": {turned}" if _near(true, -written) else "")
        shown += " in your answers"
    if _near(true, -written):
        return f"{name} is {shown}: {turned}"
    source = _source(written, name, known)
    if source:
        return f"{name} is {shown}; {found} is {source}"
    return f"{name} is {shown}, not {found}"


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b))


def _source(written: float, name: str, known: Numbers) -> str:
    """The value that was probably put in instead: the only one, or the only one called alike."""
    found = [
        other for other, value in _named_numbers(known) if other != name and _near(value, written)
    ]
    alike = [other for other in found if _stem(other) == _stem(name)]
    best = alike or found
    return best[0] if len(best) == 1 else ""


def _stem(name: str) -> str:
    found = _STEM.match(name)
    return found.group() if found else name


def _named_numbers(known: Numbers) -> Iterator[tuple[str, float]]:
    for name in known.earlier:
        value = np.asarray(known.own.get(name, known.key[name]), float)
        if value.ndim == 0:
            yield name, float(value)
        elif value.size <= MOST_ENTRIES:
            for at in np.ndindex(value.shape):
                place = ",".join(str(i + known.index_from) for i in at)
                yield f"{name}[{place}]", float(value[at])
