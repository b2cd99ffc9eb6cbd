"""The grammar: precedence, implicit products, derivatives, indices, calls (rulings 3 to 6)."""

from fractions import Fraction

import pytest

from backpropcli.language.nodes import (
    Apply,
    At,
    Expr,
    Name,
    Number,
    array,
    as_expr,
    call,
    index,
)  # fmt: skip
from backpropcli.language.parser import Vocabulary, parse

FUNCTIONS = frozenset({"relu", "sigmoid", "sum", "max", "mse", "dot", "concat", "leaky_relu", "T1"})
VALUES = frozenset(
    ["x", "y", "z", "a", "b", "c", "d", "e", "L", "W", "W1", "yhat", "mse", "max", "dot", "F"]
)
WORDS = Vocabulary(FUNCTIONS, VALUES)
a, b, c, d, e, x, y, z, W, L = map(Name, ["a", "b", "c", "d", "e", "x", "y", "z", "W", "L"])


def read(text: str, index_from: int = 1) -> Expr:
    return parse(text, WORDS._replace(index_from=index_from))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b*c", a + b * c),
        ("(a + b)*c", (a + b) * c),
        ("a - b - c", (a - b) - c),
        ("a - (b - c)", a - (b - c)),
        ("a / b / c", (a / b) / c),
        ("a / b * c", (a / b) * c),
        ("a * b @ c", (a * b) @ c),
        ("a @ b * c", (a @ b) * c),
        ("a @ b @ c", (a @ b) @ c),
        ("a @ b + c", a @ b + c),
        ("a ** b ** c", a ** (b**c)),
        ("a^b^c", a ** (b**c)),
        ("(a^b)^c", (a**b) ** c),
        ("-a + b", (-a) + b),
        ("-a * b", -(a * b)),
        ("-a @ b", -(a @ b)),
        ("-a / b", -(a / b)),
        ("-a^2", -(a**2)),
        ("(-a)^2", (-a) ** 2),
        ("a * -b", a * -b),
        ("a * -b * c", (a * -b) * c),
        ("a - -b", a - -b),
        ("a ^ -b", a**-b),
        ("2^-1", Number(2) ** -Number(1)),
        ("a^-b^c", a ** -(b**c)),
        ("+a - +b", a - b),
        ("--a", (-a).__neg__()),
        ("a⊗b", call("outer", a, b)),
        ("a · b", Apply("dotted", (a, b))),
        ("a · b + c", Apply("dotted", (a, b)) + c),
        ("a.T @ b", a.T @ b),
        ("aᵀ b", a.T * b),
        ("-a.T", -(a.T)),
        ("a.T^2", a.T**2),
        ("(a @ b).T", (a @ b).T),
        ("a.T.T", a.T.T),
        ("W^T", W.T),
        ("W^T @ x", W.T @ x),
        ("W^2^T @ x", (W**2).T @ x),
        ("W^-2^T", (W**-2).T),
        ("a + W^T", a + W.T),
        ("a W^T", a * W.T),
        ("a²", a**2),
        ("-a²", -(a**2)),
        ("2a³", 2 * a**3),
        ("a^b²", a ** (b**2)),
    ],
)
def test_precedence(text: str, expected: Expr) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2x", 2 * x),
        ("2 x", 2 * x),
        ("x y", x * y),
        ("2a^3", 2 * a**3),
        ("2e", 2 * e),
        ("2 e", 2 * e),
        ("1e3", Number(1000)),
        ("1e3x", 1000 * x),
        ("a/b c", (a / b) * c),
        ("1/2x", (Number(1) / 2) * x),
        ("2x + 3y", 2 * x + 3 * y),
        ("-2x", -(2 * x)),
        ("(1)(0.2)", Number(1) * Number(Fraction(1, 5))),
        ("2(a + b)", 2 * (a + b)),
        ("(a)(b)(c)", (a * b) * c),
        ("a (b + c)", a * (b + c)),
        ("a(b)", a * b),
        ("mse mse(a, b)", Name("mse") * call("mse", a, b)),
        ("2relu(x)", 2 * call("relu", x)),
        ("a @ b c", (a @ b) * c),
        ("a b @ c", (a * b) @ c),
        ("a b^2", a * b**2),
        ("a relu'(z) b", (a * call("relu'", z)) * b),
        ("2[1, 2]", 2 * array([Number(1), Number(2)])),
        ("a 2", a * 2),
    ],
)
def test_products_without_a_sign(text: str, expected: Expr) -> None:
    assert read(text) == expected


def test_a_power_takes_no_product_from_its_right() -> None:
    # On paper x^2 [1, 2] is (x^2)[1, 2], never x^(2[1, 2]).
    assert read("a^2 b") == a**2 * b
    assert read("a^2(b)") == a**2 * b
    assert read("a^2[1, 2]") != a ** (2 * array([Number(1), Number(2)]))


