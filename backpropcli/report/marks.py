"""Text inside Markdown: escaped prose, code spans and fenced blocks that nothing breaks open."""

from __future__ import annotations

import re
from collections.abc import Iterable

MARKS = str.maketrans({c: "\\" + c for c in "\\`*_{}[]<>#|~!&"})


_CALLS = re.compile(r"(@|:(?=//)|\bwww\b)(?=\S)", re.IGNORECASE)


def escaped(text: str) -> str:
    """Prose in which no character is a mark, no name is called and no address is a link."""
    return _CALLS.sub(r"\1 ", " ".join(text.translate(MARKS).split()))


def code(text: str) -> str:
    """A text as a code span; nothing for an empty one."""
    line = " ".join(text.split())
    if not line:
        return ""
    ticks = "`" * (_longest_run(line) + 1)
    pad = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def cell_code(text: str) -> str:
    """A code span that may stand in a cell of a table."""
    # A backslash before a bar would undo the escape of the bar.
    return re.sub(r"(\\*)\|", lambda found: found[1] + " " * bool(found[1]) + r"\|", code(text))


def fenced(lines: Iterable[str], language: str = "text") -> list[str]:
    """Lines as a block of code, with a fence that is longer than any in them."""
    lines = list(lines)
    fence = "`" * max(3, _longest_run("\n".join(lines)) + 1)
    return [fence + language, *lines, fence]


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
