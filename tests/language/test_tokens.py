"""The spellings that people use, each brought to one (rulings 2, 3, 4 and 6)."""

import pytest

from backpropcli.language.tokens import is_name, normal_name, tokenize


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokenize(text)[:-1]]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("ŷ", "yhat"),
        ("y\u0302", "yhat"),
        ("x̄", "xbar"),
        ("ã", "atilde"),
        ("ẏ", "ydot"),
        ("W₁", "W1"),
        ("W₁₀", "W10"),
        ("ŷ₂", "yhat2"),
        ("a₁_b", "a1_b"),
        ("σ", "sigmoid"),
        ("θ₁", "theta1"),
        ("λ", "lambda"),
        ("δ₂", "delta2"),
        ("Δw", "Deltaw"),
        ("η", "eta"),
        ("α", "alpha"),
        ("β", "beta"),
        ("γ", "gamma"),
        ("μ", "mu"),  # Greek mu
        ("\u00b5", "mu"),  # the micro sign looks the same
        ("φ", "phi"),
        ("ϕ", "phi"),
        ("ℓ", "l"),
        ("ε", "epsilon"),
        ("ϵ", "epsilon"),
        ("plain_1", "plain_1"),
    ],
)
def test_a_name_has_one_plain_spelling(written: str, plain: str) -> None:
    assert kinds(written) == [("name", plain)]
    assert normal_name(written) == plain


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("∂L/∂ŷ", "dL/dyhat"),
        ("∂L/∂W₁", "dL/dW1"),
        ("∂ŷ/∂x₁", "dyhat/dx1"),
        ("∂L/∂b₂[1]", "dL/db2[1]"),
        ("a − b", "a-b"),
        ("a – b", "a-b"),
        ("a × b", "a*b"),
        ("a ⊙ b", "a*b"),
        ("a ∘ b", "a*b"),
        ("a ∗ b", "a*b"),
        ("a ⋅ b", "a·b"),
        ("a ∙ b", "a·b"),
        ("Wᵀ", "Wᵀ"),
    ],
)
def test_signs_have_one_spelling(written: str, plain: str) -> None:
    assert "".join(text for _, text in kinds(written)) == plain


def test_power_is_written_two_ways() -> None:
    assert [kind for kind, _ in kinds("a^b**c")] == ["name", "^", "name", "^", "name"]


@pytest.mark.parametrize(
    ("sign", "digit"), [("¹", "1"), ("²", "2"), ("³", "3"), ("⁴", "4"), ("⁵", "5")]
)
def test_superscripts_are_exponents(sign: str, digit: str) -> None:
    assert kinds("x" + sign) == [("name", "x"), ("superscript", digit)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("1e3", ["1e3"]),
        ("5e-3", ["5e-3"]),
        ("5e−3", ["5e-3"]),
        ("1E+2", ["1E+2"]),
        ("2e", ["2", "e"]),
        ("2e*x", ["2", "e", "*", "x"]),
        ("2x1", ["2", "x1"]),
        (".5", [".5"]),
        ("3.", ["3."]),
        ("010", ["010"]),
        ("x.T", ["x", ".", "T"]),
        ("3.T", ["3.", "T"]),
        ("1.5.2", ["1.5", ".2"]),
    ],
)
def test_numbers_end_where_people_end_them(text: str, pieces: list[str]) -> None:
    assert [text for _, text in kinds(text)] == pieces


def test_tokens_know_where_they_stand() -> None:
    text = "  ∂L/∂ŷ **  2.5e1"
    assert [text[t.start : t.stop] for t in tokenize(text)] == [
        "∂L", "/", "∂ŷ", "**", "2.5e1", "",
    ]  # fmt: skip
    assert tokenize(text)[-1] == ("end", "", len(text), len(text))


def test_a_combining_mark_belongs_to_its_letter() -> None:
    text = "y\u0302+1"
    name, plus, one, _ = tokenize(text)
    assert (name.start, name.stop) == (0, 2)
    assert (plus.start, one.start) == (2, 3)


@pytest.mark.parametrize("char", [*'$#!?%&|~`{}\\;"', "é", "ü", "ß", "你", "\u200b", "∇"])
def test_what_fits_nothing_is_bad(char: str) -> None:
    assert kinds(char) == [("bad", char)]


@pytest.mark.parametrize("text", ["", "1", "a b", "a-b", "dL/dW", "a.b", "x[1]"])
def test_what_is_no_name_stays_as_it_is(text: str) -> None:
    assert normal_name(text) == text
    assert not is_name(text)


@pytest.mark.parametrize("text", ["W1", "_", "y_hat", "T", "e", "max"])
def test_plain_names(text: str) -> None:
    assert is_name(text)


def test_is_name_wants_ascii() -> None:
    assert not is_name("ŷ")
