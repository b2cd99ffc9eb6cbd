"""The columns of ``nbgrader export``, a row for each student.

As there, who handed in nothing scores 0. Where nothing could be graded the scores are empty.
Source: nbgrader, ``plugins/export.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backpropcli.grading.data import Outcome
from backpropcli.report.books import Book, email_of, gather, names_of
from backpropcli.report.guards import Cell

COLUMNS = ("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
           "raw_score", "late_submission_penalty", "score", "max_score")  # fmt: skip


def rows(outcomes: Iterable[Outcome], book: Book) -> Iterator[list[Cell]]:
    """The header, then a row for each student; times and penalties are not known here."""
    grades = gather(outcomes, book)
    yield [*COLUMNS]
    for student, grade in grades.by_student.items():
        row = book.roster.get(student, {})
        score = 0.0 if grade.status == "missing" else grade.score
        person = (student, *names_of(row), email_of(row))
        yield [book.title, "", "", *person, score, 0.0, score, grades.max_score]
