"""What the author may set under ``grading:``."""

from fractions import Fraction

import pytest
from checking_support import answer, names, report, status, statuses

HALF = "grading: {follow_through: 0.5}\n"
FOUR = "grading: {min_decimals: 4}\n"
THREE = "grading: {min_decimals: 3}\n"
ACCEPT = """\
grading:
  accept:
    dL/dyhat: [{value: 1.88, note: "the error term t - o"}]
"""
SHORT = "fewer than 3 decimals are given"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("-0.88", "correct"), ("-0.92", "correct"), ("-0.93", "wrong"), ("0.88", "wrong")],
)
def test_a_relative_tolerance(value, expected):
    """5 % of 0.88 are 0.044."""
    assert status("A", f"yhat: {value}", "grading: {tolerance: {rtol: 0.05}}\n") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("[0.04, -2.914]", "correct"),
        ("[0.06, -2.914]", "wrong"),
        ("[0, -2.84]", "correct"),  # 0.05 + 0.01*2.914 = 0.079
        ("[0, -2.83]", "wrong"),
    ],
)
def test_both_tolerances_add_up(value, expected):
    more = "grading: {tolerance: {rtol: 0.01, atol: 0.05}}\n"
    assert status("A", f"dL/dw2: {value}", more) == expected


def test_a_tolerance_goes_before_the_digits():
    """Written to four digits, and 0.02 off."""
    assert status("A", "yhat: -0.8600") == "wrong"
    assert status("A", "yhat: -0.8600", "grading: {tolerance: {atol: 0.02}}\n") == "correct"


def test_a_tolerance_excuses_no_wrong_count():
    more = "grading: {tolerance: {rtol: 0.5}}\nfind: [parameters]\n"
    assert status("A", "parameters: 9", more) == "correct"
    assert status("A", "parameters: 10", more) == "wrong"


def test_following_through_may_be_worth_half():
    """From yhat = -0.80: L = 1.8^2/2 = 1.62, dL/dw2 = -1.8*1.55 = -2.79."""
    found = report("A", "yhat: -0.80\nL: 1.62\ndL/dw2: [0, -2.79]", HALF)
    assert statuses(found) == {"yhat": "wrong", "L": "carried", "dL/dw2": "carried"}
    assert answer(found, "L").points == Fraction(1, 2)
    assert found.score == 1


def test_what_has_the_same_cause_as_an_earlier_answer_is_following_through():
    lines = "dL/dW1: [[-0.564, -1.128], [1.128, 2.256]]\ndL/db1: [-0.564, 1.128]"
    assert report("A", lines).score == 1
    assert report("A", lines, HALF).score == Fraction(1, 2)
    assert report("A", lines, "grading: {follow_through: 0}\n").score == 0


def test_too_few_decimals_are_noted_and_cost_nothing():
    found = report("A", "L: 1.77\ndL/dyhat: -1.9", THREE)
    assert answer(found, "L").status == "correct"
    assert answer(found, "L").notes == (SHORT,)
    assert answer(found, "L").points == 1
    assert SHORT in answer(found, "dL/dyhat").notes


def test_zeros_at_the_end_are_never_asked_for():
    """z, yhat and dL/dw2 have no more digits than these."""
    found = report("A", "z: [-1.4, 1.55]\nyhat: -0.88\ndL/dw2: [0, -2.914]", FOUR)
    assert not any(a.notes for a in found.answers)


def test_digits_of_carried_values_are_looked_at_likewise():
    """1.62 is exactly what follows from -0.80."""
    found = report("A", "yhat: -0.80\nL: 1.62", THREE)
    assert SHORT not in answer(found, "L").notes


def test_another_value_may_be_accepted_with_a_note():
    found = report("A", "dL/dyhat: 1.88", ACCEPT)
    assert answer(found, "dL/dyhat").status == "correct"
    assert answer(found, "dL/dyhat").notes == ("accepted: the error term t - o",)
    assert not found.mistakes


def test_the_key_stays_right_beside_an_accepted_value():
    found = report("A", "dL/dyhat: -1.88", ACCEPT)
    assert answer(found, "dL/dyhat").status == "correct"
    assert not answer(found, "dL/dyhat").notes


def test_nothing_else_is_accepted():
    found = report("A", "dL/dyhat: -3.76", ACCEPT)
    assert answer(found, "dL/dyhat").status == "wrong"
    assert names(found) == ["square-factor-kept"]


def test_an_accepted_value_may_have_another_shape():
    more = "grading: {accept: {dL/db1: {value: [[0, 0], [0, 1.128]], note: diagonal}}}\n"
    assert status("A", "dL/db1: [[0, 0], [0, 1.128]]", more) == "correct"
    assert status("A", "dL/db1: [[0, 0], [0, 1.2]]", more) == "wrong"


def test_values_that_follow_from_an_accepted_one_are_right():
    """yhat = -0.98 is accepted, so dL/dyhat = -1.98 loses nothing."""
    more = "grading: {follow_through: 0, accept: {yhat: {value: -0.98, note: other}}}\n"
    found = report("A", "yhat: -0.98\nL: 1.9602\ndL/db2: -1.98", more)
    assert statuses(found) == {"yhat": "correct", "L": "correct", "dL/db2": "correct"}
    assert found.score == 3
