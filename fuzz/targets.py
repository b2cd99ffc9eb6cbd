"""The targets: each takes a text, and raises only where the program is at fault."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache

from backpropcli.checking.answers import raw_answers, submission
from backpropcli.checking.check import Checker, Options
from backpropcli.cli.output import guarded, guarded_json
from backpropcli.errors import BackpropError
from backpropcli.files.numbers import number_trouble, read_number
from backpropcli.files.reader import read_documents
from backpropcli.files.source import PROBLEM_LIMITS, Source
from backpropcli.language.grammar import ExpressionError, Vocabulary
from backpropcli.language.parser import parse
from backpropcli.language.text import to_text
from backpropcli.ops import FUNCTIONS
from backpropcli.problem import problem_from_text
from backpropcli.problem.data import Problem
from backpropcli.report.checks import kind
from backpropcli.report.checks import load as check_format
from backpropcli.report.checks import names as check_formats
from backpropcli.report.formats import load as solve_format
from backpropcli.report.options import CheckOptions
from backpropcli.report.options import Options as SolveOptions
from backpropcli.solution import solve
from fuzz.nets import PROBLEMS
from fuzz.tame import wildness

# As much as a submission may take here; the command allows the search more.
SECONDS = 0.3
KEPT = 100
_checkers: dict[int, tuple[Checker | None, int]] = {}


class FaultError(Exception):
    """Something that must not happen and is no exception of its own."""


def reader(text: str) -> None:
    """A file of any kind: its documents, or complaints that can be printed."""
    for limits in (None, PROBLEM_LIMITS):
        try:
            source = Source("file.yaml", text)
            if limits is None:
                raw_answers(source)
            else:
                read_documents(source, limits)
        except BackpropError as error:
            _assert_tame(guarded(str(error)))


def parser(text: str) -> None:
    """An expression: what is printed of it reads back as the same."""
    _assert_number(text)
    words = Vocabulary(FUNCTIONS, {"x", "y", "W1", "z1", "L", "T", "yhat"})
    try:
        found = parse(text, words)
    except ExpressionError as error:
        if not 0 <= error.start <= error.stop or error.start > len(text):
            raise FaultError(f"a place outside: {error.start} to {error.stop}") from None
        return
    written = to_text(found)
    if len(written) > 20_000:
        return
    try:
        again = to_text(parse(written, words._replace(max_nodes=10**6, max_depth=10**3)))
    except ExpressionError as error:
        if "a number has at most" in error.message:
            return  # 1e-64 with more digits is printed as a number with a smaller exponent
        raise FaultError(f"{written!r} cannot be read back: {error.message}") from None
    if again != written:
        raise FaultError(f"{written!r} reads back as {again!r}")


def check(text: str) -> None:
    """An answers file: judged for problems of several kinds, in every format."""
    for number in range(len(PROBLEMS)):
        _check(number, text)


def entries(text: str) -> None:
    """Answers line by line, so that every text comes through to the values."""
    for number in range(len(PROBLEMS)):
        problem = _problem(number)
        names = [asked.text for asked in problem.find] or ["L"]
        lines = [
            f"  {json.dumps(name)}: {json.dumps(line)}"
            for name, line in zip(names, text.split("\n"), strict=False)
        ]
        _check(number, "answers:\n" + "\n".join(lines) + "\n")


def problem(text: str) -> None:
    """A problem file: solved, or refused with complaints that can be printed."""
    try:
        solution = solve(problem_from_text(text))
        for form in ("plain", "json", "latex", "markdown"):
            written = solve_format(form)(solution, SolveOptions())
            _assert_tame(guarded_json(written) if form == "json" else guarded(written))
    except BackpropError as error:
        _assert_tame(guarded(str(error)))


TARGETS: Mapping[str, Callable[[str], None]] = {
    "reader": reader,
    "parser": parser,
    "entries": entries,
    "check": check,
    "problem": problem,
}


def _check(number: int, text: str) -> None:
    problem, checker = _problem(number), _checker(number)
    try:
        documents = raw_answers(Source("answers.yaml", text))
        reports = [checker.check(submission(raw, problem)) for raw in documents]
    except BackpropError as error:
        _assert_tame(guarded(str(error)))
        return
    for report in reports:
        if not 0 <= report.score <= report.max_score:
            raise FaultError(f"{report.score} of {report.max_score} points")
    for form in check_formats():
        _assert_tame_format(form, check_format(form)(reports, CheckOptions("answer")))


def _checker(number: int) -> Checker:
    """A checker that is made anew now and then: it keeps what it works out."""
    checker, uses = _checkers.get(number, (None, KEPT))
    if checker is None or uses >= KEPT:
        checker, uses = Checker(_problem(number), Options(seconds=SECONDS)), 0
    _checkers[number] = checker, uses + 1
    return checker


@cache
def _problem(number: int) -> Problem:
    return problem_from_text(PROBLEMS[number])


def _assert_tame(text: str) -> None:
    wild = wildness(text)
    if wild:
        raise FaultError(wild)


def _assert_tame_format(form: str, text: str) -> None:
    """Workflow commands are what some formats are for; they are tame by their own tests."""
    if kind(form) == "json":
        text = guarded_json(text)
        json.loads(text, parse_constant=_no_constant)
    elif kind(form) == "text":
        text = guarded(text)
    else:
        return
    _assert_tame(text)


def _no_constant(name: str) -> None:
    raise FaultError(f"{name} in JSON")


def _assert_number(text: str) -> None:
    """A number is read or refused, never both."""
    value = read_number(text)
    if value is not None and (number_trouble(text) or not isinstance(value, Fraction)):
        raise FaultError(f"{text!r} is read and refused")
