"""The gradebook of Canvas: a row for each student, a column for the assignment.

With the id of the assignment the column is found again; without it Canvas makes a new one, unless
an assignment has that very title. Students are found by the number in ``ID``, which only a roster
that Canvas exported has, else by ``SIS User ID``, ``SIS Login ID`` or the exact name.
Source: Canvas, ``lib/gradebook_importer.rb``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from backpropcli.grading.data import Outcome
from backpropcli.grading.roster import is_of_canvas
from backpropcli.report.books import Book, Grade, gather, grade_cell, held, names_of
from backpropcli.report.guards import Cell

STUDENT = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MAXIMA = "    Points Possible"
DECIMALS = 2
# By these words Canvas knows rows and columns that are neither a student nor an assignment.
RESERVED = re.compile(
    "(Points) (Possible)|(Current|Final) (Score|Points|Grade)|(Override) (Score|Grade|Status)"
)


def rows(outcomes: Iterable[Outcome], book: Book) -> Iterator[list[Cell]]:
    """The header, the row of the maxima, then a row for each student."""
    grades = gather(outcomes, book)
    yield [*STUDENT, heading(book)]
    yield [MAXIMA, "", "", "", "", grade_cell(grades.max_score, DECIMALS)]
    for student, grade in grades.by_student.items():
        yield _row(student, grade, book.roster.get(student, {}))


def heading(book: Book) -> str:
    """The title of the assignment with its id: "Backpropagation (1234)"."""
    title = _plain(" ".join(book.title.split())) or "backprop"
    return f"{title} ({book.id})" if book.id.isascii() and book.id.isdigit() else title


def _plain(text: str) -> str:
    """A name or a title that Canvas takes for one."""
    return RESERVED.sub(lambda found: found[0].replace(" ", "_"), text)


def _row(student: str, grade: Grade, row: Mapping[str, str]) -> list[Cell]:
    exported = is_of_canvas(row)
    last, first = names_of(row)
    name = held(row, "student", "name") or f"{first} {last}".strip() or student
    return [
        _plain(name),
        held(row, "id") if exported else "",
        held(row, "sis user id"),
        held(row, "sis login id") or ("" if exported else student),
        held(row, "section"),
        grade_cell(grade.score, DECIMALS),
    ]
