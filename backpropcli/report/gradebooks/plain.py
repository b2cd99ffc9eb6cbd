"""A row for each submission to each problem, for spreadsheets and programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from backpropcli.grading.data import Judged, Outcome
from backpropcli.report.books import Book, names_of
from backpropcli.report.guards import Cell

COLUMNS = ("student", "last_name", "first_name", "problem", "file", "status", "score", "max_score",
           "percent")  # fmt: skip
MOST = 1024  # different outcomes that are remembered
LAST = ("first_wrong_step", "mistakes", "reason")


def rows(outcomes: Iterable[Outcome], book: Book) -> Iterator[list[Cell]]:
    """The header, then a row for each outcome in its order; nothing is kept."""
    yield [*COLUMNS, *book.quantities, *LAST]

    @lru_cache(MOST)  # many students of a class hand in the same
    def cells(*fields: Any) -> list[Cell]:
        return _cells(Outcome("", "", *fields), book)

    for one in outcomes:
        names = names_of(book.roster.get(one.student, {}))
        yield [one.student, *names, one.problem, one.file, *cells(*one[2:-1])]


def _cells(one: Outcome, book: Book) -> list[Cell]:
    """What a row says of an outcome, whoever handed it in."""
    graded = one.status == "graded"
    by_name = {quantity_name(judged): judged.points for judged in one.judged}
    percent = 100 * one.score / one.max_score if one.max_score else None
    return [
        one.status,
        *((one.score, one.max_score, percent) if graded else (None, None, None)),
        *(by_name.get(quantity) for quantity in book.quantities),
        one.first_wrong_step or "",
        " ".join(dict.fromkeys(mistake.code for mistake in one.named)),
        one.reason,
    ]


def quantity_name(judged: Judged) -> str:
    """The quantity of a judged answer with its example and step."""
    example = f", example {judged.example}" if judged.example else ""
    return judged.quantity + example + (f", step {judged.step}" if judged.step else "")


def quantities(outcome: Outcome) -> tuple[str, ...]:
    """The quantities of a graded outcome that give points, as headers of columns."""
    return tuple(quantity_name(judged) for judged in outcome.judged if judged.max_points)
