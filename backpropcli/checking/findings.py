"""What is told about a submission: a status and points for each answer, the mistakes as roots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from backpropcli.checking.data import Answer, CheckReport, Root, Submission
from backpropcli.checking.judge import Judge
from backpropcli.checking.notes import Notes
from backpropcli.checking.points import Row, asked_name, rows
from backpropcli.checking.roots import Made, made_roots
from backpropcli.checking.search import Search
from backpropcli.checking.sheet import Entry
from backpropcli.checking.status import Standing, standing
from backpropcli.language.nodes import At
from backpropcli.ops.entry import Array
from backpropcli.ops.shaping import selector
from backpropcli.problem.asked import parse_quantity

ONE = Fraction(1)


class Findings:
    """Puts together what judging and searching found."""

    def __init__(
        self, handed_in: Submission, judge: Judge, search: Search, convention: str
    ) -> None:
        self.handed_in, self.judge, self.search = handed_in, judge, search
        self.graph, self.sheet = judge.graph, judge.sheet
        self.problem = self.graph.problem
        self.notes = Notes(judge, search, convention)
        self.standings: dict[int, Standing] = {}

    def report(self) -> CheckReport:
        """The report."""
        made = made_roots(self.judge, self.search)
        charged: set[int] = set()
        table = rows(self.problem, self.graph, self.sheet)
        answers = tuple(self.answer(row, made, charged) for row in table)
        return CheckReport(
            submission=self.handed_in.name,
            problem=self.problem.name,
            title=self.problem.title,
            student=self.handed_in.student,
            answers=answers,
            mistakes=tuple(self.telling(made)),
            lines=self.handed_in.lines,
            notes=tuple(self.notes.of_sheet(answers)),
            cut="the search for mistakes ran out of time" if self.search.cut else "",
            index_from=self.problem.index_from,
            first_wrong_step=self.first_wrong(table),
            given=frozenset(self.problem.given).union(
                self.problem.upstream, *self.problem.examples
            ),
        )

    def telling(self, made: Made) -> Iterator[Root]:
        """The roots without what cannot be said of this sheet.

        A quantity that was handed in, in whatever example, need not be worked out to tell mistakes
        apart.
        """
        handed_in = {entry.claim.name for entry in self.sheet.entries}
        for root in made.roots:
            yield replace(root, decides="" if root.decides in handed_in else root.decides)

    def first_wrong(self, table: list[Row]) -> str | None:
        """The first wrong quantity in the order of the computation."""
        wrong: list[tuple[int, str]] = []
        for row in table:
            if row.entry is None or row.which is None:
                continue
            if self.standing(row.entry, row.which).status == "wrong":
                wrong.append((self.place(row.entry), row.quantity))
        return min(wrong)[1] if wrong else None

    def place(self, entry: Entry) -> int:
        """Where an answer stands in the order of the computation; a shape, with its value."""
        if entry.node is not None:
            return entry.node
        inner = entry.claim.name.removeprefix("shape(").removesuffix(")")
        return self.graph.find(inner) or 0

    def answer(self, row: Row, made: Made, charged: set[int]) -> Answer:
        """One line of the report."""
        entry = row.entry
        if entry is None or row.which is None:
            return Answer(
                row.quantity, row.example, row.step, "missing", Fraction(0), row.points,
                expected=self.expected(row), counted=row.counted,
            )  # fmt: skip
        found = self.standing(entry, row.which)
        claim = entry.claim
        mine = tuple(made.by_entry.get(row.which, ()))
        notes, names = self.notes.of_entry(entry, row.which, found, mine)
        return Answer(
            quantity=row.quantity,
            example=row.example,
            step=row.step,
            status=found.status,
            points=self.points(row, found, made, mine, charged),
            max_points=row.points,
            submitted=_numbers(entry),
            expected=found.expected,
            carried=found.carried,
            text=claim.text,
            place=claim.place,
            width=claim.width,
            wrong_entries=tuple(found.wrong),
            entry_places=tuple(_places(entry, found)),
            links=tuple(entry.links),
            roots=mine,
            notes=tuple(notes),
            note_names=tuple(names),
            counted=row.counted,
        )

    def standing(self, entry: Entry, which: int) -> Standing:
        """The status of an answer, worked out once."""
        if which not in self.standings:
            self.standings[which] = standing(entry, which, self.judge, self.search)
        return self.standings[which]

    def expected(self, row: Row) -> Any:
        """The key of a quantity that is missing."""
        if row.step is None:
            try:
                return np.asarray(self.graph.solution[row.quantity], float).tolist()
            except KeyError:
                return None
        name, at = asked_name(self.problem, parse_quantity(self.problem, row.quantity).expr)
        node = self.graph.find(name, row.example or 0, row.step)
        if node is None:
            return None
        value = np.asarray(self.graph.nodes[node].value, float)
        return (value if at is None else value[selector(At(at))]).tolist()

    def points(
        self, row: Row, found: Standing, made: Made, mine: tuple[int, ...], charged: set[int]
    ) -> Fraction:
        """The points of a line: all, a share for what is right in it, or those of the method."""
        if found.status in ("correct", "rounded"):
            return row.points
        follow = Fraction(self.problem.grading.get("follow_through", ONE))
        if found.status == "carried":
            return row.points * follow
        if found.status != "wrong":
            return Fraction(0)
        rules = [r for r in mine if r in made.rule_based]
        if rules and rules == list(mine) and all(r in charged for r in rules):
            return row.points * follow  # its cause was charged at another line already
        charged.update(rules)
        shares = [
            (own, found.share if part is None else found.share_of(part)) for part, own in row.parts
        ]
        if rules:  # entries asked for by themselves count where they are right
            shares = [
                (own, Fraction(share // 1))
                for (own, share), (part, _) in zip(shares, row.parts, strict=True)
                if part is not None
            ]
        return sum((own * share for own, share in shares), Fraction(0))


def _numbers(entry: Entry) -> Any:
    claim = entry.claim
    if claim.sizes is not None:
        return [size if isinstance(size, int) else str(size) for size in claim.sizes]
    paper = entry.paper or entry.misfit
    if paper is None or claim.formula is not None:
        return None
    return _plain(paper.value)


def _plain(value: Array) -> Any:
    return np.asarray(value, float).tolist()


def _places(entry: Entry, found: Standing) -> Iterator[tuple[Any, int]]:
    """Where the wrong entries stand in the file, or what cannot be read."""
    written, trouble = entry.claim.written, entry.claim.trouble
    if trouble is not None and trouble.place is not None:
        yield trouble.place, trouble.width
    if written is None or entry.paper is None or written.size != entry.paper.value.size:
        return
    flat = list(written.flat)
    shape = np.shape(entry.paper.value)
    for position in found.wrong:
        one = flat[int(np.ravel_multi_index(position, shape))] if shape else flat[0]
        if one is not None:
            yield one.place, one.width
