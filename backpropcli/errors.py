"""What can be wrong with a user's files, as data: message, place and hint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Place(NamedTuple):
    """A position in a file; line and column count from 1, 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"

    def right(self, columns: int) -> Place:
        """The place so many columns further on the same line."""
        return self._replace(column=self.column + columns)


class Complaint(NamedTuple):
    """One thing that is wrong: what, where, and what to do about it.

    ``source`` is the line of the file and ``width`` how many of its columns are meant.
    """

    message: str
    place: Place | None = None
    hint: str = ""
    source: str = ""
    width: int = 1

    def __str__(self) -> str:
        head = f"{self.place}: {self.message}" if self.place else self.message
        lines = [head]
        if self.source and self.place and self.place.line:
            margin = f"{self.place.line:>5} | "
            caret = " " * (self.place.column - 1) + "^" * max(1, self.width)
            lines += [margin + self.source, " " * 5 + " | " + caret]
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


class BackpropError(Exception):
    """Base of our errors: one or more complaints, in the order of their places."""

    def __init__(self, complaints: Complaint | Iterable[Complaint]) -> None:
        if isinstance(complaints, Complaint):
            complaints = [complaints]
        self.complaints = sorted(complaints, key=_position)
        super().__init__("\n".join(str(c) for c in self.complaints))

    def __iter__(self) -> Iterator[Complaint]:
        return iter(self.complaints)


class ProblemError(BackpropError):
    """A problem file that cannot be used."""


class EvaluationError(BackpropError):
    """Numbers that leave the domain on the way: log(0), a division by zero, an overflow."""


def _position(complaint: Complaint) -> tuple[str, int, int]:
    place = complaint.place or Place("")
    return (place.file, place.line, place.column)


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint "did you mean ..." with the known names most like ``name``, or nothing."""
    import difflib

    by_lower = {k.lower(): k for k in known}
    by_lower.pop(name.lower(), None) if name in by_lower.values() else None
    close = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)
    if not close:
        return ""
    return "did you mean " + " or ".join(by_lower[c] for c in close) + "?"
