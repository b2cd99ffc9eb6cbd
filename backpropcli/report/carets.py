"""A line of a file with carets under the part that is meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from backpropcli.files.visible import visible

CUT = "..."


class Cell(NamedTuple):
    """One character as it is shown, the columns that it takes, and whether it is meant."""

    text: str
    width: int
    meant: bool


def marked(
    line: str, spans: Iterable[tuple[int, int]], room: int, unicode: bool = True
) -> tuple[str, str]:
    """The line as it may be printed, and the carets below it, in at most ``room`` columns.

    ``spans`` are columns counted from 1 and widths; a span past the end is put at the end.
    """
    spans = [(min(max(start, 1), len(line) + 1), width) for start, width in spans]
    meant = {start + i for start, width in spans for i in range(max(1, min(width, len(line))))}
    padded = line + " " * ((len(line) + 1) in {start for start, _ in spans})
    cells = [_cell(char, at in meant, unicode) for at, char in enumerate(padded, 1)]
    cells = _window(cells, room)
    source = "".join(cell.text for cell in cells).rstrip()
    carets = "".join(("^" if cell.meant else " ") * cell.width for cell in cells).rstrip()
    return source, carets


def columns(text: str) -> int:
    """How many columns of a screen a text takes."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _cell(char: str, meant: bool, unicode: bool) -> Cell:
    text = " " if char in "\t\n" else visible(char)
    if not unicode:
        text = text.encode("ascii", "backslashreplace").decode("ascii")
    return Cell(text, columns(text), meant)


def _window(cells: list[Cell], room: int) -> list[Cell]:
    """The cells round the first that is meant, where all of them are too wide."""
    if sum(cell.width for cell in cells) <= room:
        return cells
    first = next((at for at, cell in enumerate(cells) if cell.meant), 0)
    start, before = first, 0
    while start and before + cells[start - 1].width <= room // 3:
        start -= 1
        before += cells[start].width
    cut = Cell(CUT, len(CUT), False)
    found = [cut] if start else []
    left = room - len(CUT) - len(CUT) * bool(start)
    for at in range(start, len(cells)):
        if cells[at].width > left:
            return [*found, cut]
        found.append(cells[at])
        left -= cells[at].width
    return found
