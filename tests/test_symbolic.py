"""Expressions through sympy and back; the expected forms are worked out by hand."""

import subprocess
import sys
import time

import pytest

from backpropcli.language.grammar import Vocabulary
from backpropcli.language.nodes import Name, call, index
from backpropcli.language.parser import parse
from backpropcli.language.text import to_text
from backpropcli.ops import FUNCTIONS
from backpropcli.resolve import Scope, resolve
from backpropcli.symbolic import (
    NotScalarError,
    derivative,
    equal,
    from_sympy,
    simplified,
    to_sympy,
)

SHAPES = dict.fromkeys(("x", "y", "z", "e", "w", "b", "v", "f", "a", "p", "yhat", "L"), ())
SHAPES |= {"dL/dyhat": (), "W": (2, 2), "X": (2,)}


def read(text):
    return resolve(parse(text, Vocabulary(FUNCTIONS, list(SHAPES))), Scope(SHAPES))[0]


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("-(y - yhat)*v*f*(1-f)*x", "(yhat - y) * v * f * (1 - f) * x"),
        ("2*(y-yhat)*(-1)*v*(f - f**2)*x", "2 * (yhat - y) * v * f * (1 - f) * x"),
        ("v*f*(1-f)*(yhat-y)", "(yhat - y) * v * f * (1 - f)"),
        ("1/(1 + exp(-e))", "sigmoid(e)"),
        ("exp(z)/(1 + exp(z))", "sigmoid(z)"),
        ("x - x*tanh(z)**2", "x * (1 - tanh(z)**2)"),
        ("-y/p + (1-y)/(1-p)", "(p - y) / (p * (1 - p))"),
        ("(p - y)/(p*(1-p))*p*(1-p)", "p - y"),
        ("dL/dyhat*W[1,2]*relu'(z)*X[1]", "dL/dyhat * W[1,2] * relu'(z) * X[1]"),
        ("x + x + 0*y", "2 * x"),
        ("sqrt(x)/3", "sqrt(x) / 3"),
        ("0.5*x*2", "x"),
    ],
)
def test_simplified(text, short):
    assert to_text(simplified(read(text))) == short
    assert equal(read(text), simplified(read(text)))


def test_factors_stand_in_the_order_of_their_roles():
    roles = {"x": "input", "v": "weight", "f": "value", "yhat": "value", "y": "input"}
    found = simplified(read("x*f*(1-f)*v*(yhat - y)"), roles)
    assert to_text(found) == "(yhat - y) * v * f * (1 - f) * x"


@pytest.mark.parametrize(
    ("text", "by", "slope"),
    [
        ("(2*x + 3*y)**2", "x", "4 * (2 * x + 3 * y)"),
        ("(2*x + 3*y)**2", "y", "6 * (2 * x + 3 * y)"),
        ("sigmoid(w*x + b)", "b", "sigmoid(w * x + b) * (1 - sigmoid(w * x + b))"),
        ("tanh(z)", "z", "1 - tanh(z)**2"),
        ("relu(w*x)", "w", "relu'(w * x) * x"),
        ("softplus(z)", "z", "sigmoid(z)"),
        ("(y - yhat)**2/2", "yhat", "yhat - y"),
        ("mse(yhat, y)", "yhat", "2 * (yhat - y)"),
        ("bce(p, y)", "p", "(p - y) / (p * (1 - p))"),
        ("log(x)", "x", "1 / x"),
        ("x**3", "x", "3 * x**2"),
    ],
)
def test_derivative(text, by, slope):
    assert equal(derivative(read(text), by), read(slope))
    assert len(to_text(derivative(read(text), by))) <= len(slope)


def test_the_derivative_by_an_entry():
    assert to_text(derivative(read("W[1,2]*X[2]"), index(Name("W"), 0, 1))) == "X[2]"


def test_equal():
    assert equal(read("sigmoid(x)"), read("(1 + tanh(x/2))/2"))
    assert equal(read("x + y"), read("x - y")) is False
    assert equal(read("relu(x)"), read("relu(-x)")) is False
    assert equal(call("matmul", Name("A"), Name("B")), Name("A")) is None


def test_what_is_not_a_number_is_refused():
    with pytest.raises(NotScalarError):
        to_sympy(call("matmul", Name("A"), Name("B")))
    assert to_text(simplified(call("matmul", Name("A"), Name("B")))) == "A @ B"


def test_there_and_back():
    for text in ("x", "2 * x + y", "x**2 / y", "exp(-x)", "sigmoid(x)", "W[1,2]", "leaky_relu(x)"):
        leaves = {}
        assert to_text(from_sympy(to_sympy(read(text), leaves), leaves)) == text


def test_time_is_limited():
    terms = "*".join(f"(x**{i} + y*z + {i})" for i in range(1, 12))
    start = time.perf_counter()
    simplified(read(f"({terms})**5 + exp({terms})"), seconds=0.2)
    assert time.perf_counter() - start < 5


def test_sympy_is_imported_by_no_other_module():
    code = (
        "import backpropcli.derivation.verify, backpropcli.derivation.proofs, sys; "
        "sys.exit('sympy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
