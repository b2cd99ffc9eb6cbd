"""A reduced report as a page: a line per quantity, then a finding per thing that is off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backpropcli.checking.data import Answer, CheckReport, LinkFinding, Root
from backpropcli.errors import Place
from backpropcli.files.visible import visible_name
from backpropcli.report.judging import (
    answer_words,
    case_words,
    is_arithmetic,
    is_notice,
    mistake_words,
    name_words,
    points_words,
    score_words,
    value_words,
    written_words,
)

MOST_SOURCES = 3
UNEXPLAINED = "this line is off; no known mistake explains it"
WORK_AGAIN = "this line is off: work it out once more from the lines before it"


class Row(NamedTuple):
    """One quantity: how it was judged, its points, what was written, and a short note."""

    quantity: str
    status: str
    points: str
    written: str
    note: str


class Group(NamedTuple):
    """The rows of one example or step; the title is empty where there are none."""

    title: str
    rows: tuple[Row, ...]


class Source(NamedTuple):
    """A line of the answers file, with the columns (from 1) and widths of what is meant."""

    place: Place
    line: str
    spans: tuple[tuple[int, int], ...]


class Said(NamedTuple):
    """A sentence, perhaps behind a label; or formulas, numbers or names behind it."""

    text: str
    label: str = ""
    formula: bool = False


class Finding(NamedTuple):
    """One thing that is off: what and where, the places in the file, and what there is to say.

    ``name`` is the code and the name of the mistake, where there is one that may be told; ``case``
    the example and the step.
    """

    what: str
    at: str
    sources: tuple[Source, ...]
    said: tuple[Said, ...]
    name: str = ""
    left_out: int = 0
    case: str = ""

    @property
    def title(self) -> str:
        """All of it in a line: "first wrong step: dL/dyhat (BP301 square-factor-kept)"."""
        return f"{self.what}: {self.at}{self.case}" + (f" ({self.name})" if self.name else "")


class Page(NamedTuple):
    """All that is shown of one report.

    ``first`` names the first wrong step, ``case`` its example and step, and ``seen`` the answer in
    which it is seen, where that is another.
    """

    score: str
    first: str
    case: str
    seen: str
    about: str
    groups: tuple[Group, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The score, and the first wrong step."""
        seen = f" (seen in {self.seen})" if self.seen else ""
        first = f"; first wrong step: {self.first}{self.case}{seen}" if self.first else ""
        return self.score + first


def make_page(report: CheckReport, reveal: str) -> Page:
    """The page of a report that was reduced to a level of ``reveal.py``."""
    return _Maker(report, reveal).page()


