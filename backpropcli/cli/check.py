"""``backprop check``: answers are judged, and the mistakes in them named.

Exit codes: 0 every submission reached ``--min-score``; 1 one did not; 3 one cannot be graded; 2 a
usage error or a bad problem file; 4 an internal error. All submissions are done before the command
ends; of several codes the most serious counts, in the order 4, 2, 3, 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import click

from backpropcli.cli.main import complain, internal
from backpropcli.cli.output import guarded, guarded_json, is_yaml, same_file, terminal, write
from backpropcli.errors import BackpropError, Complaint, Place
from backpropcli.files.visible import visible_name
from backpropcli.report.checks import kind, load, names, refused, tells_ungraded
from backpropcli.report.reveal import LEVELS

if TYPE_CHECKING:
    from backpropcli.checking.data import CheckReport
    from backpropcli.report.options import CheckOptions, Ungraded

SERIOUS = (4, 2, 3, 1, 0)
# Of a whole submission, beyond the time in which mistakes are searched for.
MOST_SECONDS = 60.0


class Target(NamedTuple):
    """A format, and the file that it is written to; None is the terminal."""

    form: str
    output: str | None


# Workflow commands are made line by line in report/guards.py, and nothing else is let through.
GUARDS: dict[str, Callable[[str], str]] = {
    "text": guarded,
    "json": guarded_json,
    "commands": lambda text: text,
}


@click.command("check", no_args_is_help=True)
@click.argument("answers", nargs=-1, required=True, metavar="ANSWERS...")
@click.option("-p", "--problem", metavar="FILE", help="The problem, instead of the one named.")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(names()),
    default="table",
    show_default=True,
    help="How the report is written.",
)
@click.option(
    "--report",
    "reported",
    multiple=True,
    metavar="FORMAT=FILE",
    help="Write the report to a file too (repeat for more).",
)
@click.option(
    "--reveal",
    type=click.Choice(LEVELS),
    default="diagnosis",
    show_default=True,
    help="How much is given away: points, a question, the mistake, the right values.",
)
@click.option(
    "--min-score",
    type=click.FloatRange(0, 100),
    default=100,
    show_default=True,
    metavar="PCT",
    help="The share of the points, in percent, with which a submission passes.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 below --min-score too.")
@click.option(
    "--time",
    "seconds",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="How long mistakes are searched for in a submission.",
)
@click.option("-o", "--output", metavar="FILE", help="Write to a file instead of the terminal.")
@click.option(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    show_default=True,
    help="Colour in the terminal; NO_COLOR turns it off too.",
)
def command(
    answers: tuple[str, ...],
    problem: str | None,
    form: str,
    reported: tuple[str, ...],
    reveal: str,
    min_score: float,
    exit_zero: bool,
    seconds: float,
    output: str | None,
    color: str,
) -> int:
    """Judge answers to a problem: what is right, and which mistake was made where.

    ANSWERS is a YAML file with the answers of a student; - reads standard input. The problem is
    the one that the file names, or that of -p. Exits with 0 if every submission reaches
    --min-score, with 1 if one does not, with 3 if one cannot be graded, and with 2 for a bad
    problem file.

    \b
    Examples:
      backprop check answers.yaml
      backprop check answers.yaml -p problem.yaml --reveal hint
      backprop check answers.yaml --report json=result.json --min-score 50
    """  # noqa: D301  (click reads the character \\b as "do not wrap")
    from backpropcli.report.options import CheckOptions

    targets = [Target(form, None if output == "-" else output), *map(_target, reported)]
    _refuse_collisions(answers, problem, targets)
    reports, ungraded, codes = _checked(answers, problem, seconds)
    for target in targets:
        screen = terminal(color, target.output is not None)
        options = CheckOptions(reveal, *screen, len(answers) > 1, tuple(ungraded))
        _write(reports, target, options)
    percent = Fraction(str(min_score))
    if not exit_zero and not _all_pass(reports, percent):
        codes.append(1)
    return min([*codes, 0], key=SERIOUS.index)


def _target(text: str) -> Target:
    """A value of --report."""
    form, _, file = text.partition("=")
    if form not in names() or file in ("", "-"):
        raise click.UsageError(
            f"--report {text!r} is not FORMAT=FILE with a format of {', '.join(names())}"
        )
    return Target(form, file)


def _refuse_collisions(
    answers: Sequence[str], problem: str | None, targets: Sequence[Target]
) -> None:
    """No output is a file that is read or another output, and - is read only once."""
    inputs = [*answers, *([problem] if problem else [])]
    if inputs.count("-") > 1:
        raise click.UsageError("- (standard input) can be read only once")
    outputs = [target.output for target in targets if target.output]
    for number, output in enumerate(outputs):
        if same_file(output, inputs):
            raise click.UsageError(f"{output!r} is a file that is read, and would be lost")
        if same_file(output, outputs[:number]):
            raise click.UsageError(f"{output!r} is to be written twice")
        if is_yaml(output):
            raise click.UsageError(
                f"{output!r} exists and is YAML, perhaps a problem or answers: "
                "a report is not written over it"
            )


class Graded(NamedTuple):
    """What became of an answers file; with a code there are no reports, but reasons."""

    reports: Sequence[CheckReport] = ()
    code: int = 0
    reasons: tuple[Complaint, ...] = ()


def _checked(
    answers: Sequence[str], problem: str | None, seconds: float
) -> tuple[list[CheckReport], list[Ungraded], list[int]]:
    """The reports of all submissions that can be graded; the others, and their exit codes."""
    from backpropcli.report.options import Ungraded

    reports: list[CheckReport] = []
    ungraded: list[Ungraded] = []
    codes: list[int] = []
    for path in answers:
        graded = _graded(path, problem, seconds)
        reports += graded.reports
        if graded.code:
            codes.append(graded.code)
            ungraded.append(Ungraded(path, graded.reasons, len(reports)))
    return reports, ungraded, codes


def _graded(path: str, problem: str | None, seconds: float) -> Graded:
    """Judge one file within its time; whatever happens, the others are judged all the same."""
    from backpropcli.checking.check import check_file
    from backpropcli.files.source import FileError
    from backpropcli.probes import time_limit

    try:
        with time_limit(MOST_SECONDS + seconds):
            return Graded(check_file(path, problem, time_budget=seconds))
        return _spent(path, f"took more than {MOST_SECONDS + seconds:g} seconds")
    except BackpropError as error:
        complain(error)
        return Graded((), 3 if isinstance(error, FileError) else 2, tuple(error))
    except MemoryError:
        return _spent(path, "took more memory than there is")
    except Exception as error:
        code = internal(error)
        return Graded((), code, (Complaint(f"internal error: {type(error).__name__}: {error}"),))


def _spent(path: str, said: str) -> Graded:
    """The end of a submission that took too much; a result is written all the same."""
    error = BackpropError(Complaint(said, Place(visible_name(path))))
    complain(error)
    return Graded((), 4, tuple(error))


def _all_pass(reports: Sequence[CheckReport], percent: Fraction) -> bool:
    from backpropcli.report.judging import passed

    return all(passed(report, percent) for report in reports)


def _write(reports: Sequence[CheckReport], target: Target, options: CheckOptions) -> None:
    """Write a report; a file has all submissions, also for a format that people read."""
    told = tells_ungraded(target.form)
    parts = [load(target.form)(reports, options)] if reports or told else []
    if target.output is not None and not told:
        parts += [refused(target.form, one, options) for one in options.ungraded]
    if not parts:
        return
    text = "\n".join(parts)
    write(GUARDS[kind(target.form)](text), target.output)
