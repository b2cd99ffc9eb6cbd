"""Expressions as text, and back: a printed expression reads as the same one."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backpropcli.language.nodes import Apply, At, Expr, Name, Number, array, call, index, is_op
from backpropcli.language.parser import Vocabulary, parse
from backpropcli.language.text import number_text, to_text
from backpropcli.ops import FUNCTIONS

PLAIN = ("x", "y", "W1", "z2", "L", "yhat", "T", "e", "d", "I", "dot", "mse", "max", "e1", "_q")
VALUES = frozenset(PLAIN)
DERIVATIVES = ("dL/dW1", "dL/dyhat", "dd/dx", "dyhat/dT", "de/dd", "dmse/de1")
a, b, c, x, L, W = map(Name, ["a", "b", "c", "x", "L", "W"])


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (a + b * c, "a + b * c"),
        ((a + b) * c, "(a + b) * c"),
        (a - (b - c), "a - (b - c)"),
        (a - (b + c), "a - (b + c)"),
        ((a - b) - c, "a - b - c"),
        (a / (b * c), "a / (b * c)"),
        (a / (b / c), "a / (b / c)"),
        ((a / b) * c, "a / b * c"),
        (a * (b / c), "a * (b / c)"),
        (a @ b @ c, "a @ b @ c"),
        (a @ (b @ c), "a @ (b @ c)"),
        ((a * b) @ c, "a * b @ c"),
        ((a + b) ** 2, "(a + b)**2"),
        (a**2, "a**2"),
        (-(a**2), "-a**2"),
        ((-a) ** 2, "(-a)**2"),
        ((a**b) ** c, "(a**b)**c"),
        (a ** (b**c), "a**b**c"),
        (-(a * b), "-a * b"),
        (a * -b, "a * (-b)"),
        ((-a) * b, "(-a) * b"),
        (a - -b, "a - (-b)"),
        ((-a).__neg__(), "-(-a)"),
        (-(a + b), "-(a + b)"),
        ((-a) + b, "-a + b"),
        ((a @ b).T, "(a @ b).T"),
        (a.T @ b, "a.T @ b"),
        ((a**2).T, "(a**2).T"),
        (a.T**2, "a.T**2"),
        (index(W, 1, 0), "W[2,1]"),
        (index(W, (0, 2)), "W[1:2]"),
        (index(W, (0, None), 1), "W[:,2]"),
        (index(a + b, 0), "(a + b)[1]"),
        (index(Name("dL/dW1"), 1, 0), "dL/dW1[2,1]"),
        (call("sum", x, axis=0), "sum(x, axis=0)"),
        (call("sum", x, axis=(0, 2), keepdims=True), "sum(x, axis=[0, 2], keepdims=True)"),
        (call("leaky_relu", x, alpha=Fraction(1, 5)), "leaky_relu(x, alpha=0.2)"),
        (call("relu'", a + b), "relu'(a + b)"),
        (array([a, array([b, c])]), "[a, [b, c]]"),
        (Apply("dotted", (a, b)), "a · b"),
    ],
)
def test_text_has_no_more_parentheses_than_it_needs(expr: Expr, text: str) -> None:
    assert to_text(expr) == text


def test_tight_text_has_no_spaces_around_products() -> None:
    assert to_text(a * b + c / 2, tight=True) == "a*b + c/2"
    assert to_text(a @ b - c, tight=True) == "a@b - c"


def test_text_counts_from_index_from() -> None:
    assert to_text(index(W, 1, (0, 2)), index_from=0) == "W[1,0:1]"
    assert to_text(index(W, 1, (0, 2)), index_from=1) == "W[2,1:2]"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(2), "2"),
        (Fraction(0), "0"),
        (Fraction(1, 10), "0.1"),
        (Fraction(1, 2), "0.5"),
        (Fraction(5, 4), "1.25"),
        (Fraction(1, 8), "0.125"),
        (Fraction(1, 3), "1/3"),
        (Fraction(22, 7), "22/7"),
        (Fraction(1, 10**20), "1e-20"),
        (Fraction(10**20), "1e20"),
        (Fraction(123 * 10**18), "123e18"),
        (Fraction(10**6), "1000000"),
        (Fraction(1, 1000), "0.001"),
    ],
)
def test_numbers_are_written_out(value: Fraction, text: str) -> None:
    assert number_text(value) == text
    assert Fraction(text) == value


def test_a_fraction_that_never_ends_keeps_its_value_in_context() -> None:
    third = Number(Fraction(1, 3))
    for expr in (a * third, a / third, third**2, a**third, -third, third.T, a - third):
        again = parse(to_text(expr), Vocabulary((), {"a"}))
        assert to_text(again, tight=True) == to_text(expr, tight=True)
    assert to_text(a / third) == "a / (1/3)"
    assert to_text(third**2) == "(1/3)**2"


decimals = st.builds(
    lambda digits, places: Number(Fraction(digits, 10**places)),
    st.integers(0, 10**12),
    st.integers(0, 30),
)
numbers = st.one_of(st.integers(0, 64).map(Number), st.integers(0, 10**30).map(Number), decimals)
plain_names = st.sampled_from(PLAIN).map(Name)
derivatives = st.sampled_from(DERIVATIVES).map(Name)
position = st.integers(0, 12)
ranges = st.one_of(
    st.tuples(position, st.none()),
    st.tuples(position, st.integers(1, 5)).map(lambda p: (p[0], p[0] + p[1])),
)
positions = st.lists(st.one_of(position, ranges), min_size=1, max_size=3).map(tuple)
called = st.sampled_from(
    ["relu", "relu'", "sigmoid'", "tanh", "sum", "mean", "dot", "outer", "concat", "mse",
     "softmax", "maximum", "max", "swap", "reshape", "dot"]
)  # fmt: skip
constant: st.SearchStrategy[Any] = st.one_of(
    st.integers(-3, 100),
    st.booleans(),
    st.integers(-99, 99).map(lambda n: Fraction(n, 100)),
    st.sampled_from(["same", "N"]),
    st.lists(st.integers(-1, 5), max_size=3).map(tuple),
)
params = st.dictionaries(
    st.sampled_from(["axis", "keepdims", "alpha", "shape", "n"]), constant, max_size=2
).map(lambda d: tuple(d.items()))


def _power(base: Expr, exponent: Expr) -> Expr:
    size = exponent.args[0] if is_op(exponent, "neg") else exponent
    large = isinstance(size, Number) and size.value > 64
    return base ** (Number(3) if large else exponent)


def _index(value: Expr, at: tuple[Any, ...]) -> Expr:
    # A list after a number is a product, so a number has no index.
    return value if isinstance(value, Number) else index(value, *at)


def _larger(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    infix = st.sampled_from(["add", "sub", "mul", "div", "matmul", "dotted"])
    some = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(lambda op, one, two: Apply(op, (one, two)), infix, inner, inner),
        st.builds(lambda e: -e, inner),
        st.builds(lambda e: e.T, inner),
        st.builds(_power, inner, inner),
        st.builds(_index, inner, positions),
        st.builds(array, st.lists(inner, min_size=1, max_size=3)),
        st.builds(Apply, called, some, params),
    )


expressions = st.recursive(st.one_of(numbers, plain_names, derivatives), _larger, max_leaves=14)


@settings(max_examples=600, deadline=None)
@given(expr=expressions, index_from=st.sampled_from([0, 1]), tight=st.booleans())
def test_printed_then_parsed_is_the_same(expr: Expr, index_from: int, tight: bool) -> None:
    words = Vocabulary(FUNCTIONS, VALUES, index_from, max_nodes=10_000, max_depth=120)
    assert parse(to_text(expr, index_from, tight), words) == expr


def test_the_two_index_origins_are_really_different() -> None:
    assert to_text(index(x, 1), 0) != to_text(index(x, 1), 1)
    assert At((1,)) != At((2,))