def test_superscripts_side_by_side_are_one_exponent() -> None:
    # x²³ on paper is x to the 23rd, not (x squared) cubed.
    assert read("x²³") == x**23


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dL/dW1", Name("dL/dW1")),
        ("∂L/∂W₁", Name("dL/dW1")),
        ("∂L/∂ŷ", Name("dL/dyhat")),
        ("dL / dW1", Name("dL/dW1")),
        ("dd/da", Name("dd/da")),
        ("0.01*dL/da", Number(Fraction(1, 100)) * Name("dL/da")),
        ("0.01 dL/da", Number(Fraction(1, 100)) * Name("dL/da")),
        ("dL/da * da/db", Name("dL/da") * Name("da/db")),
        ("dL/da / b", Name("dL/da") / b),
        ("b / dL/da", b / Name("dL/da")),
        ("dL/da^2", Name("dL/da") ** 2),
        ("dL/dW1.T", Name("dL/dW1").T),
        ("dL/dW1[2,1]", index(Name("dL/dW1"), 1, 0)),
        ("dF[2]/dx", index(Name("dF/dx"), 1)),
        ("dF[2]/dx[1]", index(Name("dF/dx"), 1, 0)),
        ("dF/dx[2,1]", index(Name("dF/dx"), 1, 0)),
        ("-dL/da", -Name("dL/da")),
        ("a/b", a / b),
        ("d/a", d / a),
        ("d a", d * a),
    ],
)
def test_a_derivative_is_one_name(text: str, expected: Expr) -> None:
    assert read(text) == expected


def test_a_name_that_starts_with_d_is_a_derivative_only_of_known_values() -> None:
    words = Vocabulary(FUNCTIONS, frozenset({"dog", "dx", "og"}))
    assert parse("dx/dog", words) == Name("dx") / Name("dog")
    # `dog` is a value, so `dog/dx` divides, though `og` is a value too.
    assert parse("dog/dx", words) == Name("dog") / Name("dx")


@pytest.mark.parametrize(
    ("text", "start", "items"),
    [
        ("x[1]", 1, (0,)),
        ("x[0]", 0, (0,)),
        ("x[2,1]", 1, (1, 0)),
        ("x[2,1]", 0, (2, 1)),
        ("x[1:3]", 1, ((0, 3),)),
        ("x[1:3]", 0, ((1, 4),)),
        ("x[:2]", 1, ((0, 2),)),
        ("x[:2]", 0, ((0, 3),)),
        ("x[2:]", 1, ((1, None),)),
        ("x[2:]", 0, ((2, None),)),
        ("x[:]", 1, ((0, None),)),
        ("x[:, 2]", 1, ((0, None), 1)),
        ("x[1:2, 3]", 1, ((0, 2), 2)),
        ("x[1:1]", 1, ((0, 1),)),
    ],
)
def test_indices_count_from_index_from(text: str, start: int, items: tuple[object, ...]) -> None:
    assert read(text, start) == Apply("index", (x,), (("at", At(items)),))  # type: ignore[arg-type]


def test_an_index_binds_tightest() -> None:
    assert read("-x[1]") == -index(x, 0)
    assert read("a * x[1]^2") == a * index(x, 0) ** 2
    assert read("(a + b)[2]") == index(a + b, 1)
    assert read("[a, b][2]") == index(array([a, b]), 1)
    assert read("x[1][2]") == index(index(x, 0), 1)
    assert read("W.T[1]") == index(W.T, 0)
    assert read("x [1]") == index(x, 0)
    assert read("x[1]*x[2]") == index(x, 0) * index(x, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("relu(x)", call("relu", x)),
        ("σ(z)", call("sigmoid", z)),
        ("σ'(z)", call("sigmoid'", z)),
        ("relu'(a + b)", call("relu'", a + b)),
        ("relu (x)", call("relu", x)),
        ("sum(x, axis=0)", call("sum", x, axis=0)),
        ("sum(x, axis=-1)", call("sum", x, axis=-1)),
        ("sum(x, axis=[0, 2])", call("sum", x, axis=(0, 2))),
        ("sum(x, axis=(0, 2))", call("sum", x, axis=(0, 2))),
        ("sum(x, axis=1, keepdims=True)", call("sum", x, axis=1, keepdims=True)),
        ("sum(x, keepdims=false)", Apply("sum", (x,), (("keepdims", False),))),
        ("leaky_relu(x, alpha=0.2)", call("leaky_relu", x, alpha=Fraction(1, 5))),
        ("leaky_relu(x, 0.2)", call("leaky_relu", x, Fraction(1, 5))),
        ("leaky_relu(x, alpha=2.0)", call("leaky_relu", x, alpha=2)),
        ("max(a, b)", call("max", a, b)),
        ("concat(a, b, c,)", call("concat", a, b, c)),
        ("relu()", call("relu")),
        ("mse(a, b) + mse", call("mse", a, b) + Name("mse")),
        ("[a, [b, c]]", array([a, array([b, c])])),
        ("[a, b,]", array([a, b])),
    ],
)
def test_calls_and_lists(text: str, expected: Expr) -> None:
    assert read(text) == expected


def test_t_is_a_value_where_it_is_one() -> None:
    words = Vocabulary((), frozenset({"W", "T"}))
    assert parse("W^T", words) == W ** Name("T")
    assert parse("W.T", words) == W.T


def test_numbers_are_exact() -> None:
    assert read("0.1") == Number(Fraction(1, 10))
    assert read("5e-3") == Number(Fraction(1, 200))
    assert read("010") == Number(10)
    assert read("1e64") == Number(10**64)
    assert read("3.") == Number(3)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("  a + b", "a + b"),
        ("x*(a + b)", "x*(a + b)"),
        ("relu(x) ", "relu(x)"),
        ("W^T", "W^T"),
        ("-x[1]", "-x[1]"),
        ("∂L/∂ŷ", "∂L/∂ŷ"),
        ("[a, b]", "[a, b]"),
    ],
)
def test_an_expression_knows_its_span(text: str, part: str) -> None:
    span = read(text).span
    assert span is not None
    assert text[span[0] : span[1]] == part


def test_a_number_is_never_negative() -> None:
    with pytest.raises(ValueError, match="neg"):
        Number(-1)
    assert as_expr(-1) == -Number(1)
