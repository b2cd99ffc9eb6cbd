"""The lines of the gradebook in order: which of several submissions counts, and who is missing."""

from __future__ import annotations

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
    newest: dict[tuple[str, str], Kept] = {}
    older: list[Skipped] = []
    strangers: set[str] = set()
    kept.sort(key=_rank(pattern))
    for one in kept:
        member = roster.find(one.student) if roster is not None else None
        student = member.student if member is not None else one.student
        if roster is not None and member is None:
            strangers.add(student)
        before = newest.get((student, one.problem))
        if before is not None:
            said = f"for {student} another one counts: {visible_name(one.file.path)}"
            older.append(Skipped(visible_name(before.file.path), said))
        newest[student, one.problem] = one
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


def _rank(pattern: str) -> Callable[[Kept], tuple[bool, bool, int, str, int]]:
    """What makes a submission count: the last in this order does."""
    by_path = id_pattern(pattern)
    return lambda one: (
        student_of(one.file.path, by_path) == one.student,
        one.status != "ungradable",
        one.file.time,
        one.file.path,
        one.number,
    )


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
