from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backpropcli.files.numbers import number_trouble, read_number


@pytest.mark.parametrize(
    ("text", "top", "bottom"),
    [
        ("0", 0, 1),
        ("010", 10, 1),
        ("-7", -7, 1),
        ("+7", 7, 1),
        ("−7", -7, 1),
        (".5", 1, 2),
        ("-.5", -1, 2),
        ("5.", 5, 1),
        ("0.1", 1, 10),
        ("1e-3", 1, 1000),
        ("-1e3", -1000, 1),
        ("1.5e3", 1500, 1),
        ("1.5E+03", 1500, 1),
        ("2e−1", 1, 5),
        (".5e1", 5, 1),
        ("1/3", 1, 3),
        ("-3/8", -3, 8),
        ("−3 / 8", -3, 8),
        ("0.5/2", 1, 4),
        ("1/-3", -1, 3),
        ("0/5", 0, 1),
        (" 42\n", 42, 1),
        ("1e64", 10**64, 1),
        ("1e-64", 1, 10**64),
        ("1" + "0" * 30, 10**30, 1),
        ("0." + "0" * 61 + "1", 1, 10**62),
    ],
)
def test_numbers(text, top, bottom):
    assert read_number(text) == Fraction(top, bottom)
    assert number_trouble(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "on",
        "y",
        "Yes",
        "null",
        "~",
        "x1",
        "W1",
        "2x",
        "1e",
        "e",
        "2e",
        "1+1",
        "-x",
        "-(1)",
        "sqrt(2)/2",
        "1/x",
        "1/2/3",
        "--1",
        "1-",
        ".",
        "-",
        "e5",
        "3-1",
        "",
        " ",
        "3 -1",
        "1 + 2",
        "2 x",
        "1/3 x",
        "½",
        "10²",
        "[1, 2]",
        "a, b",
        "1, x",
        "x:1",
        "0x",
    ],
)
def test_what_is_left_to_the_expression_parser(text):
    assert read_number(text) is None
    assert number_trouble(text) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,234", "has signs between its digits: write 1234, or 1.234 if a decimal point is meant"),
        ("-1,234,567.8", "has signs between its digits: write -1234567.8"),
        ("1_000", "has signs between its digits: write 1000"),
        ("1_0", "has signs between its digits: write 10"),
        ("1'000", "has signs between its digits: write 1000"),
        ("1’000", "has signs between its digits: write 1000"),
        ("1 000", "is several numbers: write a comma between them, or 1000 for one"),
        ("1. 2. 3.", "is several numbers: write a comma between them"),
        ("1 1/2", "is several numbers: write a comma between them"),
        ("0.5 -1 2", "is several numbers: write a comma between them"),
        ("1,5", "has a comma: write 1.5, or [1, 5] for a list"),
        ("-0,25", "has a comma: write -0.25, or [-0, 25] for a list"),
        ("1, 2, 3", "is several numbers: write [1, 2, 3]"),
        ("1.5,2", "is several numbers: write [1.5, 2]"),
        ("1.2.3", "has several points: write one decimal point and no thousands signs"),
        ("1.234.567,8", "has several points: write one decimal point and no thousands signs"),
        ("0x10", "is not decimal: write 16"),
        ("-0b101", "is not decimal: write -5"),
        ("0o17", "is not decimal: write 15"),
        ("1:30", "has a colon: a ratio is written 1/30"),
        ("nan", "is not a finite number"),
        (".nan", "is not a finite number"),
        ("NaN", "is not a finite number"),
        ("inf", "is not a finite number"),
        ("-.inf", "is not a finite number"),
        ("+Infinity", "is not a finite number"),
        ("-∞", "is not a finite number"),
        ("１２", "is written with other characters than 0 to 9: write 12"),
        ("٣٫٥", "is written with other characters than 0 to 9: write 3.5"),
        ("–3", "is written with other characters than 0 to 9: write -3"),
        ("1／3", "is written with other characters than 0 to 9: write 1/3"),
        ("50 %", "has a percent sign: write 50/100"),
        ("1/0", "divides by zero"),
        ("1/0.0", "divides by zero"),
        (
            "1,000/3",
            "has signs between its digits: write 1000, or 1.000 if a decimal point is meant",
        ),
        ("3/1_000", "has signs between its digits: write 1000"),
        ("1e65", "has an exponent beyond 64: write a number nearer to 1"),
        ("1e-65", "has an exponent beyond 64: write a number nearer to 1"),
        (
            "1000000000000000000000000000001",
            "is larger than 10^30: write it rounded, such as 1.5e31",
        ),
    ],
)
def test_trouble(text, said):
    assert read_number(text) is None
    assert number_trouble(text) == f"`{text}` {said}"


def test_a_long_number_is_quoted_in_part():
    text = "0." + "3" * 63
    assert read_number(text) is None
    assert number_trouble(text) == (
        f"`{text[:40]}…` has more than 64 characters: write it rounded, such as 1.5e-3"
    )


DECIMALS = st.from_regex(
    r"[+-]?([0-9]{1,20}\.[0-9]{0,20}|\.[0-9]{1,20})([eE][+-]?[0-6]?[0-9])?", fullmatch=True
)


@given(DECIMALS)
def test_decimals_agree_with_python(text):
    mantissa, _, exponent = text.lower().partition("e")
    found = read_number(text)
    if abs(int(exponent or 0)) > 64:
        assert found is None
    else:
        # The power is worked out apart, since Fraction does not read `5.`.
        assert found == Fraction(mantissa + "0") * Fraction(10) ** int(exponent or 0)


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**30))
def test_fractions_agree_with_python(top, bottom):
    assert read_number(f"{top}/{bottom}") == Fraction(top, bottom)


@given(st.text(alphabet="0123456789+-−.,_eExX:/% 'naif１٣", max_size=80))
def test_a_number_is_read_or_explained_never_both(text):
    assert read_number(text) is None or number_trouble(text) == ""


@given(st.text(max_size=80))
def test_arbitrary_text(text):
    read_number(text)
    number_trouble(text)


@pytest.mark.parametrize("text", ["1" * 10000 + "x", "1," * 5000, "1 " * 5000, "1:" * 5000 + "x"])
def test_long_texts_do_not_break_anything(text):
    assert read_number(text) is None
    assert len(number_trouble(text)) < 200
