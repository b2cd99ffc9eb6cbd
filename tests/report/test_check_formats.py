"""What ``backprop check`` prints in each format, from a report built by hand."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from check_support import (
    ANSWERS,
    FORMATS,
    KEPT,
    LINES,
    REPORT,
    SYSTEMS,
    judged,
    place,
    shown,
    with_root,
)

from backpropcli.checking.data import CheckReport, Root
from backpropcli.report.checks import load, names
from backpropcli.report.judging import passed, score_words
from backpropcli.report.notebook import render_check
from backpropcli.report.options import CheckOptions

TEXTS = ("table", "plain", "markdown")
ALIKE = (
    ("BP301", "square-factor-kept"),
    ("BP601", "wrong-parameter"),
    ("BP601", "wrong-parameter"),
    ("BP102", "sign-slip"),
)


def flat(text: str) -> str:
    """A page without boxes, as one line."""
    return " ".join(text.replace("│", " ").split())


def test_there_is_a_file_for_every_format() -> None:
    assert names()[0] == FORMATS[0]
    assert set(names()) == {*FORMATS, *SYSTEMS}


@pytest.mark.parametrize("form", TEXTS)
def test_the_summary_comes_first(form: str) -> None:
    first = shown(form).splitlines()[0].replace("`", "")
    # 1 + 1/3 + 1 + 1 = 10/3 of 9
    assert "3.33 of 9 points (37 %); first wrong step: dL/dyhat (seen in dL/dW3[2])" in first


@pytest.mark.parametrize("form", TEXTS)
def test_a_mistake_is_told_with_its_place_and_its_right_form(form: str) -> None:
    text = flat(shown(form)).replace("`", "").replace("\\", "")
    for part in (
        "irst wrong step: dL/dyhat (BP301 square-factor-kept)",
        "answers.yaml:5:14",
        "5 | dL/dW3[2]: -2*(1.5 - 5)*6 = 42",
        KEPT.message,
        "ou seem to have computed: dL/dyhat = 2*(yhat - y)",
        "hould be: dL/dyhat = yhat - y",
        KEPT.remedy,
        "xplains: dL/dW3[2], dL/dz2",
        "2 later values follow correctly from it",
        "he same numbers also come from: missing-batch-mean (BP305)",
        "dL/dh1 would tell them apart: work it out too",
    ):
        assert part in text, part
    assert "Not carried on" not in text
    assert "One possible cause" not in text


@pytest.mark.parametrize("form", TEXTS)
def test_what_is_told_of_a_mistake_only_sometimes(form: str) -> None:
    report = with_root(
        carried_on=False, possible=True, scope="everywhere", follow=1, example=2, step=3
    )
    text = flat(shown(form, report=report)).replace("`", "").replace("\\", "")
    assert "dL/dyhat, example 2, step 3 (possibly BP301 square-factor-kept)" in text
    assert f"One possible cause: {KEPT.message}" in text
    assert "Made throughout." in text
    assert "1 later value follows correctly from it" in text
    assert "Not carried on: you seem to have gone on with the right value" in text


@pytest.mark.parametrize("form", TEXTS)
def test_lines_without_a_known_mistake_workings_and_unreadable_entries(form: str) -> None:
    text = flat(shown(form)).replace("`", "").replace("\\", "")
    assert text.count("this line is off; no known mistake explains it") == 1  # L
    assert "this line is off: the second row is ... after the mask" in text  # dL/dW1
    assert "orking: L" in text
    assert "his does not hold: 12.25/2 = 6.75" in text
    assert "annot be read: yhat" in text
    assert "an operand is missing after +" in text
    assert "The sheet counts from 1." in text


def test_carets_stand_under_the_wrong_entries() -> None:
    lines = shown("plain").splitlines()
    at = lines.index("    6 |   dL/dz2: [-7.25, 7.5, -14.75]")
    assert lines[at + 1] == "      |            ^^^^^       ^^^^^^"
    at = lines.index("    9 |   L: (1.5 - 5)**2/2 = 12.25/2 = 6.75", at + 9)
    assert any(line == "      |                       ^^^^^^^^^^^^^^" for line in lines[at:])


def test_each_status_has_its_word_and_its_sign() -> None:
    table = shown("table")
    ascii_only = shown("table", unicode=False)
    for sign, other, word in (
        ("✓", "+", "correct"),
        ("≈", "~", "rounded"),
        ("→", ">", "carried"),
        ("✗", "x", "wrong"),
        ("–", "-", "missing"),
        ("?", "?", "unreadable"),
    ):
        assert f"{sign} {word}" in table
        assert f"{other} {word}" in ascii_only
    assert ascii_only.isascii()


def test_a_row_says_why() -> None:
    lines = {line.split(":")[0]: line for line in shown("plain").splitlines()}
    assert lines["z1"] == "z1: correct, 1/1 points, you wrote [-1, 2, 3]"
    assert lines["dL/dz2"].endswith("(because of dL/dyhat)")
    assert lines["dL/dW1"].startswith("dL/dW1: wrong, 0.333/1 points")
    assert lines["h1"].endswith("(right but for rounding)")
    assert lines["z2"].endswith("(the diagonal was given)")
    assert lines["dL/db3"] == "dL/db3: missing, 0/1 points"


def test_the_answer_level_shows_the_right_values() -> None:
    lines = shown("plain", "answer").splitlines()
    assert "dL/db3: missing, 0/1 points (right: 3.875)" in lines
    assert "  right value of dL/dW3[2]: 21.375" in lines
    assert "  right value of dL/dz2: [-3.625, 3.75, -7.375]" in lines
    assert "  dL/dW1 from your own earlier values: [[0, 0], [28.5, 14], [14, 7.125]]" in lines


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize("width", [40, 60, 80, 132])
@pytest.mark.parametrize("unicode", [True, False])
def test_it_fits_the_width(form: str, width: int, unicode: bool) -> None:
    text = shown(form, "answer", width=width, unicode=unicode)
    if form == "table":
        assert max(map(len, text.splitlines())) <= width
    for quantity in ("dL/dW3[2]", "dL/dz2", "dL/dW1", "yhat"):
        assert quantity in text


def test_colour_only_where_it_is_wanted() -> None:
    assert "\x1b" not in shown("table")
    assert "\x1b[1;31m" in shown("table", color=True)
    assert all("\x1b" not in shown(form, color=True) for form in FORMATS if form != "table")


@pytest.mark.parametrize("form", TEXTS)
def test_examples_and_steps_are_groups(form: str) -> None:
    answers = (
        judged("L", "correct", 1, text="1"),
        replace(judged("yhat", "correct", 1, text="2"), example=1),
        replace(judged("yhat", "wrong", text="3"), example=2),
        replace(judged("w_new", "correct", 1, text="4"), step=2),
    )
    report = replace(REPORT, answers=answers, mistakes=(), first_wrong_step="yhat")
    text = shown(form, report=report).replace("`", "")
    found = [
        text.index(part)
        for part in ("Whole problem", "Example 1", "Example 2", "Step 2", "ff: yhat, example")
    ]
    assert found == sorted(found)


def test_a_heading_has_the_names_alone_as_code() -> None:
    lines = shown("markdown").splitlines()
    assert lines[0].endswith("; first wrong step: `dL/dyhat` (seen in `dL/dW3[2]`)")
    assert any(line.startswith("## First wrong step: `dL/dyhat` (BP301") for line in lines)
    root = replace(KEPT, example=2, step=3)
    lines = shown("markdown", report=replace(REPORT, mistakes=(root,))).splitlines()
    assert lines[0].endswith("`dL/dyhat`, example 2, step 3 (seen in `dL/dW3[2]`)")
    assert any(
        line.startswith("## First wrong step: `dL/dyhat`, example 2, step 3 (") for line in lines
    )


def test_a_single_line_that_a_mistake_explains_is_shown_and_not_listed() -> None:
    assert "explains: dL/dW3[2], dL/dz2" in shown("plain")
    assert "explains: " not in shown("plain", report=with_root(explains=("dL/dW3[2]",)))


def test_many_places_of_one_mistake_are_cut() -> None:
    lines = tuple(f"q{i}: 1" for i in range(1, 9))
    answers = tuple(
        judged(f"q{i}", "wrong", text="1", place=place(i, 5), roots=(0,)) for i in range(1, 9)
    )
    root = replace(KEPT, explains=tuple(a.quantity for a in answers) * 2)
    report = replace(REPORT, answers=answers, lines=lines, mistakes=(root,))
    text = shown("plain", report=report)
    assert "  and 5 more" in text
    assert "explains: q1, q2, q3, q4, q5, q6, q7, q8 and 8 more" in text


def test_an_unexplained_line_before_the_first_mistake_is_the_first_wrong_step() -> None:
    report = replace(REPORT, first_wrong_step="dL/dW1")
    text = shown("plain", report=report)
    assert text.splitlines()[0].endswith("first wrong step: dL/dW1")
    assert text.index("First wrong step: dL/dW1\n") < text.index("Next wrong step: dL/dyhat")
    assert text.count("this line is off: the second row") == 1


def test_a_quantity_that_is_named_in_one_example_and_unexplained_in_another() -> None:
    answers = (
        replace(judged("yhat", "wrong", text="3", roots=(0,)), example=1),
        replace(judged("yhat", "wrong", text="4"), example=2),
    )
    root = replace(KEPT, at="yhat", example=1, explains=("yhat",))
    report = replace(REPORT, answers=answers, mistakes=(root,), first_wrong_step="yhat")
    text = shown("plain", report=report)
    assert text.splitlines()[0].endswith("first wrong step: yhat, example 1")
    assert text.index("First wrong step: yhat, example 1") < text.index("Off: yhat, example 2")


def test_a_name_is_told_once_among_those_with_the_same_numbers() -> None:
    others = [Root(code, name, "q", "", "", ()) for code, name in ALIKE]
    text = shown("plain", report=with_root(alternatives=tuple(others)))
    told = "the same numbers also come from: wrong-parameter (BP601), sign-slip (BP102)\n"
    assert told in text
    none_else = shown("plain", report=with_root(alternatives=tuple(others[:1])))
    assert "the same numbers" not in none_else


def test_a_wrong_line_with_all_its_points_says_where_they_were_lost() -> None:
    first = replace(ANSWERS[2], points=ANSWERS[2].max_points)
    lines = shown("plain", report=replace(REPORT, answers=(first,))).splitlines()
    assert any(line.endswith("(because of dL/dyhat; charged elsewhere)") for line in lines)


def test_a_notice_is_not_called_a_wrong_step() -> None:
    report = with_root(code="BP906", name="relu-at-zero")
    assert "Notice: dL/dyhat (BP906 relu-at-zero)" in shown("plain", report=report)


def test_all_right() -> None:
    report = replace(REPORT, answers=ANSWERS[:1], mistakes=(), notes=(), first_wrong_step=None)
    assert shown("plain", report=report).splitlines()[0] == "Score: 1 of 1 point (100 %)"
    assert "wrong" not in shown("table", report=report)


def test_json_has_the_keys_of_the_design() -> None:
    data = json.loads(shown("json", "answer"))
    assert {k: v for k, v in data.items() if k not in ("answers", "mistakes", "notes", "cut")} == {
        "schema": 1, "submission": "answers.yaml", "student": "s123",
        "problem": "three-layer-relu", "status": "graded", "score": pytest.approx(10 / 3),
        "max_score": 9.0, "first_wrong_step": "dL/dW3[2]", "errors": [],
    }  # fmt: skip
    wrong = data["answers"][1]
    mistake = wrong.pop("mistakes")[0]
    assert wrong == {
        "quantity": "dL/dW3[2]", "example": None, "step": None, "status": "wrong", "submitted": 42,
        "expected": 21.375, "carried": None, "points": 0.0, "max_points": 1.0, "counted": True,
        "line": 5, "column": 14, "wrong_entries": [], "note": None, "notes": [], "note_names": [],
        "links": [{"text": "-2*(1.5 - 5)*6 = 42", "ok": True, "message": None}],
    }  # fmt: skip
    assert mistake == data["mistakes"][0]
    assert (mistake["code"], mistake["name"], mistake["at"]) == (KEPT.code, KEPT.name, KEPT.at)
    assert (mistake["message"], mistake["explains"]) == (KEPT.message, ["dL/dW3[2]", "dL/dz2"])
    assert mistake["alternatives"][0]["name"] == "missing-batch-mean"
    assert data["answers"][2]["wrong_entries"] == [[1], [3]]
    assert data["answers"][3]["mistakes"] == []
    assert data["answers"][3]["note"] == ANSWERS[3].notes[0]
    assert data["notes"] == ["The sheet counts from 1."]
    assert '"submitted": [-1, 2, 3]' in shown("json")


def test_json_keys_stay_when_their_content_is_withheld() -> None:
    def keys(value: object) -> object:
        return {k: keys(v) for k, v in value.items()} if isinstance(value, dict) else None

    whole = json.loads(shown("json", "answer"))
    for level in ("none", "hint", "diagnosis"):
        part = json.loads(shown("json", level))
        assert keys(part) == keys(whole)
        assert [keys(a) for a in part["answers"]] == [keys(a) for a in whole["answers"]]
        for one, other in zip(part["mistakes"], whole["mistakes"], strict=False):
            assert keys(one) == keys(other)


def test_json_of_several_documents_is_a_list() -> None:
    render = load("json")
    assert len(json.loads(render([REPORT, REPORT], CheckOptions()))) == 2
    assert len(json.loads(render([REPORT], CheckOptions(many=True)))) == 1


def test_json_knows_neither_nan_nor_infinity() -> None:
    odd = judged("z", "wrong", submitted=[float("nan"), float("inf"), None, 2.0], text="?")
    report = replace(REPORT, answers=(odd, judged("shape(z)", "wrong", submitted=["N", 2.0])))
    answers = json.loads(shown("json", report=report))["answers"]
    assert answers[0]["submitted"] == [None, None, None, 2]
    assert answers[1]["submitted"] == ["N", 2]


def test_a_notebook_shows_everything_as_text() -> None:
    html = REPORT._repr_html_()
    assert html == render_check(REPORT)
    for part in ("square-factor-kept", "21.375", "✗ wrong", "<code>dL/dW3[2]</code>", "^^^"):
        assert part in html


def test_passing() -> None:
    assert not passed(REPORT, Fraction(100))
    assert passed(REPORT, Fraction(37))  # 10/27 of the points are 37.03 %
    assert not passed(REPORT, Fraction("37.1"))
    nothing = CheckReport("a", "p", "", "", (), ())
    assert passed(nothing, Fraction(100))
    evidence = replace(judged("z", "wrong"), max_points=Fraction(0), counted=False)
    assert not passed(replace(nothing, answers=(evidence,)), Fraction(50))
    assert score_words(nothing) == "0 of 0 points"
    assert "z: wrong\n" in shown("plain", "none", replace(nothing, answers=(evidence,)))


def test_a_report_without_lines_has_places_only() -> None:
    text = shown("plain", report=replace(REPORT, lines=()))
    assert "answers.yaml:5:14" in text
    assert LINES[4] not in text
