"""Equations in two dimensions: matrices as blocks of lines, the rest beside their middle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from backpropcli.language.nodes import Expr
from backpropcli.language.text import Leaf, Style, layout, literal_strength
from backpropcli.ops.entry import Array
from backpropcli.writing import (
    NumberStyle,
    is_numeric_leaf,
    leaf_value,
    listed,
    number,
    one_form,
    shown_positions,
)

MOST_ROWS = 8
MOST_COLUMNS = 8
MOST_LISTED = 12
NARROWEST = 12  # columns that a value gets at least


class Box(NamedTuple):
    """Lines of equal width; the middle one stands on the line of the text."""

    lines: tuple[str, ...]

    @property
    def width(self) -> int:
        """Columns of the widest line."""
        return max(len(line) for line in self.lines)


class Look(NamedTuple):
    """How values are drawn: in which numbers, how wide, whole or elided, with which brackets."""

    numbers: NumberStyle = NumberStyle()
    width: int = 70
    full: bool = False
    unicode: bool = True


def text_box(text: str) -> Box:
    """A single line."""
    return Box((text,))


def beside(boxes: list[Box]) -> Box:
    """Boxes next to each other, their middles on one line."""
    above = max(len(box.lines) // 2 for box in boxes)
    below = max(len(box.lines) - len(box.lines) // 2 - 1 for box in boxes)
    rows = [""] * (above + below + 1)
    for box in boxes:
        top, width = above - len(box.lines) // 2, box.width
        for i in range(len(rows)):
            line = box.lines[i - top] if 0 <= i - top < len(box.lines) else ""
            rows[i] += line.ljust(width)
    return Box(tuple(rows))


def stacked(lines: list[Box]) -> list[str]:
    """The lines of boxes below each other, without spaces at their ends."""
    return [line.rstrip() for box in lines for line in box.lines]


def value_box(value: Array, look: Look) -> Box:
    """A matrix as a block, everything else in lines, elided to fit the width."""
    value = np.asarray(value)
    look = look._replace(numbers=one_form(value, look.numbers))
    if value.ndim == 2 and len(value) > 1:
        return _matrix(value, look)
    if value.ndim >= 3:
        return _blocks(value, look)
    return _list(value, look)


def _list(value: Array, look: Look) -> Box:
    """A vector in one line, or in several where it is too long for one."""
    text = listed(value, look.numbers, None if look.full else MOST_LISTED)
    if len(text) <= look.width:
        return text_box(text)
    lines = [""]
    for item in text.split(", "):
        if lines[-1] and len(lines[-1]) + len(item) + 3 > look.width:
            lines[-1] += ","
            lines.append(f" {item}")
        else:
            lines[-1] += f", {item}" if lines[-1] else item
    width = max(len(line) for line in lines)
    return Box(tuple(line.ljust(width) for line in lines))


def _matrix(value: Array, look: Look) -> Box:
    rows = shown_positions(value.shape[0], None if look.full else MOST_ROWS)
    most = None if look.full else MOST_COLUMNS
    lines = _matrix_lines(value, rows, most, look)
    while len(lines[0]) > look.width and most is not None and most > 2:
        most -= 1
        lines = _matrix_lines(value, rows, most, look)
    return Box(tuple(lines))


def _matrix_lines(value: Array, rows: list[int | None], most: int | None, look: Look) -> list[str]:
    columns = shown_positions(value.shape[1], most)
    cells = [
        [
            number(value[i, j], look.numbers) if i is not None and j is not None else "..."
            for j in columns
        ]
        for i in rows
    ]
    widths = [max(len(row[j]) for row in cells) for j in range(len(columns))]
    inner = ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in cells]
    left, right = ("⎡⎢⎣", "⎤⎥⎦") if look.unicode else ("[[[", "]]]")
    return [
        left[_corner(i, len(inner))] + line + right[_corner(i, len(inner))]
        for i, line in enumerate(inner)
    ]


def _corner(row: int, rows: int) -> int:
    return 0 if row == 0 else 2 if row == rows - 1 else 1


def _blocks(value: Array, look: Look) -> Box:
    """An array of matrices: one block below the other, in a bracket that reaches around them."""
    lines: list[str] = []
    for i in shown_positions(len(value), None if look.full else 4):
        block = text_box("...") if i is None else value_box(value[i], look)
        lines += block.lines
    width = max(len(line) for line in lines)
    left, right = ("⎡⎢⎣", "⎤⎥⎦") if look.unicode and len(lines) > 1 else ("[[[", "]]]")
    corners = [_corner(i, len(lines)) for i in range(len(lines))]
    return Box(
        tuple(
            f"{left[corner]} {line.ljust(width)} {right[corner]}"
            for corner, line in zip(corners, lines, strict=True)
        )
    )


def numbers_box(
    expr: Expr, values: Mapping[str, Array], look: Look, index_from: int = 1
) -> list[Box]:
    """The expression with its numbers put in, broken into lines that fit the width."""
    pieces, _ = layout(expr, Style(index_from, opaque=is_numeric_leaf))
    units: list[list[Box]] = [[]]
    for piece in pieces:
        if isinstance(piece, Leaf):
            # Room is left for what stands before it, and for an operator after it.
            used = sum(box.width for box in units[-1]) + 4
            narrower = look._replace(width=max(NARROWEST, look.width - used))
            units[-1].append(_leaf(piece, narrower, values))
            continue
        units[-1].append(text_box(piece))
        if piece.endswith(" "):  # after an operator or a comma a line may break
            units.append([])
    return wrapped([beside(unit) for unit in units if unit], look.width)


def wrapped(boxes: list[Box], width: int) -> list[Box]:
    """Boxes in lines of at most that width, where the boxes allow it."""
    lines: list[list[Box]] = [[]]
    used = 0
    for box in boxes:
        if used and used + max(len(line.rstrip()) for line in box.lines) > width:
            lines.append([])
            used = 0
        lines[-1].append(box)
        used += box.width
    return [beside(line) for line in lines]


def _leaf(leaf: Leaf, look: Look, values: Mapping[str, Array]) -> Box:
    box = value_box(leaf_value(leaf.node, values), look)
    text = box.lines[0]
    if len(box.lines) == 1 and literal_strength(text) < leaf.need:
        return text_box(f"({text})")
    return box
