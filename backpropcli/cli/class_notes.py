"""What is told of a class on stderr: what has no grade, what was passed over, what looks odd."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from backpropcli.files.visible import visible_name
from backpropcli.grading.collect import Skipped
from backpropcli.grading.identity import likely_pattern, unmatched
from backpropcli.grading.judging import OTHER_PROBLEM
from backpropcli.report.books import LOST
from backpropcli.report.gradebooks.plain import quantity_name
from backpropcli.report.judging import plural

if TYPE_CHECKING:
    from backpropcli.grading.data import Judged, Outcome
    from backpropcli.grading.exercises import Exercise
    from backpropcli.grading.run import Grades

MOST_TOLD = 10
MOST_KEPT = 1000
MOST_ALIKE = 3  # files of which the same is told, and which are named one by one
MOST_SEEN = 1024
BY_FILE = r"--id-pattern '([^/]+)\.ya?ml$'"
ORDER = ("graded", "ungradable", "error", "missing")


class Survey(NamedTuple):
    """What has to be known of all outcomes before the first line is written.

    ``internal`` says whether one is an internal error; ``lost`` are those that have no grade,
    ``unread`` those with answers that could not be read.
    """

    quantities: tuple[str, ...]
    internal: bool
    lost: Several
    unread: Several


class Several:
    """Files and what is said of each; only so many are kept, the others are counted."""

    def __init__(self) -> None:
        self.kept: list[Skipped] = []
        self.untold = 0

    def add(self, file: str, why: str) -> None:
        """Take one more."""
        if len(self.kept) < MOST_KEPT:
            self.kept.append(Skipped(file, why))
        else:
            self.untold += 1


class _Columns:
    """The quantities that some submission was judged by, in the order of the problems."""

    def __init__(self, exercises: Sequence[Exercise]) -> None:
        columns = [quantity for exercise in exercises for quantity in exercise.columns]
        self.place = {quantity: at for at, quantity in reversed(list(enumerate(columns)))}
        self.found: dict[str, tuple[int, int, int, str]] = {}
        self.in_examples: set[str] = set()

    def add(self, judged: Sequence[Judged]) -> None:
        """Take those of one submission."""
        for one in judged:
            name = quantity_name(one)
            at = self.place.get(one.quantity, len(self.place))
            self.found.setdefault(name, (at, one.example or 0, one.step or 0, name))
            self.in_examples |= {one.quantity} if one.example else set()

    def names(self) -> tuple[str, ...]:
        """All of them, and those that nobody was judged by."""
        for quantity, at in self.place.items():
            if quantity not in self.in_examples:
                self.found.setdefault(quantity, (at, 0, 0, quantity))
        return tuple(sorted(self.found, key=self.found.__getitem__))


def surveyed(grades: Grades) -> Survey:
    """Look through all outcomes once."""
    columns, lost, unread, internal = _Columns(grades.exercises), Several(), Several(), False
    # Many outcomes share what was judged; it is kept, so that its id stays its own.
    seen: dict[int, tuple[object, str]] = {}
    for outcome in grades.outcomes():
        internal = internal or outcome.reason.startswith("internal error")
        if outcome.status in LOST:
            lost.add(outcome.file, outcome.reason)
        key = id(outcome.judged)
        if key not in seen:
            columns.add(outcome.judged)
            said = _unread(outcome)
            if len(seen) < MOST_SEEN:
                seen[key] = outcome.judged, said
        else:
            said = seen[key][1]
        if said:
            unread.add(outcome.file, said)
    return Survey(columns.names(), internal, lost, unread)


def _unread(outcome: Outcome) -> str:
    """The answers that could not be read and would have given points."""
    found = (j for j in outcome.judged if j.status == "unreadable" and j.max_points)
    return ", ".join(quantity_name(judged) for judged in found)


def notes(grades: Grades, folder: str, survey: Survey) -> Iterator[str]:
    """What was passed over or may be a misunderstanding, a few lines of each kind."""
    yield from _listed("no grade", survey.lost.kept, survey.lost.untold)
    yield from _listed("unreadable answer", survey.unread.kept, survey.unread.untold)
    yield from _listed("skipped", grades.skipped, grades.collected.untold)
    yield from _listed("not counted", grades.older)
    yield from _other_problem(grades, survey)
    yield from _one_student(grades, folder)
    yield from _pattern_words(grades)
    if grades.strangers:
        shown = ", ".join(grades.strangers[:MOST_TOLD])
        more = len(grades.strangers) - MOST_TOLD
        yield f"not on the roster: {shown}" + (f" and {more} more" if more > 0 else "")


def _other_problem(grades: Grades, survey: Survey) -> Iterator[str]:
    """Where most submissions name a problem that was given to the class under another name."""
    others = sum(OTHER_PROBLEM in one.why for one in survey.lost.kept)
    if others > grades.counts["graded"]:
        said = plural(others, "submission names", "submissions name")
        yield f"{said} another problem; if it is the same one, call its file by that name for -p"


def _one_student(grades: Grades, folder: str) -> Iterator[str]:
    """A folder of many taken for one student's: a problem's, or one around the whole class."""
    tops = {file.path.partition("/")[0] for file in grades.collected.files}
    problems = sorted(tops & {exercise.name for exercise in grades.exercises})
    if problems and grades.older and not grades.pattern:
        said = f"the folder {problems[0]} has the name of a problem, and is taken for a student's"
        yield f"{said}: {BY_FILE} takes the names of the files"
        return
    students = {entry.student for entry in grades.order.entries if entry.status != "missing"}
    if len(tops) == 1 and len(students) == 1 and len(grades.older) > 1:
        inside = visible_name(os.path.join(folder, *tops))
        yield f"all files lie in one folder, taken for one student's; is {inside} the class?"


def _pattern_words(grades: Grades) -> Iterator[str]:
    """Where the pattern of ids does not do what it should, or one is missing."""
    files = grades.collected.files
    odd, known = unmatched(files, grades.pattern), likely_pattern(files)
    if odd:
        said = plural(odd, "file does", "files do")
        yield f"{said} not fit the id pattern, of {len(files)}: the id is the name of the file"
    elif known and not grades.pattern:
        yield f"the files are named as by {known.title()}: --id-pattern {known} finds the ids"


def _listed(what: str, found: Sequence[Skipped], untold: int = 0) -> Iterator[str]:
    """A line for each file, or for each reason that many have."""
    by_reason: dict[str, list[str]] = {}
    for one in found:
        by_reason.setdefault(one.why, []).append(one.path)
    lines: list[tuple[str, int]] = []
    for why, paths in by_reason.items():
        if len(paths) > MOST_ALIKE:
            lines.append((f"{len(paths)} files such as {paths[0]}: {why}", len(paths)))
        else:
            lines += [(f"{path}: {why}", 1) for path in paths]
    yield from (f"{what}: {line}" for line, _ in lines[:MOST_TOLD])
    more = sum(files for _, files in lines[MOST_TOLD:]) + untold
    if more:
        yield f"{what}: {more} more"


def closing_words(grades: Grades, output: str | None) -> str:
    """How many submissions fared how, and where the gradebook is."""
    told = ", ".join(f"{grades.counts[s]} {s}" for s in ORDER if grades.counts[s])
    where = f" -> {visible_name(output)}" if output else ""
    return f"{plural(len(grades), 'submission')}: {told or 'none'}{where}"