class _Maker:
    def __init__(self, report: CheckReport, reveal: str) -> None:
        self.report, self.reveal = report, reveal
        self.unexplained = [
            a for a in report.answers if a.status == "wrong" and not a.roots and reveal != "none"
        ]
        named = {a.quantity for a in report.answers if 0 in a.roots}
        off = {a.quantity for a in self.unexplained} - named
        self.opens = bool(report.mistakes) and report.first_wrong_step not in off

    def page(self) -> Page:
        report = self.report
        about = [report.title or report.problem, report.submission, report.student]
        notes = [*report.notes, *([report.cut] if report.cut else [])]
        return Page(
            score_words(self.report),
            *self.first(),
            ", ".join(visible_name(part) for part in about if part),
            tuple(self.groups()),
            tuple(self.findings()),
            tuple(visible_name(note) for note in notes),
        )

    def first(self) -> tuple[str, str, str]:
        """The first wrong step, its example, and the answer in which it is seen."""
        first = visible_name(self.report.first_wrong_step or "")
        if not self.opens:
            return first, "", ""
        root = self.report.mistakes[0]
        at = visible_name(root.at)
        return at, case_words(root), first if first != at else ""

    def groups(self) -> Iterator[Group]:
        found: dict[str, list[Row]] = {}
        for answer in self.report.answers:
            found.setdefault(case_words(answer).removeprefix(", "), []).append(self.row(answer))
        for title, rows in found.items():
            title = title or "whole problem" * (len(found) > 1)
            yield Group(title[:1].upper() + title[1:], tuple(rows))

    def row(self, answer: Answer) -> Row:
        roots = [self.report.mistakes[number] for number in answer.roots]
        return Row(
            visible_name(answer.quantity),
            answer.status,
            points_words(answer),
            visible_name(written_words(answer)),
            "" if self.reveal == "none" else visible_name(answer_words(answer, roots)),
        )

    def findings(self) -> Iterator[Finding]:
        """The mistakes, then the lines that none explains, then workings and unreadable entries.

        The first wrong step opens them, also where no mistake explains it.
        """
        if self.reveal == "none":
            return
        opening = self.opening()
        if opening is not None:
            yield self.unnamed(opening, "first wrong step")
        for number, root in enumerate(self.report.mistakes):
            yield self.mistake(number, root)
        for answer in self.unexplained:
            if answer is not opening:
                yield self.unnamed(answer)
        for answer in self.report.answers:
            roots = [self.report.mistakes[number] for number in answer.roots]
            told = "; ".join(root.message for root in roots if is_arithmetic(root))
            wrong = [link for link in answer.links if not link.ok]
            untold = [link for link in wrong if not link.message or link.message not in told]
            if untold:
                yield self.working(answer, untold)
            if answer.status == "unreadable":
                said = tuple(Said(visible_name(note)) for note in answer.notes)
                yield self.finding("cannot be read", answer, said)

    def opening(self) -> Answer | None:
        """The answer with the first wrong step, where no mistake explains it and others follow."""
        if self.opens or not self.report.mistakes:
            return None
        first = self.report.first_wrong_step
        return next((a for a in self.unexplained if a.quantity == first), None)

    def mistake(self, number: int, root: Root) -> Finding:
        touched = [a for a in self.report.answers if number in a.roots]
        what = "first wrong step" if self.opens and not number else "next wrong step"
        if is_notice(root):
            what = "notice"
        sources = [source for answer in touched for source in self.sources(answer)]
        words = mistake_words(root, self.reveal)
        said = [Said(visible_name(text), label, formula) for text, label, formula in words]
        said += [s for a in touched for s in self.values(a)]
        kept = tuple(sources[:MOST_SOURCES])
        at, left_out = visible_name(root.at), len(sources) - len(kept)
        return Finding(what, at, kept, tuple(said), name_words(root), left_out, case_words(root))

    def values(self, answer: Answer) -> Iterator[Said]:
        """The right value of an answer, and what follows from the student's own numbers."""
        name = visible_name(answer.quantity + case_words(answer))
        for value, label in (
            (answer.expected, f"right value of {name}"),
            (answer.carried, f"{name} from your own earlier values"),
        ):
            if value is not None and answer.status == "wrong":
                yield Said(value_words(value), label, True)

    def unnamed(self, answer: Answer, what: str = "off") -> Finding:
        sentences = answer.notes or (WORK_AGAIN if self.reveal == "hint" else UNEXPLAINED,)
        said = [Said(visible_name(sentence)) for sentence in sentences]
        return self.finding(what, answer, (*said, *self.values(answer)))

    def working(self, answer: Answer, wrong: Sequence[LinkFinding]) -> Finding:
        """The equals signs of a working that do not hold."""
        said: list[Said] = []
        for link in wrong:
            said.append(Said(visible_name(link.text), "this does not hold", True))
            said += [Said(visible_name(link.message))] * bool(link.message)
        finding = self.finding("working", answer, tuple(said))
        spans = [(link.place, link.width) for link in wrong]
        return finding._replace(sources=tuple(self.by_line(spans)))

    def finding(self, what: str, answer: Answer, said: tuple[Said, ...]) -> Finding:
        at, case = visible_name(answer.quantity), case_words(answer)
        return Finding(what, at, tuple(self.sources(answer)), said, case=case)

    def sources(self, answer: Answer) -> list[Source]:
        """The lines of an answer, the wrong entries marked where they are known."""
        if answer.place is None:
            return []
        return self.by_line(answer.entry_places or [(answer.place, answer.width)])

    def by_line(self, spans: Sequence[tuple[Place, int]]) -> list[Source]:
        lines: dict[int, list[tuple[Place, int]]] = {}
        for place, width in spans:
            lines.setdefault(place.line, []).append((place, width))
        return [
            Source(
                found[0][0]._replace(file=visible_name(found[0][0].file)),
                self.report.source_line(found[0][0]),
                tuple((place.column, width) for place, width in found),
            )
            for found in lines.values()
        ]
