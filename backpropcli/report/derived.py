"""Derivations as lines of text: what stands on the right, and why it follows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from backpropcli.derivation.data import Derivation, Line
from backpropcli.derivation.writing import line_text
from backpropcli.language.nodes import is_op, postorder
from backpropcli.ops.sizes import shape_text
from backpropcli.report.options import Options
from backpropcli.writing import listed, with_numbers

MOST = 12  # entries of an axis that are shown, unless --full
UNWRITTEN = ("onehot", "place", "eye", "expand", "reshape")
LONG = 72  # characters of a sum whose terms stand better below each other


class Row(NamedTuple):
    """One line: its right side, and what was done to get there."""

    text: str
    why: str

    def parts(self) -> list[str]:
        """The right side in one piece, or the terms of a long sum, each with its sign."""
        return [self.text] if len(self.text) <= LONG else summands(self.text)


class Board(NamedTuple):
    """A derivation as it is written on the board: a left side, and lines that are equal to it."""

    title: str
    left: str
    rows: tuple[Row, ...]
    local: tuple[str, ...]
    notes: tuple[str, ...]


def board(derivation: Derivation, options: Options, index_from: int) -> Board:
    """The lines of a derivation; equal ones that follow each other once."""
    rows: list[Row] = []
    for line in derivation.lines:
        text = right_side(line, options, index_from)
        if not rows or rows[-1].text != text:
            rows.append(Row(text, line.why))
    local: list[str] = []
    notes = list(derivation.notes)
    for one in map(written, derivation.locals):
        if one is None:
            continue
        sides = [line_text(one.left, index_from)]
        sides += [right_side(line, options, index_from) for line in one.lines]
        local.append(" = ".join(sides))
        notes += [note for note in one.notes if note not in notes]
    left = line_text(derivation.left, index_from)
    return Board(_title(derivation), left, tuple(rows), tuple(local), tuple(notes))


def written(local: Derivation) -> Derivation | None:
    """A local derivative that a person would write; none that only picks or places entries."""
    parts = postorder(*(line.expr for line in local.lines))
    return None if any(is_op(part, *UNWRITTEN) for part in parts) else local


def _title(derivation: Derivation) -> str:
    shape = f", shape {shape_text(derivation.shape)}" if derivation.shape else ""
    return f"{derivation.title}{shape}"


def right_side(line: Line, options: Options, index_from: int) -> str:
    """What stands on the right: a formula, the formula with its numbers, or the result."""
    most = None if options.full else MOST
    if line.value is not None:
        return listed(line.value, options.numbers, most)
    if line.values is not None:
        return with_numbers(
            line.expr, line.values, index_from, lambda v: listed(v, options.numbers, most)
        )
    return line_text(line.expr, index_from)


def as_lines(one: Board) -> Iterator[str]:
    """The lines below each other, their signs of equality in one column."""
    blank = " " * len(one.left)
    for number, row in enumerate(one.rows):
        *parts, last = row.parts()
        parts.append(last + (f"    ({row.why})" if row.why else ""))
        yield f"{blank if number else one.left} = {parts[0]}"
        yield from (f"{blank}   {part}" for part in parts[1:])
    if one.local:
        yield "where " + one.local[0]
        yield from ("      " + text for text in one.local[1:])
    yield from one.notes


def summands(text: str) -> list[str]:
    """The terms of a sum as it is written, each but the first with its sign."""
    found, depth, start = [], 0, 0
    for i, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0 and text.startswith((" + ", " - "), i) and i > start:
            found.append(text[start:i])
            start = i + 1
    return [*found, text[start:]]
