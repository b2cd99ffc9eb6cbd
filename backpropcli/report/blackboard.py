"""Derivations for the terminal: a panel each, the reasons below their lines where they are long."""

from __future__ import annotations

from rich.box import ASCII, ROUNDED
from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from backpropcli.derivation.data import Derivation
from backpropcli.report.derived import Board, Row, board
from backpropcli.report.options import Options
from backpropcli.report.screen import NARROWEST
from backpropcli.report.words import folded

FRAME = 4  # columns of a panel's border and padding
DEEPEST = 24  # columns that the lines are set in below a long left side


def drawn_board(derivation: Derivation, options: Options, index_from: int) -> Panel:
    """One derivation in a panel of the terminal's width."""
    one = board(derivation, options, index_from)
    room = max(NARROWEST, options.width) - FRAME
    lines = [*_lines(one, room), *_local(one, room)]
    lines += [Text(note, style="italic") for note in one.notes]
    return Panel(
        Group(*lines),
        title=Text(f"Derivation: {one.title}", style="bold"),
        title_align="left",
        box=ROUNDED if options.unicode else ASCII,
        border_style="dim",
    )


def _lines(one: Board, room: int) -> list[Text]:
    found: list[Text] = []
    deep = min(len(one.left), DEEPEST)
    if len(one.left) > deep:
        found.append(Text(one.left, style="bold cyan"))
    for number, row in enumerate(one.rows):
        lead = one.left if number == 0 and len(one.left) <= deep else " " * deep
        first, *rest = _folded(row, room - deep - 3)
        line = Text(lead, style="bold cyan").append(" = ", style="dim").append(first, style="none")
        parts = [line, *(Text(" " * (deep + 3) + part) for part in rest)]
        why = f"  ({row.why})" if row.why else ""
        if why and len(parts[-1].plain) + len(why) <= room:
            parts[-1].append(why, style="dim")
        elif why:
            indent = " " * (deep + 3)
            said = folded(why.strip(), room - len(indent))
            parts += [Text(indent + part, style="dim") for part in said]
        found += parts
    return found


def _folded(row: Row, room: int) -> list[str]:
    """The right side in lines; what is broken within a term is set in."""
    found: list[str] = []
    for part in row.parts():
        first, *rest = folded(part, room)
        found += [first, *(f"  {more}" for more in rest)]
    return found


def _local(one: Board, room: int) -> list[Text]:
    """The local derivatives below the lines that put them in."""
    found: list[Text] = []
    for number, text in enumerate(one.local):
        first, *rest = folded(text, room - 6)
        found.append(
            Text("      " if number else "where ", style="dim").append(first, style="none")
        )
        found += [Text(" " * 8 + part) for part in rest]
    return found
