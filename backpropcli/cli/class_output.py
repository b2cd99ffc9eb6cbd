"""The outputs of ``backprop grade``: gradebook, reports, summaries, and what is told on stderr."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import click

from backpropcli.cli.output import guarded, guarded_json, terminal, write
from backpropcli.files.visible import visible_name
from backpropcli.grading.atomic import make_folder_of, write_whole
from backpropcli.report.checks import kind
from backpropcli.report.class_reports import JOINED, Files, Renderer, files_for, joined
from backpropcli.report.class_summary import Screen
from backpropcli.report.class_summary import render as render_summary
from backpropcli.report.gradebooks import Book
from backpropcli.report.gradebooks import lines as gradebook_lines
from backpropcli.report.gradebooks.plain import quantity_name
from backpropcli.report.judging import plural

if TYPE_CHECKING:
    from backpropcli.grading.collect import Skipped
    from backpropcli.grading.run import Grades

MOST_TOLD = 10
ORDER = ("graded", "ungradable", "error", "missing")


class Target(NamedTuple):
    """A format, and where it goes; None is the terminal."""

    form: str
    path: str | None


class Survey(NamedTuple):
    """What has to be known of all outcomes before the first line is written."""

    quantities: tuple[str, ...]
    internal: bool


@dataclass
class Outputs:
    """What is written of a class, and where."""

    gradebook: str | None
    book: str
    reports: Sequence[Target]
    summaries: Sequence[Target]
    reveal: str
    color: str

    def paths(self) -> Iterator[str | None]:
        """The files that are written, but for those of each student."""
        yield self.gradebook
        yield from (target.path for target in self.summaries)
        yield from (files.path for files in self.files(several=True) if files.is_single)

    def files(self, several: bool) -> list[Files]:
        """Where the reports go; raises ``UsageError`` where they cannot go there."""
        found = [files_for(t.form, t.path or "", several) for t in self.reports]
        for files in found:
            if files.is_single and files.form not in JOINED:
                raise click.UsageError(
                    f"{files.form} has no file for a whole class: give a folder that exists, "
                    f"one that ends in /, or a path with {{student}}"
                )
        return found

    def renderer(self) -> Renderer | None:
        """What makes the reports in the workers; nothing where none are wanted."""
        wanted = tuple(dict.fromkeys(target.form for target in self.reports))
        return Renderer(wanted, self.reveal) if wanted else None

    def write(self, grades: Grades) -> bool:
        """Write everything; whether the outcome of a submission is an internal error."""
        several = len(grades.exercises) > 1
        survey = surveyed(grades)
        reports = self.files(several)
        printed = any(target.path is None for target in self.summaries)
        if self.gradebook is not None or not printed:
            self._gradebook(grades, survey)
        self._summaries(grades)
        for files in reports:
            _write_reports(grades, files)
        return survey.internal

    def _gradebook(self, grades: Grades, survey: Survey) -> None:
        roster = {member.student: member.fields for member in grades.roster or ()}
        book = Book(grades.title, "", roster, survey.quantities, self.reveal)
        lines = gradebook_lines(self.book, grades.outcomes(), book)
        if self.gradebook is None:
            write(guarded("".join(lines)), None)
        else:
            write_whole(self.gradebook, lines)

    def _summaries(self, grades: Grades) -> None:
        summary = grades.summary() if self.summaries else None
        for target in self.summaries:
            assert summary is not None
            screen = Screen(*terminal(self.color, target.path is not None))
            text = render_summary(summary, target.form, screen)
            text = guarded_json(text) if target.form == "json" else guarded(text)
            if target.path is None:
                write(text, None)
            else:
                write_whole(target.path, [text])


def surveyed(grades: Grades) -> Survey:
    """The quantities that some submission was judged by, in the order of the problems."""
    columns = [quantity for exercise in grades.exercises for quantity in exercise.columns]
    place = {quantity: at for at, quantity in reversed(list(enumerate(columns)))}
    found: dict[str, tuple[int, int, int, str]] = {}
    internal, in_examples = False, set[str]()
    for outcome in grades.outcomes():
        internal = internal or outcome.reason.startswith("internal error")
        for one in outcome.judged:
            name = quantity_name(one)
            at = place.get(one.quantity, len(columns))
            found.setdefault(name, (at, one.example or 0, one.step or 0, name))
            in_examples |= {one.quantity} if one.example else set()
    for quantity, at in place.items():
        if quantity not in in_examples:
            found.setdefault(quantity, (at, 0, 0, quantity))
    return Survey(tuple(sorted(found, key=found.__getitem__)), internal)


def _write_reports(grades: Grades, files: Files) -> None:
    form, guard = files.form, _GUARDS[kind(files.form)]

    def texts() -> Iterator[str]:
        return (o.rendered[form] for o in grades.outcomes() if form in o.rendered)

    if files.is_single:
        write_whole(files.path, map(guard, joined(form, texts)))
        return
    for outcome in grades.outcomes():
        if form in outcome.rendered:
            path = files.path_of(outcome)
            make_folder_of(path)
            write_whole(path, [guard(outcome.rendered[form])])


def _as_it_is(text: str) -> str:
    return text


_GUARDS = {"text": guarded, "json": guarded_json, "commands": _as_it_is}


def notes(grades: Grades) -> Iterator[str]:
    """What was passed over, a few lines of each kind."""
    yield from _listed("skipped", grades.skipped, grades.collected.untold)
    yield from _listed("not counted", grades.older)
    if grades.strangers:
        shown = ", ".join(grades.strangers[:MOST_TOLD])
        more = len(grades.strangers) - MOST_TOLD
        yield f"not on the roster: {shown}" + (f" and {more} more" if more > 0 else "")


def _listed(what: str, found: Sequence[Skipped], untold: int = 0) -> Iterator[str]:
    yield from (f"{what}: {one.path}: {one.why}" for one in found[:MOST_TOLD])
    more = len(found) - MOST_TOLD + untold
    if more > 0:
        yield f"{what}: {more} more"


def closing_words(grades: Grades, output: str | None) -> str:
    """How many submissions fared how, and where the gradebook is."""
    told = ", ".join(f"{grades.counts[s]} {s}" for s in ORDER if grades.counts[s])
    where = f" -> {visible_name(output)}" if output else ""
    return f"{plural(len(grades), 'submission')}: {told or 'none'}{where}"
