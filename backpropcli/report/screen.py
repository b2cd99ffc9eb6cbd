"""What rich draws, as text."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO

from rich.console import Console, RenderableType

NARROWEST = 40


def drawn(parts: Iterable[RenderableType], width: int, color: bool) -> str:
    """The parts below each other, without blanks at the ends of lines."""
    buffer = StringIO()
    console = Console(
        file=buffer,
        width=max(NARROWEST, width),
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for part in parts:
        console.print(part)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"
