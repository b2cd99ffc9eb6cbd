"""Numbers as they were written: value, worth of the last digit, place; and their shapes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from backpropcli.checking.data import Written
from backpropcli.errors import Place
from backpropcli.files.numbers import read_number
from backpropcli.files.tree import Mapping, Node, Scalar, Sequence
from backpropcli.language.tokens import Token, tokenize
from backpropcli.ops.entry import Array

_LEFT_OPEN = re.compile(r"[?\-−–—.…_]+|n\.?/?a\.?", re.IGNORECASE)
_AROUND = re.compile(r"[\s\[\](){},;]+")
_MANTISSA = re.compile(r"[+\-−]?([0-9]*)(\.?)([0-9]*)(?:[eE](.+))?")


class Unreadable(Exception):  # noqa: N818  (an answer's condition, not a fault of the program)
    """Why an answer cannot be read, and where."""

    def __init__(self, message: str, place: Place, width: int = 1, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.place, self.width, self.hint = message, place, width, hint


class Piece(NamedTuple):
    """A part of an answer's text with its place; ``exact`` where columns can be counted in it."""

    text: str
    place: Place
    width: int
    exact: bool

    def part(self, start: int, stop: int) -> Piece:
        """The part between two positions, without the blanks around it."""
        text = self.text[start:stop]
        start += len(text) - len(text.lstrip())
        text = text.strip()
        if not self.exact:
            return self._replace(text=text)
        return Piece(text, self.place.right(start), max(1, len(text)), True)

    def refused(self, message: str, hint: str = "") -> Unreadable:
        """The whole piece as the place of a trouble."""
        return Unreadable(message, self.place, self.width, hint)


def piece_of(node: Scalar) -> Piece:
    """The text of a node on one line."""
    if node.one_line and not (node.text[:1].isspace() or node.text[-1:].isspace()):
        return Piece(node.text, node.place, node.source_width or 1, True)
    if node.one_line:
        whole = Piece(node.text, node.place, node.source_width, True)
        return whole.part(0, len(node.text))
    return Piece(" ".join(node.text.split()), node.place, max(1, node.source_width), False)


def is_blank(node: Scalar) -> bool:
    """Whether nothing was written: an empty text, or YAML's own words for it."""
    return not node.text.strip() or (node.plain and node.text in ("~", "null"))


def is_left_open(node: Node) -> bool:
    """Whether a value says that there is no answer: it is blank, or `?`, `-`, `...`, `n/a`.

    So does a list of nothing else.
    """
    if isinstance(node, Sequence):
        return bool(node.items) and all(map(is_left_open, node.items))
    if isinstance(node, Mapping):  # YAML reads `?` in brackets as a key that is left out
        return bool(node.entries) and all(is_blank(key) and is_left_open(value)
                                          for key, value in node.entries)  # fmt: skip
    parts = [part for part in _AROUND.split(node.text) if part]
    return is_blank(node) or (bool(parts) and all(map(_LEFT_OPEN.fullmatch, parts)))


def written_number(piece: Piece) -> Written | None:
    """The number, or the fraction of two, that a text is; else nothing."""
    value = read_number(piece.text)
    if value is None:
        return None
    if "/" in piece.text:
        return exact_number(piece, value)
    return _decimal(piece, piece.text, value)


def signed_number(piece: Piece) -> Written | None:
    """A number with further signs or parentheses around it, ``-(0.5)``, that the parser read."""
    *tokens, _ = tokenize(piece.text)
    numbers = [token for token in tokens if token.kind == "number"]
    if len(numbers) != 1 or not all(t.kind in ("number", "-", "+", "(", ")") for t in tokens):
        return None
    text = _source(piece, numbers[0])
    sign = -1 if sum(token.kind == "-" for token in tokens) % 2 else 1
    value = read_number(text)
    if value is None:  # such as ½
        return exact_number(piece, sign * Fraction(numbers[0].text))
    return _decimal(piece, text, sign * value)


def _source(piece: Piece, token: Token) -> str:
    return piece.text[token.start : token.stop]


def _decimal(piece: Piece, text: str, value: Fraction) -> Written:
    unit, digits, whole = precision(text)
    return Written(piece.text, value, unit, whole, digits, piece.place, piece.width)


@lru_cache(512)
def precision(text: str) -> tuple[Fraction, int, bool]:
    """What a literal's last digit is worth, its significant digits, and whether it is whole."""
    found = _MANTISSA.fullmatch(text.strip())
    if found is None:
        return Fraction(0), 0, False
    before, point, after, exponent = found.groups()
    power = int(exponent.replace("−", "-")) if exponent else 0
    digits = (before + after).lstrip("0")
    whole = not point and not exponent
    return Fraction(10) ** (power - len(after)), max(1, len(digits)), whole


def exact_number(piece: Piece, value: Fraction, text: str = "") -> Written:
    """A fraction or an expression of numbers: it has no last digit."""
    return Written(text or piece.text, value, Fraction(0), False, 0, piece.place, piece.width)


def single(entry: Any) -> Array:
    """One entry as an array of no axes; NumPy would take a tuple apart."""
    array = np.empty(1, object)
    array[0] = entry
    return array.reshape(())


def stacked(rows: list[Array], pieces: Iterable[Piece]) -> Array:
    """Equally shaped rows as one array; raises ``Unreadable`` at the first that differs."""
    for row, piece in zip(rows, pieces, strict=True):
        if row.shape != rows[0].shape:
            raise piece.refused(
                f"the rows of a list need one length, found {_extent(row.shape)} "
                f"after {_extent(rows[0].shape)}"
            )
    return np.stack(rows)


def _extent(shape: tuple[int, ...]) -> str:
    if not shape:
        return "a single number"
    return f"{shape[0]} entries" if shape[0] > 1 else "one entry"


def fitted(written: Array, shape: tuple[int, ...]) -> Array | None:
    """What was written in the shape of its quantity, or nothing where it does not fit.

    Leading and trailing axes of length 1 are free: a vector may be a row, a column or flat, and a
    number may stand in brackets. Nothing is ever turned or broadcast.
    """
    if written.shape == shape:
        return written
    if core(written.shape) != core(shape):
        return None
    return written.reshape(shape)


def diagonal(written: Array, shape: tuple[int, ...]) -> Array | None:
    """The diagonal of an elementwise derivative, where only that was written, or nothing.

    ``shape`` is (n, n), and the result (n,).
    """
    half = len(shape) // 2
    if not shape or shape[:half] != shape[half:]:
        return None
    return fitted(written, shape[:half])


def core(shape: tuple[Any, ...]) -> tuple[Any, ...]:
    """A shape without its leading and trailing axes of length 1."""
    sizes = list(shape)
    while sizes and sizes[0] == 1:
        sizes.pop(0)
    while sizes and sizes[-1] == 1:
        sizes.pop()
    return tuple(sizes)
