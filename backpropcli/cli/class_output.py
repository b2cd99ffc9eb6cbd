"""The outputs of ``backprop grade``: gradebook, reports, summaries, and what is told on stderr."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from backpropcli.cli.output import guarded, guarded_json, is_yaml, terminal, write
from backpropcli.errors import BackpropError, Complaint, Place
from backpropcli.files.visible import visible_name
from backpropcli.files.whole import is_special, make_folder_of, write_whole
from backpropcli.grading.collect import SUFFIXES, Skipped
from backpropcli.grading.identity import likely_pattern, unmatched
from backpropcli.grading.judging import OTHER_PROBLEM
from backpropcli.records import NamedTuple, dataclass
from backpropcli.report.books import LOST
from backpropcli.report.checks import kind
from backpropcli.report.class_reports import JOINED, PROBLEM, Files, Renderer, files_for, joined
from backpropcli.report.class_summary import Screen
from backpropcli.report.class_summary import render as render_summary
from backpropcli.report.gradebooks import Book
from backpropcli.report.gradebooks import lines as gradebook_lines
from backpropcli.report.gradebooks.plain import quantity_name
from backpropcli.report.judging import plural

if TYPE_CHECKING:
    from backpropcli.grading.run import Grades

MOST_TOLD = 10
MOST_KEPT = 1000
MOST_ALIKE = 3  # files that are passed over for the same reason, and are told one by one
MOST_SEEN = 1024
BY_FILE = r"--id-pattern '([^/]+)\.ya?ml$'"
ORDER = ("graded", "ungradable", "error", "missing")


class Target(NamedTuple):
    """A format, and where it goes; None is the terminal."""

    form: str
    path: str | None


class Survey(NamedTuple):
    """What has to be known of all outcomes before the first line is written.

    ``internal`` says whether one is an internal error; ``lost`` are those that have no grade, and
    ``untold`` counts more of them.
    """

    quantities: tuple[str, ...]
    internal: bool
    lost: list[Skipped]
    untold: int


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
        worth = {exercise.name: float(exercise.max_score) for exercise in grades.exercises}
        title = self.column or grades.title
        book = Book(title, "", roster, survey.quantities, self.reveal, worth)
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
    internal, in_examples, lost, untold = False, set[str](), list[Skipped](), 0
    seen: dict[int, object] = {}
    for outcome in grades.outcomes():
        internal = internal or outcome.reason.startswith("internal error")
        if outcome.status in LOST and len(lost) < MOST_KEPT:
            lost.append(Skipped(outcome.file, outcome.reason))
        elif outcome.status in LOST:
            untold += 1
        if id(outcome.judged) in seen:
            continue
        if len(seen) < MOST_SEEN:
            seen[id(outcome.judged)] = outcome.judged  # kept, so that its id stays its own
        for one in outcome.judged:
            name = quantity_name(one)
            at = place.get(one.quantity, len(columns))
            found.setdefault(name, (at, one.example or 0, one.step or 0, name))
            in_examples |= {one.quantity} if one.example else set()
    for quantity, at in place.items():
        if quantity not in in_examples:
            found.setdefault(quantity, (at, 0, 0, quantity))
    return Survey(tuple(sorted(found, key=found.__getitem__)), internal, lost, untold)


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


def notes(grades: Grades, folder: str, survey: Survey) -> Iterator[str]:
    """What was passed over or may be a misunderstanding, a few lines of each kind."""
    yield from _listed("no grade", survey.lost, survey.untold)
    yield from _listed("skipped", grades.skipped, grades.collected.untold)
    yield from _listed("not counted", grades.older)
    yield from _other_problem(grades, survey)
    yield from _one_student(grades, folder)
    yield from _pattern_words(grades)
    if grades.strangers:
        shown = ", ".join(grades.strangers[:MOST_TOLD])
        more = len(grades.strangers) - MOST_TOLD
        yield f"not on the roster: {shown}" + (f" and {more} more" if more > 0 else "")


def _other_problem(grades: Grades, survey: Survey) -> Iterator[str]:
    """Where most submissions name a problem that was given to the class under another name."""
    others = sum(OTHER_PROBLEM in one.why for one in survey.lost)
    if others > grades.counts["graded"]:
        said = plural(others, "submission names", "submissions name")
        yield f"{said} another problem; if it is the same one, call its file by that name for -p"


def _one_student(grades: Grades, folder: str) -> Iterator[str]:
    """A folder of many taken for one student's: a problem's, or one around the whole class."""
    tops = {file.path.partition("/")[0] for file in grades.collected.files}
    problems = sorted(tops & {exercise.name for exercise in grades.exercises})
    if problems and grades.older and not grades.pattern:
        said = f"the folder {problems[0]} has the name of a problem, and is taken for a student's"
        yield f"{said}: {BY_FILE} takes the names of the files"
        return
    students = {entry.student for entry in grades.order.entries if entry.status != "missing"}
    if len(tops) == 1 and len(students) == 1 and len(grades.older) > 1:
        inside = visible_name(os.path.join(folder, *tops))
        yield f"all files lie in one folder, taken for one student's; is {inside} the class?"


def _pattern_words(grades: Grades) -> Iterator[str]:
    """Where the pattern of ids does not do what it should, or one is missing."""
    files = grades.collected.files
    odd, known = unmatched(files, grades.pattern), likely_pattern(files)
    if odd:
        said = plural(odd, "file does", "files do")
        yield f"{said} not fit the id pattern, of {len(files)}: the id is the name of the file"
    elif known and not grades.pattern:
        yield f"the files are named as by {known.title()}: --id-pattern {known} finds the ids"


def _listed(what: str, found: Sequence[Skipped], untold: int = 0) -> Iterator[str]:
    """A line for each file, or for each reason that many have."""
    by_reason: dict[str, list[str]] = {}
    for one in found:
        by_reason.setdefault(one.why, []).append(one.path)
    lines: list[tuple[str, int]] = []
    for why, paths in by_reason.items():
        if len(paths) > MOST_ALIKE:
            lines.append((f"{len(paths)} files such as {paths[0]}: {why}", len(paths)))
        else:
            lines += [(f"{path}: {why}", 1) for path in paths]
    yield from (f"{what}: {line}" for line, _ in lines[:MOST_TOLD])
    more = sum(files for _, files in lines[MOST_TOLD:]) + untold
    if more:
        yield f"{what}: {more} more"


def closing_words(grades: Grades, output: str | None) -> str:
    """How many submissions fared how, and where the gradebook is."""
    told = ", ".join(f"{grades.counts[s]} {s}" for s in ORDER if grades.counts[s])
    where = f" -> {visible_name(output)}" if output else ""
    return f"{plural(len(grades), 'submission')}: {told or 'none'}{where}"
