"""The lines of the gradebook in order: which of several submissions counts, and who is missing."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from backpropcli.files.visible import visible_name
from backpropcli.grading.collect import Skipped
from backpropcli.grading.exercises import Exercise
from backpropcli.grading.identity import id_pattern, student_of
from backpropcli.grading.journal import Kept
from backpropcli.grading.roster import Roster


class Entry(NamedTuple):
    """A line of the gradebook; ``offset`` is negative where nothing was handed in."""

    student: str
    problem: str
    status: str
    offset: int = -1
    number: int = 0


class Order(NamedTuple):
    """The lines of the gradebook in order, and what is beside them.

    ``older`` are submissions that another one replaces, ``strangers`` who is not on the roster.
    """

    entries: list[Entry]
    older: list[Skipped]
    strangers: list[str]


def in_order(
    kept: list[Kept], exercises: Sequence[Exercise], roster: Roster | None, pattern: str
) -> Order:
    """The submission of each student to each problem that counts, and who handed in none.

    A file that bears a student's id goes before one that only says whose it is, however new: a
    student may write any name into a file. One that can be read goes before one that cannot,
    among these the newest counts.
    """
    rank = _rank(pattern)
    newest: dict[tuple[str, str], Kept] = {}
    replaced: list[tuple[tuple[str, str], Kept]] = []
    strangers: set[str] = set()
    for one in kept:
        member = roster.find(one.student, pattern) if roster is not None else None
        student = member.student if member is not None else one.student
        if roster is not None and member is None:
            strangers.add(student)
        key = student, one.problem
        before = newest.setdefault(key, one)
        if before is not one:
            lost, newest[key] = sorted((before, one), key=rank)
            replaced.append((key, lost))
    older = [_told(key[0], lost, newest[key]) for key, lost in replaced]
    older += _stray(newest, exercises)
    entries = [
        Entry(student, problem, one.status, one.offset, one.number)
        for (student, problem), one in newest.items()
    ]
    for absent in roster or ():
        names = [e.name for e in exercises if (absent.student, e.name) not in newest]
        entries += [Entry(absent.student, name, "missing") for name in names]
    place = {exercise.name: at for at, exercise in enumerate(exercises)}
    entries.sort(key=lambda e: (e.student, place.get(e.problem, len(place))))
    return Order(entries, sorted(older), sorted(strangers))


def _told(student: str, lost: Kept, counts: Kept) -> Skipped:
    """Why a submission does not count."""
    unread = "cannot be read, and " if lost.status == "ungradable" != counts.status else ""
    said = f"{unread}for {student} another one counts: {visible_name(counts.file.path)}"
    return Skipped(visible_name(lost.file.path), said)


def _rank(pattern: str) -> Callable[[Kept], tuple[bool, bool, int, list[str | int], str, int]]:
    """What makes a submission count: of two the greater does."""
    by_path = id_pattern(pattern)
    return lambda one: (
        student_of(one.file.path, by_path) == one.student,
        one.status != "ungradable",
        one.file.time,
        _natural(one.file.path),
        one.file.path,
        one.number,
    )


def _natural(path: str) -> list[str | int]:
    """Texts and numbers in turn: answers, answers-1, answers-2, answers-10."""
    parts = re.split(r"([0-9]{1,9})", os.path.splitext(path)[0])
    return [int(part) if at % 2 else part for at, part in enumerate(parts)]


def _stray(newest: dict[tuple[str, str], Kept], exercises: Sequence[Exercise]) -> list[Skipped]:
    """Take out what belongs to no problem, of students who answered all problems elsewhere."""
    found: list[Skipped] = []
    for student, problem in [key for key in newest if not key[1]]:
        stray = newest[student, problem]
        answered = all((student, exercise.name) in newest for exercise in exercises)
        if answered and stray.status == "ungradable":
            said = f"for {student} all problems are answered in other files"
            found.append(Skipped(visible_name(stray.file.path), said))
            del newest[student, problem]
    return found
