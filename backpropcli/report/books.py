"""What the gradebooks share: the assignment, the roster, and the grade of each student."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from backpropcli.grading.data import Outcome
from backpropcli.report.guards import Cell

LOST = ("ungradable", "error")  # no grade may be made of these
TOLD = ("diagnosis", "answer")  # levels of ``--reveal`` at which mistakes are named
MOST_NAMED = 3


class Book(NamedTuple):
    """The column of a gradebook.

    ``title`` is the name of the assignment and ``id`` its number in Canvas. ``roster`` has the row
    of each student, by the id under which students hand in, with its cells by their headers.
    ``quantities`` are those that get a column of points in the plain gradebook. ``reveal`` is a
    level of ``reveal.py``. ``problems`` are the points of each problem of the assignment: one that
    nobody answered counts too.
    """

    title: str
    id: str = ""
    roster: Mapping[str, Mapping[str, str]] = {}
    quantities: tuple[str, ...] = ()
    reveal: str = "diagnosis"
    problems: Mapping[str, float] = {}


class Part(NamedTuple):
    """What became of one problem of an assignment."""

    status: str
    score: float
    max_score: float
    said: str


class Grade(NamedTuple):
    """The grade of a student for the whole assignment.

    ``score`` is None where there is no grade: nothing was handed in, or a part of it could not be
    graded. A problem that is missing beside others scores 0.
    """

    status: str
    score: float | None
    said: str


class Grades(NamedTuple):
    """The grades by student, those of the roster first, and the points that can be reached."""

    by_student: dict[str, Grade]
    max_score: float


def gather(outcomes: Iterable[Outcome], book: Book) -> Grades:
    """The outcomes of all problems, added up; of two of a problem the later counts."""
    parts: dict[str, dict[str, Part]] = {student: {} for student in book.roster}
    most = dict(book.problems)
    for one in outcomes:
        said = feedback(one, book.reveal)
        part = Part(one.status, one.score, one.max_score, said)
        parts.setdefault(one.student or one.file, {})[one.problem] = part
        most[one.problem] = max(most.get(one.problem, 0.0), one.max_score)
    several = sum(map(bool, most)) > 1  # a file that cannot be read may tell no problem
    grades = {student: _grade(found, several) for student, found in parts.items()}
    return Grades(grades, sum(most.values()))


def _grade(parts: Mapping[str, Part], several: bool) -> Grade:
    statuses = {part.status for part in parts.values()}
    status = next((s for s in (*LOST, "graded") if s in statuses), "missing")
    score = sum(part.score for part in parts.values()) if status == "graded" else None
    told = (f"{n}: {part.said}" if several and n else part.said for n, part in parts.items())
    return Grade(status, score, " | ".join(told))


def feedback(outcome: Outcome, reveal: str) -> str:
    """One line for the student: what the level allows, and never a value."""
    if outcome.status in LOST:
        return f"not graded: {outcome.reason}" if outcome.reason else "not graded"
    if outcome.status == "missing":
        return "nothing handed in"
    said = f"{_number(outcome.score)} of {_number(outcome.max_score)} points"
    if reveal != "none" and outcome.first_wrong_step:
        said += f"; first wrong step: {outcome.first_wrong_step}"
    if reveal in TOLD:
        said += "".join(f"; {name}" for name in named(outcome)[:MOST_NAMED])
    return said


def named(outcome: Outcome) -> list[str]:
    """The mistakes of an outcome: "BP301 square-factor-kept"."""
    found = (f"{'possibly ' * m.possible}{m.code} {m.name}" for m in outcome.named)
    return list(dict.fromkeys(found))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def held(row: Mapping[str, str], *headers: str) -> str:
    """The first cell of a roster's row that is not empty under one of the headers, or nothing.

    Headers are the same whatever their case, spaces and signs.
    """
    cells = {_letters(header): value for header, value in row.items() if header and value}
    return next((cells[h].strip() for h in map(_letters, headers) if h in cells), "")


def _letters(header: str) -> str:
    return "".join(char for char in header.lower() if char.isalnum())


def names_of(row: Mapping[str, str]) -> tuple[str, str]:
    """The last and the first name in a roster's row."""
    if not row:
        return "", ""
    last = held(row, "last name", "surname", "family name")
    first = held(row, "first name", "given name")
    if last or first:
        return last, first
    name = held(row, "name", "full name", "student name", "student")
    if "," in name:
        last, _, first = name.partition(",")
    else:
        first, _, last = name.rpartition(" ")
    return last.strip(), first.strip()


def email_of(row: Mapping[str, str]) -> str:
    """The address in a roster's row, in the case in which it is written."""
    return held(row, "email", "email address", "mail")


def grade_cell(score: float | None, decimals: int) -> Cell:
    """A grade rounded to the decimals that a gradebook keeps."""
    return None if score is None else round(score, decimals)
