"""Every problem of the gallery is solved, agrees with differences, and has a diagnosed sheet."""

import pytest
from problem_support import solved

from backpropcli.checking.check import check_file
from backpropcli.mistakes import catalogue
from backpropcli.problem import load_problem
from backpropcli.verify import verify
from tests.problems.remake_index import PAGE, TOPICS, entries, render, sheets

ENTRIES, SHEETS = entries(), sheets()


def test_the_index_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == render(), "run `make gallery`"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.path.stem)
def test_every_file_says_what_it_is_about(entry):
    problem = load_problem(str(entry.path))
    assert problem.title
    assert problem.statement
    assert problem.find
    assert problem.name == entry.path.stem


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.path.stem)
def test_gradients_agree_with_differences(entry):
    solution = solved(entry.path.stem)
    assert solution.program.shapes
    compared = verify(solution)
    assert [name for (_, name), one in compared.items() if not one.agrees] == []


def test_every_problem_has_a_sheet_with_mistakes():
    answered = {sheet.problem for sheet in SHEETS if sheet.mistakes}
    assert {entry.path.stem for entry in ENTRIES} == answered


def test_the_gallery_covers_a_course():
    assert len(ENTRIES) >= 40
    assert {entry.topic for entry in ENTRIES} <= set(TOPICS)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.path.stem)
def test_the_mistakes_of_a_sheet_are_named(sheet):
    """The comments of the sheet say what was done wrong; just that has to come out, in order."""
    known = {mistake.name for mistake in catalogue().entries()} | {"unexplained"}
    assert {name for made in sheet.mistakes for name in made.names} <= known
    (report,) = check_file(sheet.path, time_budget=30)
    assert "unreadable" not in {answer.status for answer in report.answers}
    found = [(root.name, root.at) for root in report.mistakes]
    off = [a.quantity for a in report.answers if a.status == "wrong" and not a.roots]
    found += [("unexplained", quantity) for quantity in off]
    for made, (name, at) in zip(sheet.mistakes, found, strict=True):
        assert name in made.names, found
        assert at == made.at, found
    if not sheet.mistakes:
        assert {answer.status for answer in report.answers} <= {"correct", "rounded", "missing"}
