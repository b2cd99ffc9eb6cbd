"""A report of one submission, as the outcome that grading keeps."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

from backpropcli.checking.data import Answer, CheckReport
from backpropcli.checking.points import asked_name
from backpropcli.checking.values import ValueReader
from backpropcli.errors import BackpropError
from backpropcli.files.visible import visible_name
from backpropcli.grading.data import Judged, Named, Outcome
from backpropcli.language.grammar import ExpressionError
from backpropcli.problem.asked import quantity_expr
from backpropcli.problem.data import Problem
from backpropcli.problem.quantities import Quantities
from backpropcli.writing import number

# The status of a quantity whose entries fare differently: the worst of theirs.
WORST = ("wrong", "unreadable", "missing", "carried", "rounded", "correct")
MOST_WRITTEN = 80


def outcome_of(report: CheckReport, problem: Problem) -> Outcome:
    """What is kept of a report."""
    return Outcome(
        report.student,
        report.submission,
        problem.name,
        "graded",
        float(report.score),
        float(report.max_score),
        tuple(_judged(report, problem)),
        tuple(
            Named(
                root.code,
                root.name,
                visible_name(root.at),
                visible_name(root.message),
                root.possible,
            )
            for root in report.mistakes
        ),
        tuple(_unexplained(report)),
        visible_name(report.cut),
        report.first_wrong_step,
    )


def _judged(report: CheckReport, problem: Problem) -> Iterator[Judged]:
    """The quantities as the problem asks them; entries handed in one by one are put together."""
    found: dict[tuple[str, int | None, int | None], list[Answer]] = {}
    for answer in report.answers:
        if answer.counted:
            key = (_asked_text(problem, answer.quantity), answer.example, answer.step)
            found.setdefault(key, []).append(answer)
    for (quantity, example, step), answers in found.items():
        yield Judged(
            quantity,
            example,
            step,
            min((a.status for a in answers), key=WORST.index),
            float(sum((a.points for a in answers), Fraction(0))),
            float(sum((a.max_points for a in answers), Fraction(0))),
        )


def _unexplained(report: CheckReport) -> Iterator[tuple[str, str]]:
    """Wrong answers without a name, and what was written, numbers in one spelling."""
    for answer in report.answers:
        if answer.status == "wrong" and not answer.roots:
            written = answer.text if answer.submitted is None else _words(answer.submitted)
            yield visible_name(answer.quantity), visible_name(written)[:MOST_WRITTEN]


def _words(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_words, value)) + "]"
    return str(value) if value is None or isinstance(value, str) else number(value)


def _asked_text(problem: Problem, quantity: str) -> str:
    """The quantity of ``find`` that an answer counts for, in the problem's spelling."""
    exact, whole = _asked(problem)
    try:
        name, at = _name(problem, quantity)
    except (ExpressionError, BackpropError):
        return visible_name(quantity)
    return exact.get((name, at)) or whole.get(name) or visible_name(quantity)


@lru_cache(16)
def _asked(problem: Problem) -> tuple[dict[tuple[str, Any], str], dict[str, str]]:
    """The texts of ``find`` by quantity and entry, and by quantity alone."""
    exact: dict[tuple[str, Any], str] = {}
    whole: dict[str, str] = {}
    for asked in problem.find:
        name, at = asked_name(problem, asked.expr)
        exact.setdefault((name, at), asked.text)
        whole.setdefault(name, asked.text)
    return exact, whole


@lru_cache(4096)
def _name(problem: Problem, quantity: str) -> tuple[str, Any]:
    return asked_name(problem, quantity_expr(quantity, _quantities(problem)))


@lru_cache(16)
def _quantities(problem: Problem) -> Quantities:
    return ValueReader(problem).quantities
