"""Annotations of GitHub Actions: the scores, then the most important things that are off.

A step may make ten annotations of a kind, the rest is dropped in silence: there are at most ten,
and the last tells how many were left out. A title has no word of the student's.
Source: GitHub Docs, "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from backpropcli.checking.data import CheckReport
from backpropcli.errors import Complaint, Place
from backpropcli.report.guards import command, commandless
from backpropcli.report.judging import plural
from backpropcli.report.options import CheckOptions
from backpropcli.report.results import Result, Suite, error_text, suites

KIND = "commands"
TELLS_UNGRADED = True
MOST = 10
MOST_TEXT = 2_000  # characters of a message
TITLE = "backprop"


class Note(NamedTuple):
    """An annotation; those with a lower rank come first, then those that went wrong earlier."""

    rank: tuple[int, int]
    kind: str
    title: str
    place: Place | None
    text: str


def render(reports: Sequence[CheckReport], options: CheckOptions) -> str:
    """All submissions: a line with the score of each, and the annotations."""
    found = suites(reports, options)
    lines = [commandless(f"{TITLE}: {suite.name}: {suite.summary}") for suite in found]
    notes = sorted(chain.from_iterable(map(_notes, found)), key=lambda note: note.rank)
    shown = notes if len(notes) <= MOST else notes[: MOST - 1]
    lines += map(_annotation, shown)
    if len(shown) < len(notes):
        said = plural(len(notes) - len(shown), "more thing is", "more things are")
        lines.append(command("notice", f"{said} off; the report has all of them", title=TITLE))
    return "\n".join(lines) + "\n"


def _annotation(note: Note) -> str:
    place = note.place or Place("")
    text = note.text if len(note.text) <= MOST_TEXT else note.text[:MOST_TEXT] + " ..."
    return command(
        note.kind, text, file=place.file, line=place.line, col=place.column, title=note.title
    )


def _notes(suite: Suite) -> Iterator[Note]:
    for error in suite.errors:
        yield Note(
            (0, 0), "error", "cannot be graded", error.place or Place(suite.name), _said(error)
        )
    told: set[str] = set()
    missing = [result.name for result in suite.results if result.outcome == "skip"]
    for result in suite.results:
        if result.outcome in ("fail", "error"):
            yield _of_result(result, told)
    if missing:
        names = ", ".join(missing)
        said = f"{plural(len(missing), 'answer is', 'answers are')} missing: {names}"
        yield Note((3, 0), "notice", "not answered", Place(suite.name), said)


def _said(error: Complaint) -> str:
    return error_text([error._replace(place=None)])


def _of_result(result: Result, told: set[str]) -> Note:
    """A cause comes before what only follows from it, and both before what cannot be read."""
    new = not result.codes or not set(result.codes) <= told
    told.update(result.codes)
    rank = 2 if result.outcome == "error" or not new else 1
    title = result.headline.rpartition(" (")[0]
    text = f"{result.name}: {result.said}"
    return Note((rank, result.order), "error", title, result.place, text)
