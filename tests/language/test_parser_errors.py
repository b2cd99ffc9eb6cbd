"""What is wrong with an expression: the message, its exact span, the hint, and the limits."""

import pytest

from backpropcli.language.parser import ExpressionError, Vocabulary, parse

WORDS = Vocabulary(
    frozenset({"relu", "sum", "concat"}),
    frozenset({"x", "y", "z", "a", "b", "L", "W1", "T", "yhat"}),
)


def error(text: str, words: Vocabulary = WORDS) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        parse(text, words)
    return caught.value


@pytest.mark.parametrize(
    ("text", "span", "words"),
    [
        ("", (0, 1), "an expression is expected, found nothing"),
        ("   ", (3, 4), "an expression is expected, found nothing"),
        ("a +", (3, 4), "the expression ends where an operand is expected"),
        ("a + * b", (4, 5), "`*` is not expected here"),
        ("a = b", (2, 3), "`=` is not expected here"),
        ("a == b", (2, 3), "`=` is not expected here"),
        ("a)", (1, 2), "`)` is not expected here"),
        ("(a", (2, 3), "expected `)` to close the parenthesis, found the end"),
        ("(a b]", (4, 5), "expected `)` to close the parenthesis, found `]`"),
        ("relu(x", (6, 7), "expected `)` to close `relu(`, found the end"),
        ("[a, b", (5, 6), "expected `]` to close the list, found the end"),
        ("1 2", (2, 3), "`2` is not expected here"),
        ("a $ b", (2, 3), "`$` is not expected here"),
        ("a, b", (1, 2), "`,` is not expected here"),
        ("a.shape", (2, 7), "the only attribute is `.T`"),
        ("a'", (1, 2), "`'` is not expected here"),
        ("relu' + 1", (0, 4), "`relu'` needs an argument: `relu'(z)`"),
        ("[]", (0, 1), "a list is not empty"),
        ("x[]", (2, 3), "an index names at least one position"),
        ("x[0]", (2, 3), "indices count from 1 here, found 0"),
        ("x[1.5]", (2, 5), "an index is a whole number from 1 on, found `1.5`"),
        ("x[-1]", (2, 3), "an index is a whole number from 1 on, found `-`"),
        ("x[a]", (2, 3), "an index is a whole number from 1 on, found `a`"),
        ("x[1:0]", (4, 5), "indices count from 1 here, found 0"),
        ("x[1 2]", (4, 5), "expected `]` to close the index, found `2`"),
        ("a + dL/dq", (4, 9), "`dL/dq` is no derivative: there is no value `q`"),
        ("dL/x", (0, 3), "`dL` stands only in a derivative such as `dL/dW1`"),
        ("dL[1] + 2", (6, 7), "expected `/` after `dL`, found `+`"),
        ("x**65", (3, 5), "an exponent is at most 64"),
        ("a + 1e65", (4, 8), "a number has at most 64 characters, and an exponent of at most 64"),
        ("sum(x, axis=)", (12, 13), "`)` is not expected here"),
        ("sum(x, axis=+)", (12, 13), "`+` is not expected here"),
    ],
)
def test_message_and_span(text: str, span: tuple[int, int], words: str) -> None:
    found = error(text)
    assert found.message == words
    assert (found.start, found.stop) == span


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a = b", "an expression has no `=`; give each equation a name of its own"),
        ("W1'", "a transpose is written `.T`, a derivative `relu'(z)`"),
        ("1 2", "between two numbers an operator is needed"),
        ("x[0]", "`index_from: 0` makes them count from 0"),
        ("dL/dyhatt", "did you mean yhat?"),
    ],
)
def test_hints(text: str, hint: str) -> None:
    assert error(text).hint == hint


def test_index_zero_is_right_where_counting_starts_there() -> None:
    words = WORDS._replace(index_from=0)
    parse("x[0]", words)
    assert error("x[-1]", words).message == "an index is a whole number from 0 on, found `-`"


def test_a_number_with_underscores_is_refused() -> None:
    # Ruling 2: thousands separators are refused; `1_000` is not 1 times `_000`.
    assert error("1_000").start == 0


def test_a_number_of_64_characters_is_the_longest() -> None:
    parse("1" * 64, WORDS)
    assert "64 characters" in error("1" * 65).message


def test_nesting_is_limited() -> None:
    parse("(" * 30 + "x" + ")" * 30, WORDS)
    assert error("(" * 31 + "x" + ")" * 31).message == "nested more than 30 levels deep"
    assert "nested" in error("-" * 31 + "x").message
    assert "nested" in error("[" * 31 + "x" + "]" * 31).message
    assert "nested" in error("relu(" * 31 + "x" + ")" * 31).message
    assert "nested" in error("^".join("x" * 33)).message
    assert "nested" in error("2[" * 31 + "x" + "]" * 31).message


def test_length_is_limited() -> None:
    parse("+".join("x" * 1000), WORDS)
    assert error("+".join("x" * 1001)).message == (
        "the expression is too long (more than 2000 parts)"
    )


@pytest.mark.parametrize("opening", ["(", "[", "-", "relu(", "2^", "x[", "1/("])
def test_hostile_depth_is_an_error_like_any_other(opening: str) -> None:
    error(opening * 20_000)


@pytest.mark.parametrize("text", ["sum(x, axis=" + "[" * 20_000, "sum(x, axis=" + "-" * 20_000])
def test_hostile_depth_in_a_named_argument_is_an_error_like_any_other(text: str) -> None:
    error(text)


@pytest.mark.parametrize("text", ["sum(x, axis=-abc)", "sum(x, axis=-[1])", "sum(x, axis=-(1, 2))"])
def test_a_minus_sign_before_a_word_or_list_is_an_error(text: str) -> None:
    error(text)


@pytest.mark.parametrize(
    "text", ["sum(x, axis=1e99999)", "sum(x, axis=1e-99999)", "sum(x, axis=1e65)"]
)
def test_a_named_argument_has_the_limits_of_a_number(text: str) -> None:
    # A small text must not become a number of a billion digits.
    assert "at most 64" in error(text).message


def test_a_named_argument_of_many_digits_is_refused() -> None:
    error("sum(x, axis=" + "9" * 5000 + ")")


@pytest.mark.parametrize("text", ["__import__('os')", "x.__class__", "x; y", "lambda: x", "x if y"])
def test_python_is_not_understood(text: str) -> None:
    try:
        parse(text, WORDS)
    except ExpressionError:
        return
    # What is read at all is a product of names, never a program.
    assert text == "x if y"
