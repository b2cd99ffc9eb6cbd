"""How much each level gives away, in every format."""

import json
from dataclasses import replace

import pytest
from check_support import ANSWERS, FORMATS, KEPT, REPORT, SECRETS, judged, shown, with_root

from backpropcli.checking.data import LinkFinding
from backpropcli.report.reveal import LEVELS, reduced

BELOW = ("none", "hint", "diagnosis")
NAMING = ("BP301", "square-factor-kept", KEPT.message, KEPT.remedy, KEPT.did, KEPT.right,
          "missing-batch-mean", "after the mask", "diagonal was given")  # fmt: skip


def words(text: str) -> str:
    """A page without markup, as one line."""
    return " ".join(text.replace("│", " ").replace("\\", "").split())


@pytest.mark.parametrize("form", FORMATS)
def test_the_right_values_are_shown_at_the_highest_level(form: str) -> None:
    text = shown(form, "answer")
    # The value that a carried answer follows is the written one but for rounding.
    hidden = {"9.251"} if form != "json" else set()
    assert not [secret for secret in SECRETS if secret not in text and secret not in hidden]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("level", BELOW)
def test_no_right_value_below_that(form: str, level: str) -> None:
    text = shown(form, level)
    assert not [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("level", ["none", "hint"])
def test_a_hint_does_not_name_the_mistake(form: str, level: str) -> None:
    text = words(shown(form, level))
    assert not [said for said in NAMING if said in text]
    assert "no known mistake" not in text
    assert "does not hold" not in text
    assert "The sheet counts from 1." not in text


@pytest.mark.parametrize("form", FORMATS)
def test_a_hint_names_the_step_and_asks(form: str) -> None:
    text = words(shown(form, "hint"))
    assert "dL/dyhat" in text
    assert KEPT.question in text
    assert "an operand is missing after +" in text


@pytest.mark.parametrize("form", FORMATS)
def test_none_tells_statuses_and_points_only(form: str) -> None:
    text = words(shown(form, "none"))
    for said in ("dL/dyhat", KEPT.question, "^", "an operand is missing", "because", "follows"):
        assert said not in text
    for status in ("correct", "rounded", "carried", "wrong", "missing", "unreadable"):
        assert status in text
    if form == "json":
        data = json.loads(shown(form, "none"))
        assert (data["first_wrong_step"], data["mistakes"], data["notes"]) == (None, [], [])
        assert all(not a["wrong_entries"] and not a["links"] for a in data["answers"])


def test_the_levels() -> None:
    assert LEVELS == ("none", "hint", "diagnosis", "answer")
    assert reduced(REPORT, "answer") is REPORT
    with pytest.raises(KeyError):
        reduced(REPORT, "everything")
    for level in LEVELS:
        less = reduced(REPORT, level)
        assert (less.score, less.max_score) == (REPORT.score, REPORT.max_score)
        assert [a.status for a in less.answers] == [a.status for a in REPORT.answers]
        assert [a.submitted for a in less.answers] == [a.submitted for a in REPORT.answers]


def said_of(message: str, expected: object, text: str = "7 = 8", status: str = "wrong") -> str:
    """What is left of a message about a link, at the level of a diagnosis."""
    link = LinkFinding("7 = 8", False, ANSWERS[0].place, 5, message)
    answer = judged("z", status, expected=expected, text=text, links=(link,))
    return reduced(replace(REPORT, answers=(answer,)), "diagnosis").answers[0].links[0].message


@pytest.mark.parametrize(
    ("message", "expected", "left"),
    [
        ("2*3 is 6, not 7", 6.0, "2*3 is not 7"),
        ("it is -0.125", 0.125, "it is ..."),
        ("it is 0.13 rounded", 0.125, "it is ... rounded"),
        ("it is 1/3", 1 / 3, "it is ..."),
        ("it is 1.5e-3", 0.0015, "it is ..."),
        ("it is −2", [[1.0, -2.0]], "it is ..."),
        ("it is 4, not 7", 4.54, "it is 4, not 7"),  # 4 is not how 4.54 is written
        ("z12 and x2.5", 12.0, "z12 and x2.5"),  # parts of names
        ("it is 7", 7.0, "it is 7"),  # the student wrote it
        ("it is 6/0 or 1e999", 6.0, "it is 6/0 or 1e999"),
        ("it is 6.", 6.0, "it is ...."),
        (
            "entry 6 of z[6] with shape (6,) or (6, 2)",
            6.0,
            "entry 6 of z[6] with shape (6,) or (6, 2)",
        ),
        ("it is 6", None, "it is 6"),
        ("it is 6", ["N", 6.0], "it is ..."),
    ],
)
def test_right_values_inside_sentences_are_hidden(
    message: str, expected: object, left: str
) -> None:
    assert said_of(message, expected) == left


def test_nothing_is_hidden_where_the_answer_is_right() -> None:
    assert said_of("2*3 is 6, not 7", 6.0, status="correct") == "2*3 is 6, not 7"


def test_a_message_does_not_tell_the_right_value_of_another_answer() -> None:
    link = LinkFinding("z = 7", False, ANSWERS[0].place, 5, "h is 6.125, not 7")
    answer = judged("dL/dw", "correct", 1, expected=7.0, text="z = 7", links=(link,))
    report = replace(REPORT, answers=(answer, judged("h", "missing", expected=6.125)))
    assert reduced(report, "diagnosis").answers[0].links[0].message == "h is not 7"


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("w1 is -0.25: its sign was lost", "w1 is -0.25: its sign was lost"),
        ("b is 3; w1[2] is -0.25", "b is 3; w1[2] is -0.25"),
        ("dL/dy is 0.25, not 4", "dL/dy is 0.25, not 4"),  # given under `upstream`
        ("w2 is -0.25: its sign was lost", "w2 is ...: its sign was lost"),
        ("x*w1 is -0.25, not 4", "x*w1 is not 4"),
        ("x * w1 is -0.25, not 4", "x * w1 is not 4"),
        ("dL/dw1 is -0.25, not 4", "dL/dw1 is not 4"),
        ("w1 fits if it is read as 0.25", "w1 fits if it is read as ..."),
        ("w1 is read as 4, but the exercise says -0.25.", None),
        ("h is 0.25 in your answers, not 4", None),
    ],
)
def test_numbers_that_the_problem_tells_are_no_secret(message: str, left: str | None) -> None:
    link = LinkFinding("z = 7", False, ANSWERS[0].place, 5, message)
    answer = judged("dz/db", "wrong", expected=-0.25, text="0.5", links=(link,))
    report = replace(REPORT, answers=(answer,), given=frozenset({"w1", "b", "dL/dy"}))
    assert reduced(report, "diagnosis").answers[0].links[0].message == (left or message)
    root = replace(KEPT, message=message)
    report = replace(report, mistakes=(root,))
    assert reduced(report, "diagnosis").mistakes[0].message == (left or message)


