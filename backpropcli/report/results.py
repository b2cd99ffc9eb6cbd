"""Reduced reports as tests, for the formats that other systems read.

A submission is a suite, an answer is a test. A mistake is told in full at the first answer that it
explains, and by its name at the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from backpropcli.checking.data import Answer, CheckReport, Root
from backpropcli.errors import Complaint, Place
from backpropcli.files.visible import visible, visible_name
from backpropcli.report.carets import marked
from backpropcli.report.findings import UNEXPLAINED, WORK_AGAIN
from backpropcli.report.judging import (
    case_words,
    is_notice,
    mistake_words,
    name_words,
    points_words,
    score_words,
    value_words,
    written_words,
)
from backpropcli.report.options import CheckOptions, Ungraded

ROOM = 100  # columns of a line of the answers file
PASSED = ("correct", "rounded", "carried")
HEADLINES = {
    "correct": "correct",
    "rounded": "right but for rounding",
    "carried": "follows from own earlier values",
    "wrong": "wrong",
    "missing": "not answered",
    "unreadable": "cannot be read",
}


class Result(NamedTuple):
    """One answer as a test.

    ``outcome`` is ``pass``, ``fail``, ``skip`` (not answered), ``error`` (cannot be read) or
    ``neutral`` (wrong or not readable, but it was not asked for). ``headline`` says how it fares
    without a word of the student's, ``said`` everything, ``source`` shows the line of the file.
    ``codes`` are those of the mistakes. ``order`` is lower for what went wrong earlier.
    """

    name: str
    status: str
    outcome: str
    points: float
    max_points: float
    headline: str
    said: str
    source: str = ""
    codes: tuple[str, ...] = ()
    place: Place | None = None
    order: int = 0

    @property
    def text(self) -> str:
        """All there is to say, and the line of the file."""
        return f"{self.said}\n{self.source}" if self.source else self.said


class Suite(NamedTuple):
    """One submission: its tests, or the reasons why it cannot be graded."""

    name: str
    student: str
    problem: str
    summary: str
    score: float
    max_score: float
    results: tuple[Result, ...]
    notes: tuple[str, ...] = ()
    errors: tuple[Complaint, ...] = ()

    @property
    def is_graded(self) -> bool:
        """Whether it could be graded."""
        return not self.errors


def suites(reports: Sequence[CheckReport], options: CheckOptions) -> list[Suite]:
    """The submissions in the order in which they were handed in, with unique names."""
    found = [_suite(report, options.reveal) for report in reports]
    for one in reversed(options.ungraded):
        found.insert(one.after, _ungraded(one))
    names = unique(suite.name for suite in found)
    return [suite._replace(name=name) for suite, name in zip(found, names, strict=True)]


def unique(names: Iterable[str]) -> list[str]:
    """The names, those that were there before with a number: "z1", "z1 (2)"."""
    seen: Counter[str] = Counter()
    found: dict[str, None] = {}
    for name in names:
        new = name
        while new in found:
            seen[name] += 1
            new = f"{name} ({seen[name] + 1})"
        found[new] = None
    return list(found)


def title(suite: Suite, result: Result, several: bool) -> str:
    """The name of a test among those of one or of several submissions."""
    return f"{suite.name}: {result.name}" if several else result.name


def error_text(errors: Iterable[Complaint]) -> str:
    """Why a submission cannot be graded, one complaint after the other."""
    return visible("\n".join(str(said._replace(source="")) for said in errors))


def _ungraded(one: Ungraded) -> Suite:
    errors = one.complaints or (Complaint("it cannot be graded"),)
    name, student = visible_name(one.submission), visible_name(one.student)
    problem, said = visible_name(one.problem), "cannot be graded"
    return Suite(name, student, problem, said, 0.0, 0.0, (), (), errors)


def _suite(report: CheckReport, reveal: str) -> Suite:
    results = tuple(_results(report, reveal))
    names = unique(result.name for result in results)
    notes = [*report.notes, *([report.cut] if report.cut else [])]
    return Suite(
        visible_name(report.submission),
        visible_name(report.student),
        visible_name(report.problem),
        score_words(report),
        float(report.score),
        float(report.max_score),
        tuple(r._replace(name=name) for r, name in zip(results, names, strict=True)),
        tuple(map(visible, notes)),
    )


def _results(report: CheckReport, reveal: str) -> Iterator[Result]:
    told: set[int] = set()
    graded = any(answer.counted for answer in report.answers)
    for answer in report.answers:
        yield Result(
            visible_name(answer.quantity + case_words(answer)),
            answer.status,
            _outcome(answer, graded),
            float(answer.points),
            float(answer.max_points),
            _headline(answer, report),
            visible("\n".join(_lines(answer, report, reveal, told))),
            "" if answer.status in PASSED or reveal == "none" else _source(answer, report),
            tuple(dict.fromkeys(c for n in answer.roots if (c := report.mistakes[n].code))),
            answer.entry_places[0][0] if answer.entry_places else answer.place,
            _order(answer, report),
        )
        told.update(answer.roots)


def _outcome(answer: Answer, graded: bool) -> str:
    if answer.status in PASSED:
        return "pass"
    if graded and not answer.counted:
        return "neutral"
    return {"missing": "skip", "unreadable": "error"}.get(answer.status, "fail")


def _order(answer: Answer, report: CheckReport) -> int:
    """The place in time: the first wrong step, then the mistakes, then what none explains."""
    if answer.quantity == report.first_wrong_step:
        return 0
    return 1 + min(answer.roots, default=len(report.mistakes))


def _headline(answer: Answer, report: CheckReport) -> str:
    """How an answer fares, with the names of the mistakes where they are told."""
    roots = [report.mistakes[number] for number in answer.roots]
    names = dict.fromkeys(name_words(root) for root in roots if root.name)
    points = points_words(answer)
    told = ": ".join([HEADLINES[answer.status], *([", ".join(names)] if names else [])])
    return f"{told} ({points} points)" if points else f"{told} (not asked)"


def _lines(answer: Answer, report: CheckReport, reveal: str, told: set[int]) -> Iterator[str]:
    """Everything there is to say about one answer."""
    yield _headline(answer, report)
    if answer.text:
        yield f"you wrote: {written_words(answer)}"
    if reveal == "none":
        return
    for number in answer.roots:
        root = report.mistakes[number]
        yield from _named(root) if number in told else root_lines(root, reveal)
    if answer.status == "wrong" and not (answer.roots or answer.notes):
        yield WORK_AGAIN if reveal == "hint" else UNEXPLAINED
    if answer.status == "wrong" and answer.counted and answer.points == answer.max_points:
        yield "charged elsewhere"
    yield from answer.notes
    for link in answer.links:
        if not link.ok:
            yield f"this does not hold: {link.text}" + (
                f" ({link.message})" if link.message else ""
            )
    yield from _values(answer)


def _source(answer: Answer, report: CheckReport) -> str:
    """The line of the file with carets, where the report still has it."""
    place = answer.place
    line = report.source_line(place)
    if place is None or not line:
        return ""
    spans = [(at.column, width) for at, width in answer.entry_places if at.line == place.line]
    shown, carets = marked(line, spans or [(place.column, answer.width)], ROOM)
    return f"{place.line:>5} | {shown}\n      | {carets}"


def _named(root: Root) -> Iterator[str]:
    name = f" ({name_words(root)})" if root.name else ""
    yield f"because of {root.at}{case_words(root)}{name}"


def root_lines(root: Root, reveal: str) -> Iterator[str]:
    """What there is to say about a mistake."""
    what = "notice" if is_notice(root) else "mistake"
    name = f" ({name_words(root)})" if root.name else ""
    yield f"{what} at {root.at}{case_words(root)}{name}"
    for text, label, _ in mistake_words(root, reveal):
        yield f"  {label}: {text}" if label else f"  {text}"


def _values(answer: Answer) -> Iterator[str]:
    """The right values, where they may be told."""
    if answer.status == "correct":
        return
    if answer.expected is not None:
        yield f"right value: {value_words(answer.expected)}"
    if answer.carried is not None and answer.status == "wrong":
        yield f"from your own earlier values: {value_words(answer.carried)}"
