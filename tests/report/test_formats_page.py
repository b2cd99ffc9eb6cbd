"""The text blocks of docs/formats.md are what the formats and the gradebooks write."""

import re
from pathlib import Path

import pytest

from backpropcli.checking.check import check_text
from backpropcli.grading.data import Judged, Named, Outcome
from backpropcli.problem import problem_from_text
from backpropcli.report.checks import load
from backpropcli.report.checks import names as format_names
from backpropcli.report.gradebooks import Book, names, render
from backpropcli.report.gradebooks.plain import quantities
from backpropcli.report.options import CheckOptions

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"<!-- ([\w: .]+) -->\n```\w+\n(.*?)```\n", PAGE, re.DOTALL))
ADA = {"last_name": "Lovelace", "first_name": "Ada"}
ROSTERS = {
    "plain": ADA,
    "canvas": {"Student": "Lovelace, Ada", "ID": "101", "SIS User ID": "u1",
               "SIS Login ID": "s123", "Section": "A"},
    "moodle": {**ADA, "Email address": "ada@example.org", "ID number": "11"},
    "nbgrader": {**ADA, "Email address": "ada@example.org"},
}  # fmt: skip
GRADED = Outcome(
    "s123", "s123.yaml", "unit", "graded", 3.0, 5.0,
    tuple(Judged(name, None, None, "", got, most) for name, got, most in
          (("yhat", 1.0, 1.0), ("dL/dz", 0.0, 2.0), ("dL/dw", 2.0, 2.0))),
    (Named("BP201", "missing-activation-derivative", "dL/dz", "", False),),
    first_wrong_step="dL/dz",
)  # fmt: skip
BROKEN = Outcome("s124", "s124.yaml", "unit", "ungradable", reason="s124.yaml:1:1: this is no YAML")


@pytest.mark.parametrize("name", names())
def test_the_gradebooks_of_the_page(name: str) -> None:
    book = Book("Homework 1", "4711", {"s123": ROSTERS[name]}, quantities(GRADED))
    assert render(name, [GRADED, BROKEN], book) == BLOCKS[name]


def test_the_annotations_of_the_page() -> None:
    problem = problem_from_text(BLOCKS["file: unit.yaml"], "unit.yaml")
    reports = check_text(problem, BLOCKS["answers: sheet.yaml"], "sheet.yaml")
    assert load("github")(reports, CheckOptions("hint")) == BLOCKS["github"]


def test_every_format_is_on_the_page() -> None:
    assert all(f"`{name}`" in PAGE or f"## {name}" in PAGE for name in (*format_names(), *names()))