def test_constants_of_an_equation_over_names_are_no_secret() -> None:
    report = with_root(did="dL/dz = 0.25 * dL/dh", right="dL/dz = 0.25")
    answers = (replace(ANSWERS[1], expected=0.25, text="1"),)
    root = reduced(replace(report, answers=answers), "diagnosis").mistakes[0]
    assert (root.did, root.right) == ("dL/dz = 0.25 * dL/dh", "dL/dz = ...")


def test_messages_of_mistakes_hide_values_of_two_digits_but_no_factors() -> None:
    report = with_root(message="twice as large: 2 times 21.375", remedy="write 21.375")
    answers = (replace(ANSWERS[1], expected=21.375), judged("b", "missing", expected=2.0))
    root = reduced(replace(report, answers=answers), "diagnosis").mistakes[0]
    assert root.message == "twice as large: 2 times ..."
    assert root.remedy == "write ..."


def test_digits_of_the_students_own_are_told_in_another_spelling() -> None:
    said = "`6,125` has signs between its digits: write 6125, or 6.125 if a decimal point is meant"
    answer = judged("L", "unreadable", text="6,125", expected=6.125, notes=(said,))
    (found,) = reduced(replace(REPORT, answers=(answer,), mistakes=()), "diagnosis").answers
    assert found.notes == (said,)
    other = replace(answer, text="6,5", notes=("write 6.125",))
    (found,) = reduced(replace(REPORT, answers=(other,), mistakes=()), "diagnosis").answers
    assert found.notes == ("write ...",)
