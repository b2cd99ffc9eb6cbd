"""The gradebook of Moodle: email address, ID number, grade and feedback.

With a roster only its students have a row, as one unknown student aborts the whole import; so does
a grade above the maximum, which is 100 where the site does not allow more: with more points than
that, grades are out of 100, and the header says so. No grade is an empty cell.
Source: Moodle, ``grade/import/csv/classes/load_data.php``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape

from backpropcli.grading.data import Outcome
from backpropcli.report.books import Book, email_of, gather, grade_cell, held
from backpropcli.report.guards import Cell

MOST = 100.0
DECIMALS = 5
NUMBERS = ("id number", "student id", "id")


def rows(outcomes: Iterable[Outcome], book: Book) -> Iterator[list[Cell]]:
    """The header, then a row for each student."""
    grades = gather(outcomes, book)
    scale = MOST / grades.max_score if grades.max_score > MOST else 1.0
    title = book.title or "backprop"
    yield [
        "Email address",
        "ID number",
        f"{title} (out of 100)" if scale < 1 else title,
        "Feedback",
    ]
    for student, grade in grades.by_student.items():
        if book.roster and student not in book.roster:
            continue
        score = None if grade.score is None else min(grade.score * scale, MOST)
        address, number = _identity(student, book.roster.get(student, {}))
        # Moodle shows feedback as HTML.
        said = escape(grade.said, quote=False)
        yield [address, number, grade_cell(score, DECIMALS), said]


def _identity(student: str, row: Mapping[str, str]) -> tuple[str, str]:
    """The address and the ID number of a student, by which Moodle knows people."""
    address, number = email_of(row) or (student if "@" in student else ""), held(row, *NUMBERS)
    return address, number or ("" if address else student)
