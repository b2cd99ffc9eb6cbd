"""The catalogue of gradebooks: each file has ``rows(outcomes, book)``, the first row the header.

``lines`` makes CSV of them. A cell of text is guarded and quoted there, for all of them at once;
a number is bare; None is a cell without a grade.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from backpropcli.registry import modules_beside
from backpropcli.report.books import Book
from backpropcli.report.guards import csv_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from backpropcli.grading.data import Outcome
    from backpropcli.report.guards import Cell

    Rows = Callable[[Iterable[Outcome], Book], Iterable[Iterable[Cell]]]

__all__ = ["Book", "lines", "names", "render"]


@cache
def names() -> tuple[str, ...]:
    """The gradebooks there are, by the files of this folder; the default first."""
    return modules_beside(__file__, "plain")


def lines(name: str, outcomes: Iterable[Outcome], book: Book) -> Iterator[str]:
    """The lines of a gradebook; of the outcomes, which are taken one by one, little is kept."""
    rows: Rows = import_module(f"{__name__}.{name}").rows
    return csv_lines(rows(outcomes, book))


def render(name: str, outcomes: Iterable[Outcome], book: Book) -> str:
    """A whole gradebook as CSV."""
    return "".join(lines(name, outcomes, book))
