"""``backprop explain``: the catalogue, and one mistake of it."""

import pytest
from cli_support import run

from backpropcli.mistakes import catalogue
from backpropcli.mistakes.entry import FAMILIES, Mistake
from backpropcli.report import explanation
from backpropcli.report.explanation import HEADINGS, explained, page

TEXT = """\
The 2 of the square is kept.

What it is

A factor, told in a long sentence that has to be broken into several lines in a narrow
window.

Example:

    dL/dyhat = 2*(yhat - y)
      in two lines

How to avoid it
---------------
Write it down.

- first
- second
"""


def entries():
    return list(catalogue().entries())


@pytest.mark.parametrize("columns", ["40", "80", "132"])
def test_the_list_names_all_mistakes_by_family(columns, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    ran = run(capsys, "explain")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert max(map(len, lines)) <= int(columns)
    used = [family.capitalize() for family in FAMILIES.values()]
    used = [family for family in used if family in lines]
    assert [line for line in lines if line in used] == used
    for mistake in entries():
        assert any(line.startswith(f"{mistake.code}  {mistake.name}") for line in lines)


def spellings(mistake):
    yield from (mistake.code, mistake.code.lower(), mistake.name, mistake.name.upper())
    yield mistake.name.replace("-", "_")
    yield f" {mistake.name.replace('-', ' ')} "


def test_a_mistake_by_its_code_and_by_its_name(capsys):
    mistake = entries()[0]
    first = run(capsys, "explain", mistake.code)
    assert (first.code, first.err) == (0, "")
    assert first.out.startswith(f"{mistake.code} {mistake.name}\n")
    for spelling in spellings(mistake):
        assert run(capsys, "explain", spelling) == first


def test_every_mistake_can_be_explained(capsys):
    for mistake in entries():
        ran = run(capsys, "explain", mistake.name)
        assert ran.code == 0
        assert ran.out.startswith(f"{mistake.code} {mistake.name}\n")


def test_the_beginning_of_a_name_is_enough_where_it_is_one_names(capsys):
    names = [mistake.name for mistake in entries()]
    for name in names:
        start = next(
            name[:n] for n in range(1, len(name) + 1)
            if sum(other.startswith(name[:n]) for other in names) == 1 or n == len(name)
        )  # fmt: skip
        assert f" {name}\n" in run(capsys, "explain", start).out


def test_several_names_begin_so(capsys):
    ran = run(capsys, "explain", "square")
    assert (ran.code, ran.out) == (2, "")
    assert "square-factor-kept" in ran.err
    assert "square-dropped" in ran.err


@pytest.mark.parametrize("text", ["square-facter-kept", "squarefactorkept", "factor-square-kept"])
def test_an_unknown_name_is_answered_with_the_nearest(text, capsys):
    ran = run(capsys, "explain", text)
    assert (ran.code, ran.out) == (2, "")
    assert "square-factor-kept" in ran.err


@pytest.mark.parametrize("text", ["", "   ", "zzzzzzzzzzz", "\x1b[2J", "::error::x", "BP999"])
def test_an_unknown_name(text, capsys):
    ran = run(capsys, "explain", text)
    assert (ran.code, ran.out) == (2, "")
    assert "no mistake" in ran.err
    assert "\x1b" not in ran.err


def test_the_sections_of_an_explanation(monkeypatch):
    monkeypatch.setattr(explanation, "explanation", lambda _mistake: TEXT)
    mistake = Mistake("BP999", "kept", "A", "m", "q", "r", look_alikes=("lost",))
    told = explained(mistake)
    assert told.title == "The 2 of the square is kept."
    assert [section.heading for section in told.sections] == [
        h for h in HEADINGS if h != "Why it is wrong"
    ]
    assert (
        page(mistake, 60, str.upper)
        == """\
BP999 KEPT
The 2 of the square is kept.
Family: notice; a notice, not a fault.

WHAT IT IS
A factor, told in a long sentence that has to be broken into
several lines in a narrow window.

EXAMPLE
    dL/dyhat = 2*(yhat - y)
      in two lines

HOW TO AVOID IT
Write it down.

- first
- second

EASILY CONFUSED WITH
lost
"""
    )


def test_colour_where_it_is_asked_for(capsys):
    assert "\x1b[1m" in run(capsys, "explain", "--color", "always").out
    assert "\x1b" not in run(capsys, "explain").out
