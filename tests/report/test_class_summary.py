"""The summary of a class: counted by hand, and shown without live marks."""

import json

import pytest

from backpropcli.grading.data import Judged, Named, Outcome
from backpropcli.grading.exercises import Exercise
from backpropcli.grading.summary import summarize
from backpropcli.report.class_summary import Screen, render

EXERCISE = Exercise("hw", "A title with [red]marks[/x] | and <b>", "hw.yaml", "", 2, 1, ("z", "L"))
MASK = Named("BP202", "missing-relu-mask", "dL/dz1", "the mask is missing", False)


def outcome(student, score, z="correct", loss="correct", named=(), unexplained=()):
    judged = (Judged("z", None, None, z, 1.0, 1.0), Judged("L", None, None, loss, 1.0, 1.0))
    return Outcome(
        student, f"{student}.yaml", "hw", "graded", score, 2.0, judged, named, unexplained
    )


@pytest.fixture
def summary():
    return summarize(
        [
            outcome("ann", 2.0),
            outcome("bob", 1.0, z="wrong", named=(MASK, MASK._replace(at="dL/dz2"))),
            outcome("cyd", 0.0, "wrong", "wrong", unexplained=(("z", "7"), ("L", "`|`"))),
            outcome("dan", 1.0, "wrong", "carried", (MASK._replace(possible=True),), (("z", "7"),)),
            Outcome("eve", "eve.yaml", "hw", "ungradable", reason="it is empty"),
            Outcome("fay", "", "hw", "missing"),
            Outcome("gil", "gil.yaml", "", "ungradable"),
        ],
        [EXERCISE],
    )


def test_counts(summary):
    (one,) = summary.problems
    assert summary.unknown == 1
    assert dict(one.outcomes) == {"graded": 4, "ungradable": 1, "missing": 1}
    assert one.scores[:5] == (4, 50.0, 50.0, 0.0, 100.0)
    assert one.scores.bars == (1, 0, 0, 0, 0, 2, 0, 0, 0, 1)
    z, loss = one.quantities
    assert {k: n for k, n in z.counts if n} == {"correct": 1, "wrong": 3}
    assert {k: n for k, n in loss.counts if n} == {"correct": 2, "carried": 1, "wrong": 1}
    (mask,) = one.mistakes
    assert (mask.submissions, mask.possible) == (2, 1)
    assert dict(mask.at) == {"dL/dz1": 2, "dL/dz2": 1}
    assert [u[:3] for u in one.unexplained] == [("z", "7", 2), ("L", "`|`", 1)]


def test_a_full_score_falls_into_the_last_bar_and_nothing_into_none():
    third = Exercise("hw", "", "hw.yaml", "", 3, 1, ())
    (one,) = summarize([Outcome("a", "a", "hw", "graded", 0.3, 3.0)], [third]).problems
    assert one.scores.bars.index(1) == 1  # 10 %, though 0.3 / 3 is a little less in binary
    (none,) = summarize([], [third]).problems
    assert none.scores.mean is None
    for form in ("table", "markdown", "json"):
        assert render(summarize([], [third]), form)


@pytest.mark.parametrize("width", [30, 40, 80])
def test_bars_are_as_long_as_their_counts_on_any_screen(width):
    outcomes = [outcome(f"s{n}", 2.0 if n < 120 else 1.0) for n in range(200)]  # 120 and 80
    page = render(summarize(outcomes, [EXERCISE]), "table", Screen(width))
    full, half = (line.count("█") for line in page.split("\n") if "█" in line)
    assert half / full == pytest.approx(80 / 120, abs=0.5 / full + 0.01)
    assert "…" not in page.partition("quantity")[0].partition("%")[2]


@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_no_form_names_a_student(summary, form):
    text = render(summary, form)
    for student in ("ann", "bob", "cyd", "dan", "eve", "fay", "gil"):
        assert student not in text


def test_json(summary):
    data = json.loads(render(summary, "json"))
    assert data["schema"] == 1
    assert data["without_problem"] == 1
    (one,) = data["problems"]
    assert one["quantities"][0] == {
        "quantity": "z", "correct": 1, "rounded": 0, "carried": 0, "wrong": 3, "missing": 0,
        "unreadable": 0,
    }  # fmt: skip
    assert one["mistakes"][0]["example"] == "the mask is missing"


def test_markdown_is_not_broken_open(summary):
    text = render(summary, "markdown")
    assert "<b>" not in text
    assert "- `L`: `` `|` ``, 1 time" in text


@pytest.mark.parametrize("screen", [Screen(60), Screen(100, True), Screen(80, False, False)])
def test_the_page_fits_its_screen(summary, screen):
    from rich.text import Text

    text = render(summary, "table", screen)
    assert all(Text.from_ansi(line).cell_len <= screen.width for line in text.split("\n"))
    assert ("\x1b" in text) == screen.color
    assert text.isascii() == (not screen.unicode)
    assert "[red]marks[/x]" in Text.from_ansi(text).plain
