"""PrairieLearn's results.json against the rules of its external graders."""

import json
import math
from dataclasses import replace

import pytest
from check_support import LEVELS, REPORT, judged
from system_support import HOSTILE, ODD, RIGHT, UNREAD, UNSEEN, hostile, made, unread

from backpropcli.cli.output import guarded_json

TEST = {"name", "description", "points", "max_points", "message", "output", "images"}
TOP = {"gradable", "score", "message", "output", "images", "tests", "format_errors"}


def not_json(word: str) -> None:
    raise AssertionError(word)


def parsed(text: str) -> dict:
    text = guarded_json(text)
    assert len(text.encode()) <= 1_000_000
    data = json.loads(text, parse_constant=not_json)
    assert set(data) <= TOP
    assert isinstance(data["gradable"], bool)
    assert math.isfinite(data["score"])
    assert 0 <= data["score"] <= 1
    assert ("format_errors" in data) == (not data["gradable"])
    assert all(isinstance(e, str) and e for e in data.get("format_errors", []))
    for test in data.get("tests", []):
        assert set(test) <= TEST
        # Both, on every test, or the points of all tests are not shown.
        assert all(isinstance(test[key], float) for key in ("points", "max_points"))
        assert all(isinstance(test[key], str) for key in ("name", "message", "output"))
    return data


def test_the_score_is_a_share() -> None:
    data = parsed(made("prairielearn", REPORT))
    assert data["score"] == pytest.approx(10 / 27)
    assert len(data["tests"]) == 9
    test = data["tests"][1]
    assert (test["name"], test["points"], test["max_points"]) == ("dL/dW3[2]", 0, 1)
    assert test["message"] == "wrong: BP301 square-factor-kept (0/1 points)"
    assert "the 2 of the square meets" in test["output"]


def test_without_points_all_right_is_a_whole_score() -> None:
    free = replace(RIGHT.answers[0], points=0, max_points=0)
    assert parsed(made("prairielearn", replace(RIGHT, answers=(free,))))["score"] == 1
    off = replace(free, status="wrong", counted=False)
    assert parsed(made("prairielearn", replace(RIGHT, answers=(off,))))["score"] == 0
    assert parsed(made("prairielearn", replace(RIGHT, answers=())))["score"] == 1


def test_what_was_not_asked_for_is_neutral() -> None:
    assert parsed(made("prairielearn", ODD))["tests"][-1]["max_points"] == 0


def test_an_unreadable_submission_is_not_gradable() -> None:
    data = parsed(made("prairielearn", ungraded=[UNREAD]))
    assert not data["gradable"]
    assert len(data["format_errors"]) == 2
    assert "anchors are not allowed" in data["format_errors"][0]
    assert not parsed(made("prairielearn", RIGHT, ungraded=[UNREAD]))["gradable"]


def test_at_most_a_megabyte() -> None:
    many = tuple(
        judged(f"q{i}", "wrong", text="::" * 300, notes=("::" * 300,)) for i in range(2_000)
    )
    data = parsed(made("prairielearn", replace(REPORT, answers=many, mistakes=())))
    assert len(data["tests"]) == 2_000
    assert data["tests"][0]["output"].endswith(" ...")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("reveal", LEVELS)
def test_hostile_names_stay_text(text: str, reveal: str) -> None:
    data = parsed(made("prairielearn", hostile(text), reveal=reveal))
    shown = [test[key] for test in data["tests"] for key in ("name", "message", "output")]
    broken = parsed(made("prairielearn", ungraded=[unread(text)]))
    shown += [data["message"], data["output"], *broken["format_errors"]]
    assert not any(UNSEEN.search(part) for part in shown)
