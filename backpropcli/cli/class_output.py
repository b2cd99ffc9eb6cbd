"""The outputs of ``backprop grade``: gradebook, reports, summaries."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import click

from backpropcli.cli.class_notes import Survey, surveyed
from backpropcli.cli.output import guarded, guarded_json, is_yaml, terminal, write
from backpropcli.errors import BackpropError, Complaint, Place
from backpropcli.files.visible import visible_name
from backpropcli.files.whole import is_special, make_folder_of, write_whole
from backpropcli.grading.collect import SUFFIXES
from backpropcli.report.checks import kind
from backpropcli.report.class_reports import JOINED, PROBLEM, Files, Renderer, files_for, joined
from backpropcli.report.class_summary import Screen
from backpropcli.report.class_summary import render as render_summary
from backpropcli.report.gradebooks import Book
from backpropcli.report.gradebooks import lines as gradebook_lines

if TYPE_CHECKING:
    from backpropcli.grading.run import Grades


class Target(NamedTuple):
    """A format, and where it goes; None is the terminal."""

    form: str
    path: str | None


@dataclass
class Outputs:
    """What is written of a class, and where; ``several`` if there may be more than one problem.

    ``inputs`` are the files that are read, beside the submissions.
    """

    gradebook: str | None
    book: str
    column: str | None
    several: bool
    reports: Sequence[Target]
    summaries: Sequence[Target]
    reveal: str
    color: str
    inputs: Sequence[str] = ()

    @property
    def journal(self) -> str:
        """Where the run is noted down unless told; nothing where there is no file to stand by."""
        beside = self.gradebook is not None and not is_special(self.gradebook)
        return f"{self.gradebook}.journal" if beside else ""

    def paths(self) -> Iterator[str | None]:
        """The files that are written, but for those of each student."""
        yield self.gradebook
        yield from (target.path for target in self.summaries)
        yield from (files.path for files in self.files() if files.is_single)

    def patterns(self) -> Iterator[str]:
        """The paths with a file for each student; raises ``UsageError`` for one of YAML."""
        for files in self.files():
            if not files.is_single:
                if files.path.lower().endswith(SUFFIXES):
                    raise click.UsageError(
                        f"{files.path!r}: no report is YAML, and answers might be written over"
                    )
                yield files.path

    def files(self) -> list[Files]:
        """Where the reports go; raises ``UsageError`` where they cannot go there."""
        found = [files_for(t.form, t.path or "", self.several) for t in self.reports]
        for files in found:
            if files.is_single and files.form not in JOINED:
                raise click.UsageError(
                    f"{files.form} has no file for a whole class: give a folder that exists, "
                    f"one that ends in /, or a path with {{student}}"
                )
            if self.several and not files.is_single and PROBLEM not in files.path:
                raise click.UsageError(
                    f"there are several problems: {files.path!r} needs {{problem}} too"
                )
        return found

    def renderer(self) -> Renderer | None:
        """What makes the reports in the workers; nothing where none are wanted."""
        wanted = tuple(dict.fromkeys(target.form for target in self.reports))
        return Renderer(wanted, self.reveal) if wanted else None

    def write(self, grades: Grades) -> Survey:
        """Write everything."""
        survey = surveyed(grades)
        reports = self.files()
        printed = any(target.path is None for target in self.summaries)
        if self.gradebook is not None or not printed:
            self._gradebook(grades, survey)
        self._summaries(grades)
        kept = {os.path.realpath(path) for path in (*self.inputs, *self.paths()) if path}
        for files in reports:
            _write_reports(grades, files, kept)
        return survey

    def _gradebook(self, grades: Grades, survey: Survey) -> None:
        roster = {member.student: member.fields for member in grades.roster or ()}
        title = self.column or grades.title
        book = Book(title, "", roster, survey.quantities, self.reveal, grades.worth)
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


def _write_reports(grades: Grades, files: Files, kept: set[str]) -> None:
    """Write the reports of a format, over none of the files in ``kept`` and no YAML."""
    form, guard = files.form, _GUARDS[kind(files.form)]

    def texts() -> Iterator[str]:
        return (o.rendered[form] for o in grades.outcomes() if form in o.rendered)

    if files.is_single:
        write_whole(files.path, map(guard, joined(form, texts)))
        return
    for outcome in grades.outcomes():
        if form in outcome.rendered:
            path = files.path_of(outcome)
            if is_yaml(path) or os.path.realpath(path) in kept:
                said = "is another file, perhaps a problem or answers: it is not written over"
                raise BackpropError(Complaint(said, Place(visible_name(path))))
            make_folder_of(path)
            write_whole(path, [guard(outcome.rendered[form])])


def _as_it_is(text: str) -> str:
    return text


_GUARDS = {"text": guarded, "json": guarded_json, "commands": _as_it_is}
