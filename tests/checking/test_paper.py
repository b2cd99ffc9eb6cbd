"""What a written number can stand for."""

import numpy as np
import pytest
from answers_support import claim

from backpropcli.checking.paper import Judging, Style, fits, is_cut, on_paper, style_of

AUTHOR = Judging(0.05, None)


def paper(text):
    return on_paper(claim(f"yhat: '{text}'").written)


def fit(text, value, error=0.0, exact=False, judging=None):
    found = fits(paper(text), np.asarray(value), np.asarray(error), exact, judging or Judging())
    return bool(found)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("4.54", 4.537, True),  # rounded
        ("4.53", 4.537, True),  # cut
        ("4.55", 4.537, False),
        ("4.52", 4.537, False),
        ("-4.53", -4.537, True),
        ("4.54", -4.537, False),
        ("0.13", 0.125, True),  # half up
        ("0.12", 0.125, True),  # half to even, or cut
        ("0.11", 0.125, False),
        ("6.124", 6.125, False),  # a whole unit short is not cut: 6.125 has three decimals
        ("6.125", 6.125, True),
        ("6.1250", 6.125, True),
        ("6.1", 6.125, True),
        ("0.00", 0.004, True),
        ("0.00", 0.006, False),
        ("-0.00", 0.0, True),
        ("1/3", 1 / 3, True),
        ("1/3", 0.3333, False),  # a fraction has no last digit
        ("-5e-9", -5e-9, True),
        ("5e-9", -5e-9, False),
        ("5.0000000e-9", -5e-9, False),
    ],
)
def test_a_number_is_rounded_or_cut(text, value, expected):
    assert fit(text, value) is expected


@pytest.mark.parametrize(
    ("text", "value", "exact", "expected"),
    [
        ("31", 31.5, True, False),
        ("32", 31.5, True, False),
        ("31.5", 31.5, True, True),
        ("5", 4.54, False, True),
        ("4", 4.54, False, False),  # cutting is for decimals
        ("3", 3.0, False, True),
        ("2", 3.0, False, False),
        ("4", 3.0, False, False),
        ("3.", 3.2, True, True),  # with a point it is a decimal
    ],
)
def test_a_whole_number_is_exact_where_the_value_is(text, value, exact, expected):
    assert fit(text, value, exact=exact) is expected


@pytest.mark.parametrize(
    ("text", "error", "expected"),
    [
        ("0.06", 0.005, True),  # 0.05 known to half a unit of 0.01
        ("0.07", 0.5, False),  # one digit is never off by more than its unit
        ("0.5", 0.005, False),
        ("0.070", 0.020, True),
        ("0.070", 0.018, False),
    ],
)
def test_an_uncertain_value_widens_the_interval(text, error, expected):
    assert fit(text, 0.05, error) is expected


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("0.3333333432674408", 1 / 3, True),  # 1/3 in float32
        ("0.10000000149011612", 0.1, True),  # 0.1 in float32
        ("0.33333340", 1 / 3, True),  # 2e-7 off, relative: below 3e-7
        ("0.33333350", 1 / 3, False),  # 5e-7 off
        ("0.3333335", 1 / 3, False),  # seven digits are no print-out
        ("0.10000000000000001", 0.1, True),
    ],
)
def test_long_numbers_may_be_those_of_float32(text, value, expected):
    assert fit(text, value) is expected


def test_entries_of_one_list_share_its_decimals():
    """A whole number among decimals stands for a decimal: the looser of its own and theirs."""
    written = on_paper(claim("z: [0.25, 1, 3]").written)
    value = np.array([0.25, 1.004, 3.006])
    assert fits(written, value, np.zeros(3), True, Judging()).tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [("0.92", 0.88, True), ("0.93", 0.88, False), ("0.84", 0.88, True), ("1", 0.97, True)],
)
def test_the_author_may_set_a_relative_tolerance(text, value, expected):
    """5 % of 0.88 are 0.044."""
    assert fit(text, value, judging=AUTHOR) is expected


def test_the_author_may_set_both_tolerances():
    """They are added: 0.01 + 0.02*2 = 0.05."""
    both = Judging(0.02, 0.01)
    assert fit("2.05", 2.0, judging=both)
    assert not fit("2.06", 2.0, judging=both)
    assert fit("0.01", 0.0, judging=both)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("1.76", 1.7672, True),
        ("1.77", 1.7672, False),
        ("-1.76", -1.7672, True),
        ("1.7", 1.72, False),  # rounding gives the same
        ("-1.77", -1.762, False),  # away from zero
        ("1", 1.7, False),
    ],
)
def test_cut_digits_are_noticed(text, value, expected):
    assert bool(is_cut(paper(text), np.asarray(value))) is expected


def numbers(line):
    return list(claim(line).written.flat)


def test_most_numbers_with_two_decimals_are_a_style():
    assert style_of(numbers("z: [0.25, 1.50, 12.75, 3.14]")) == Style(2, 3)


def test_most_numbers_with_three_digits_are_a_style():
    assert style_of(numbers("z: [0.0125, 1.50, 12.5]")) == Style(None, 3)


@pytest.mark.parametrize("line", ["z: [1, 2, 3]", "z: [1/3, 2/3, 1]"])
def test_exact_numbers_show_no_style(line):
    assert style_of(numbers(line)) is None


def test_half_a_unit_of_the_last_digit():
    value = np.array([0.01234, 123.0, 0.0])
    assert Style(2, 3).half_unit(value) == pytest.approx([0.005] * 3)
    # three digits: 0.0123 has a unit of 1e-4, 123 one of 1
    assert Style(None, 3).half_unit(value) == pytest.approx([0.00005, 0.5, 0.0])


def test_rounding_takes_nothing_from_a_short_number():
    value = np.array([1.25, 1.257])
    assert Style(2, 3).rounding(value, np.array([True, True])) == pytest.approx([0.0, 0.005])
    assert Style(2, 3).rounding(value, np.array([False, True])) == pytest.approx([0.005, 0.005])
