"""``backprop grade``: a whole class is judged.

Exit codes: 0 done, whatever the grades; with ``--strict`` 3 where a submission cannot be graded; 2
a usage error or a bad problem, roster or journal; 4 an internal error, also one that is told as
the outcome of a single submission; 130 interrupted, and ``--resume`` goes on.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from backpropcli.cli.output import is_yaml, same_file
from backpropcli.report.checks import names as forms
from backpropcli.report.gradebooks import names as gradebooks
from backpropcli.report.reveal import LEVELS

if TYPE_CHECKING:
    from backpropcli.cli.class_output import Outputs, Target
    from backpropcli.grading.run import Grades, Plan

SUMMARIES = ("table", "markdown", "json")


class Limits(NamedTuple):
    """Where it is judged, and what one submission may take: seconds and MiB."""

    jobs: int
    cluster: str
    seconds: float
    memory: int


class Class(NamedTuple):
    """What is graded."""

    folder: str
    problems: Sequence[str]
    assignment: str | None
    roster: str | None
    id_pattern: str
    files: Sequence[str]


@click.command("grade", no_args_is_help=True)
@click.argument("folder", metavar="DIR")
@click.option(
    "-p",
    "--problem",
    "problems",
    multiple=True,
    metavar="FILE",
    help="The problem that is graded (repeat for more).",
)
@click.option("--assignment", metavar="FILE", help="A YAML file that lists problems with points.")
@click.option("-o", "--output", metavar="FILE", help="The gradebook; left out, it is printed.")
@click.option(
    "--csv",
    "book",
    type=click.Choice(gradebooks()),
    default="plain",
    show_default=True,
    help="The gradebook's columns.",
)
@click.option(
    "--column",
    metavar="NAME",
    help="The gradebook's name for the assignment, such as 'Homework 1 (4711)'.",
)
@click.option("--roster", metavar="CSV", help="The list of the class; who is missing is told.")
@click.option(
    "--id-pattern",
    default="",
    metavar="REGEX",
    help="A pattern of the path with a group for the student's id; or canvas, or moodle.",
)
@click.option(
    "--files",
    "names",
    multiple=True,
    metavar="GLOB",
    help="Only files of such a name, as answers.yaml or 'hw1_*' (repeat for more).",
)
@click.option(
    "--report",
    "reported",
    multiple=True,
    metavar="FORMAT=PATH",
    help="Reports too: a folder, a path with {student}, or one file for all.",
)
@click.option(
    "--summary",
    "summaries",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help="What the class understood: table, markdown or json.",
)
@click.option(
    "--reveal",
    type=click.Choice(LEVELS),
    default="diagnosis",
    show_default=True,
    help="How much the reports give away.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="How many processes judge; as many as cores where left out.",
)
@click.option(
    "--cluster", metavar="ADDRESS", help="Judge on a Dask cluster, such as tcp://host:8786."
)
@click.option(
    "--time",
    "seconds",
    type=click.FloatRange(0, min_open=True),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="The most time of one submission.",
)
@click.option(
    "--memory",
    type=click.IntRange(64),
    default=1024,
    show_default=True,
    metavar="MIB",
    help="The most memory of one submission.",
)
@click.option(
    "--journal", metavar="FILE", help="Where judged submissions are noted down; kept at the end."
)
@click.option("--resume", is_flag=True, help="Go on with an interrupted run.")
@click.option("--strict", is_flag=True, help="Exit with 3 if a submission cannot be graded.")
@click.option("--quiet", is_flag=True, help="Nothing on stderr but errors.")
@click.option(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    show_default=True,
    help="Colour in the terminal; NO_COLOR turns it off too.",
)
def command(
    folder: str,
    problems: tuple[str, ...],
    assignment: str | None,
    output: str | None,
    book: str,
    column: str | None,
    roster: str | None,
    id_pattern: str,
    names: tuple[str, ...],
    reported: tuple[str, ...],
    summaries: tuple[str, ...],
    reveal: str,
    jobs: int | None,
    cluster: str | None,
    seconds: float,
    memory: int,
    journal: str | None,
    resume: bool,
    strict: bool,
    quiet: bool,
    color: str,
) -> int:
    """Grade the answers files of a class, each for itself, and write the gradebook.

    DIR holds a file for each student, or a folder for each. The problem is that of -p: what a
    submission names has to be the same one, and is never opened. One that cannot be read,
    crashes or takes too long is a line of the gradebook, and all others are graded.

    \b
    Examples:
      backprop grade submissions -p problem.yaml -o grades.csv
      backprop grade submissions -p problem.yaml -o grades.csv --csv canvas --roster class.csv
      backprop grade submissions -p problem.yaml --summary table
      backprop grade submissions -p problem.yaml -o grades.csv --report markdown=feedback/
    """  # noqa: D301  (click reads the character \\b as "do not wrap")
    if not problems and not assignment:
        raise click.UsageError("the problem is missing: -p FILE, or --assignment FILE")
    output = None if output == "-" else output
    if resume and not output and not journal:
        raise click.UsageError("--resume needs -o or --journal: without one no run is noted down")
    if cluster and jobs:
        raise click.UsageError("--jobs is for this machine: a --cluster has its own workers")
    from backpropcli.cli.class_notes import closing_words, notes
    from backpropcli.cli.class_output import Outputs

    targets = [*map(_report, reported)]
    several = len(problems) > 1 or bool(assignment)
    summed = [*map(_summary, summaries)]
    inputs = [*problems, *([assignment] if assignment else []), *([roster] if roster else [])]
    outputs = Outputs(output, book, column, several, targets, summed, reveal, color, inputs)
    _refuse_collisions(outputs, journal)
    limits = Limits(jobs or 0, cluster or "", seconds, memory)
    plan = _plan(outputs, limits, journal, resume)
    wanted = Class(folder, problems, assignment, roster, id_pattern, names)
    grades = _graded(wanted, plan, quiet)
    try:
        survey = outputs.write(grades)
    except BaseException:
        grades.close(keep=bool(plan.journal))
        if plan.journal:
            click.echo("what is judged is kept; --resume goes on from there", err=True)
        raise
    if not quiet:
        _tell((*notes(grades, folder, survey), closing_words(grades, output)))
    counts = grades.counts
    grades.close(keep=bool(journal))
    if survey.internal:
        return 4
    return 3 if strict and (counts["ungradable"] or counts["error"]) else 0


def _report(text: str) -> Target:
    from backpropcli.cli.class_output import Target

    form, _, path = text.partition("=")
    if form not in forms() or path in ("", "-"):
        raise click.UsageError(
            f"--report {text!r} is not FORMAT=PATH with a format of {', '.join(forms())}"
        )
    return Target(form, path)


def _summary(text: str) -> Target:
    from backpropcli.cli.class_output import Target

    form, equals, path = text.partition("=")
    if form not in SUMMARIES or (equals and not path):
        raise click.UsageError(
            f"--summary {text!r} is not FORMAT or FORMAT=FILE with one of {', '.join(SUMMARIES)}"
        )
    return Target(form, None if path in ("", "-") else path)


def _refuse_collisions(outputs: Outputs, journal: str | None) -> None:
    """No output is a file that is read, YAML that exists, another output, or has no folder."""
    paths = [path for path in (*outputs.paths(), journal or outputs.journal) if path]
    each = [*paths, *outputs.patterns()]
    for number, path in enumerate(each):
        if same_file(path, each[:number]):
            raise click.UsageError(f"{path!r} is to be written twice")
    for path in paths:
        if same_file(path, outputs.inputs):
            raise click.UsageError(f"{path!r} is a file that is read, and would be lost")
        if not os.path.isdir(os.path.dirname(path) or "."):
            raise click.UsageError(f"{path!r} lies in a folder that does not exist")
        if is_yaml(path):
            raise click.UsageError(
                f"{path!r} exists and is YAML, perhaps a problem or answers: it is not written over"
            )


def _plan(outputs: Outputs, limits: Limits, journal: str | None, resume: bool) -> Plan:
    from backpropcli.grading.run import Plan

    path = journal or outputs.journal
    renderer = outputs.renderer()
    jobs, cluster, seconds, memory = limits
    rendered_as = repr(renderer)
    return Plan(
        jobs, seconds, memory, path, resume, renderer, rendered_as=rendered_as, cluster=cluster
    )


def _graded(wanted: Class, plan: Plan, quiet: bool) -> Grades:
    from backpropcli.cli.class_progress import Bar
    from backpropcli.grading.run import grade

    with Bar(quiet) as bar:
        try:
            return grade(
                wanted.folder,
                wanted.problems,
                assignment=wanted.assignment,
                roster=wanted.roster,
                id_pattern=wanted.id_pattern,
                files=wanted.files,
                plan=plan._replace(progress=bar.tell),
            )
        except KeyboardInterrupt:
            bar.close()
            if plan.journal and os.path.exists(plan.journal):
                said = f"{bar.done} of {bar.total} files are judged; --resume goes on from there"
                click.echo(said, err=True)
            raise


def _tell(lines: Iterable[str]) -> None:
    from backpropcli.cli.output import guarded

    for line in lines:
        click.echo(guarded(line), err=True)
