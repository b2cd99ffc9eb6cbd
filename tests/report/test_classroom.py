"""The line for GitHub Classroom, read as its reporter does."""

import json
import re
from base64 import b64decode

import pytest
from check_support import LEVELS, REPORT, SECRETS
from system_support import HOSTILE, ODD, RIGHT, UNREAD, hostile, is_commandless, made, unread

STATUSES = ("pass", "fail", "error")


def parsed(text: str) -> dict:
    """What the reporter gets out of ``$GITHUB_OUTPUT``; its rules as in its ``main.js``."""
    found = re.fullmatch(r"result=([A-Za-z0-9+/]+=*)\n", text)
    assert found
    data = json.loads(b64decode(found[1], validate=True).decode())
    assert set(data) == {"version", "status", "max_score", "tests"}
    assert data["status"] in STATUSES
    assert type(data["max_score"]) in (int, float)
    assert data["tests"]  # it divides by their number
    for test in data["tests"]:
        assert test["status"] in STATUSES
        assert type(test["score"]) in (int, float)
        assert type(test["line_no"]) is int
        assert all(type(test[key]) is str for key in ("name", "message", "test_code"))
    return data


def reached(data: dict) -> tuple[float, float] | None:
    """Total and most points as NotifyClassroom works them out; None where it tells nothing."""
    if not data["max_score"]:
        return None
    return sum(test["score"] for test in data["tests"]), data["max_score"]


def test_the_sum_of_the_scores_reaches_classroom() -> None:
    data = parsed(made("classroom", REPORT))
    assert reached(data) == (pytest.approx(10 / 3), 9)
    assert data["status"] == "error"  # one answer cannot be read
    by_name = {test["name"]: test for test in data["tests"]}
    assert by_name["dL/dW3[2]"]["line_no"] == 5
    assert by_name["dL/db3"]["line_no"] == 0
    statuses = [by_name[name]["status"] for name in ("z1", "dL/dW3[2]", "yhat", "dL/db3", "z2")]
    assert statuses == ["pass", "fail", "error", "fail", "pass"]


def test_all_right_and_what_was_not_asked_for() -> None:
    assert parsed(made("classroom", RIGHT))["status"] == "pass"
    assert parsed(made("classroom"))["status"] == "pass"
    assert parsed(made("classroom", ODD))["tests"][-1]["status"] == "pass"


def test_a_submission_that_cannot_be_graded_is_an_error() -> None:
    data = parsed(made("classroom", ungraded=[UNREAD]))
    assert data["status"] == "error"
    assert reached(data) is None  # no points are told, not even 0
    assert data["tests"][0]["line_no"] == 3
    assert "anchors are not allowed" in data["tests"][0]["message"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("reveal", LEVELS)
def test_nothing_that_the_reporter_prints_is_a_command(text: str, reveal: str) -> None:
    data = parsed(made("classroom", hostile(text), reveal=reveal, ungraded=[unread(text)]))
    assert len(data["tests"]) == 6
    for test in data["tests"]:
        assert is_commandless(test["name"])
        assert is_commandless(test["message"])


@pytest.mark.parametrize("reveal", LEVELS[:-1])
def test_no_right_value_below_the_level_answer(reveal: str) -> None:
    told = json.dumps(parsed(made("classroom", REPORT, reveal=reveal)))
    assert not [secret for secret in SECRETS if secret in told]
