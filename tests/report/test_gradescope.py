"""Gradescope's results.json against the rules of its specification."""

import json

import pytest
from check_support import LEVELS, REPORT
from system_support import HOSTILE, ODD, RIGHT, UNREAD, UNSEEN, hostile, made, unread

from backpropcli.cli.output import guarded_json

# By hand from the specification of the autograder platform.
FORMATS = ("text", "html", "simple_format", "md", "ansi")
VISIBILITY = ("visible", "hidden", "after_due_date", "after_published")
TOP = {
    "score": float, "execution_time": int, "output": str, "output_format": FORMATS,
    "test_output_format": FORMATS, "test_name_format": FORMATS, "visibility": VISIBILITY,
    "stdout_visibility": VISIBILITY, "extra_data": dict, "tests": list, "leaderboard": list,
}  # fmt: skip
TEST = {
    "score": float, "max_score": float, "status": ("passed", "failed"), "name": str,
    "name_format": FORMATS, "number": str, "output": str, "output_format": FORMATS, "tags": list,
    "visibility": VISIBILITY, "extra_data": dict,
}  # fmt: skip


def not_json(word: str) -> None:
    raise AssertionError(word)  # NaN and Infinity


def check_fields(data: dict, rules: dict) -> None:
    for key, value in data.items():
        rule = rules[key]
        if isinstance(rule, tuple):
            assert value in rule, key
        else:
            assert isinstance(value, rule), key


def parsed(text: str) -> dict:
    data = json.loads(guarded_json(text), parse_constant=not_json)
    check_fields(data, TOP)
    assert "score" in data or data["tests"]
    for test in data["tests"]:
        check_fields(test, TEST)
        assert 0 <= test["score"] <= test["max_score"]
        assert all(isinstance(tag, str) for tag in test["tags"])
        assert test["output_format"] in ("text", "md")  # what is left out is shown as HTML
    assert data["output_format"] in ("text", "md")
    assert not any(test.get("visibility") for test in data["tests"])  # or the total is hidden
    return data


def test_tests_have_points_tags_and_a_status() -> None:
    data = parsed(made("gradescope", REPORT))
    assert data["score"] == pytest.approx(10 / 3)
    assert data["score"] == pytest.approx(sum(test["score"] for test in data["tests"]))
    by_name = {test["name"]: test for test in data["tests"]}
    assert by_name["dL/dW3[2]"]["tags"] == ["BP301"]
    assert {name for name, test in by_name.items() if test["status"] == "passed"} == {
        "z1", "h1", "z2",
    }  # fmt: skip
    assert "the 2 of the square meets" in by_name["dL/dW3[2]"]["output"]
    assert "3.33 of 9 points (37 %)" in data["output"]


def test_extra_data_is_our_whole_result() -> None:
    data = parsed(made("gradescope", REPORT))
    assert data["extra_data"]["backprop"] == json.loads(made("json", REPORT))


def test_what_was_not_asked_for_is_neither_passed_nor_failed() -> None:
    test = parsed(made("gradescope", ODD))["tests"][-1]
    assert (test["name"], test["max_score"]) == ("dL/dz1", 0)
    assert "status" not in test


def test_several_submissions_are_told_apart() -> None:
    data = parsed(made("gradescope", REPORT, RIGHT))
    assert len(data["tests"]) == 10
    assert data["tests"][-1]["name"] == "right.yaml: z"
    assert data["score"] == pytest.approx(13 / 3)


def test_a_submission_that_cannot_be_graded_has_a_result() -> None:
    data = parsed(made("gradescope", ungraded=[UNREAD]))
    assert (data["score"], data["tests"]) == (0, [])
    assert "broken.yaml:3:5: anchors are not allowed" in data["output"]
    assert data["extra_data"]["backprop"]["status"] == "ungraded"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("reveal", LEVELS)
def test_hostile_names_stay_text(text: str, reveal: str) -> None:
    out = made("gradescope", hostile(text), reveal=reveal, ungraded=[unread(text)])
    assert "##[" not in guarded_json(out)
    assert guarded_json(out).count("\n") == 1
    data = parsed(out)
    assert len(data["tests"]) == 5
    for shown in (data["output"], *(t[k] for t in data["tests"] for k in ("name", "output"))):
        assert not UNSEEN.search(shown)
