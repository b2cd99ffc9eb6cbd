"""Exact rationals against results worked by hand."""

from __future__ import annotations

import resource
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from evaluate_support import THREE_LAYERS

from backpropcli.evaluate.exact import exact_values
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Expr, Name, Number, call
from backpropcli.problem import problem_from_text
from backpropcli.solution import Solution, solve
from backpropcli.writing import NumberStyle, listed, number


def exact(text: str, *also: str) -> Solution:
    return solve(problem_from_text(text), also=also)


def test_the_three_layer_network_of_the_design() -> None:
    found = exact(THREE_LAYERS).total.exact
    by_hand = {
        "z1": [-1, 2, 3], "h1": [0, 2, 3], "z2": [9, 6, -4], "yhat": 5, "L": Fraction(49, 8),
        "dL/dyhat": Fraction(7, 2), "dL/dW3": [Fraction(63, 2), 21, -14],
        "dL/dz2": [Fraction(-7, 2), Fraction(7, 2), -7],
        "dL/dW2": [[0, -7, Fraction(-21, 2)], [0, 7, Fraction(21, 2)], [0, -14, -21]],
        "dL/db2": [Fraction(-7, 2), Fraction(7, 2), -7],
        "dL/dh1": [Fraction(-21, 2), 7, Fraction(7, 2)],
        "dL/dz1": [0, 7, Fraction(7, 2)],
        "dL/dW1": [[0, 0], [14, 7], [7, Fraction(7, 2)]],
        "dL/db1": [0, 7, Fraction(7, 2)],
    }  # fmt: skip
    for name, value in by_hand.items():
        assert found[name].tolist() == value, name
        assert all(isinstance(entry, Fraction) for entry in found[name].ravel()), name


def test_a_third_stays_a_third() -> None:
    found = exact("inputs: {x: 1/3, y: 0.1}\nloss: x + y*3\n", "dL/dx")
    assert found.total.exact["L"][()] == Fraction(19, 30)
    assert found["L"] == 19 / 30  # the nearest float, not 0.6333333333333334


def test_means_and_divisions_are_exact() -> None:
    text = "inputs: {p: [1, 2, 4], t: [0, 0, 0]}\nloss: mse(p, t)\n"
    found = exact(text, "dL/dp").total.exact
    assert found["L"][()] == 7
    assert found["dL/dp"].tolist() == [Fraction(2, 3), Fraction(4, 3), Fraction(8, 3)]


@pytest.mark.parametrize(
    ("loss", "value", "slope"),
    [
        ("huber(x, 0)", Fraction(3, 2), 1),
        ("abs(x)", 2, 1),
        ("max(x, 1/3)", 2, 1),
        ("relu(-x)", 0, 0),
        ("leaky_relu(-x)", Fraction(-1, 50), Fraction(-1, 100)),
        ("x**-2", Fraction(1, 4), Fraction(-1, 4)),
        ("1/(x + 1)", Fraction(1, 3), Fraction(-1, 9)),
        ("x**3/7", Fraction(8, 7), Fraction(12, 7)),
        ("mean([x, x, 1])", Fraction(5, 3), Fraction(2, 3)),
    ],
)
def test_rational_losses(loss: str, value: Fraction, slope: Fraction) -> None:
    found = exact(f"inputs: {{x: 2}}\nloss: {loss}\n", "dL/dx").total.exact
    assert found["L"][()] == value
    assert found["dL/dx"][()] == slope


@pytest.mark.parametrize("loss", ["sigmoid(x)", "exp(x)", "sqrt(x)", "log(x)", "x**0.5", "gelu(x)"])
def test_what_is_not_rational_is_not_exact(loss: str) -> None:
    found = exact(f"inputs: {{x: 2}}\nloss: {loss}\n")
    assert "L" not in found.total.exact
    assert np.isfinite(found["L"])


def test_exact_goes_on_behind_a_value_that_is_not() -> None:
    found = exact("inputs: {x: 2}\nnetwork: {s: sigmoid(x), t: 3*x}\nloss: s + t\n").total.exact
    assert found["t"][()] == 6
    assert "s" not in found
    assert "L" not in found


@pytest.mark.parametrize("weights", ["W: [[1, 2], [3, 4]]", "W: [[0.5, 2], [3, 4]]"])
def test_an_entry_by_itself_is_exact(weights: str) -> None:
    found = exact(f"weights: {{{weights}}}\nnetwork: {{z: 'W[2,1]'}}\nloss: z\n").total.exact
    assert found["z"][()] == 3
    assert found["dL/dW"].tolist() == [[0, 0], [1, 0]]


def test_no_value_is_written_as_minus_zero() -> None:
    text = "inputs: {x: [0, 1, sqrt(2)], y: 0}\nloss: -sum(sin(x) * y)\n"
    solution = exact(text, "dL/dx", "dL/dy")
    for name in ("L", "dL/dx", "dL/dy"):
        assert "-0," not in listed(solution[name]) + ","
    for style in (NumberStyle(), NumberStyle(decimals=2), NumberStyle(exact=True)):
        assert "-" not in number(-0.0, style)
        assert "-" not in number(Fraction(0), style)
    assert number(-0.001, NumberStyle(decimals=2)) == "0.00"
    assert number(-0.0051, NumberStyle(decimals=2)) == "-0.01"


@pytest.mark.parametrize(
    ("value", "text"),
    [(31.5, "31.5"), (5.0, "5"), (-0.38, "-0.38"), (1.5e-7, "1.5e-7"), (1 / 3, "0.333333"),
     (Fraction(1, 3), "1/3"), (Fraction(-63, 2), "-63/2"), (Fraction(4), "4"),
     (123456789.0, "123456789")],
)  # fmt: skip
def test_numbers_as_text(value: float | Fraction, text: str) -> None:
    assert number(value, NumberStyle(exact=isinstance(value, Fraction))) == text


def test_a_division_by_zero_has_no_exact_value() -> None:
    zero = {"x": np.asarray(Fraction(0), object)}
    assert exact_values([("y", Number(1) / Name("x"))], zero, Shapes({"x": ()})) == {}


def test_nothing_but_an_empty_answer_comes_out_of_exact_values() -> None:
    # Whatever happens inside, "no exact value" is the answer, never an exception.
    place = call("place", Name("x"), at=_at(1), shape=(3,))
    found = exact_values([("y", place)], {"x": np.asarray(Fraction(1), object)}, Shapes({"x": ()}))
    assert found["y"].tolist() == [0, 1, 0]


def _at(position: int) -> object:
    from backpropcli.language.nodes import At

    return At((position,))


def test_a_tower_of_powers_ends_soon() -> None:
    # 2^(64^6) has 68,719,476,736 bits: no step may try to hold it.
    tower = "x" + "^64)" * 6
    text = f"inputs: {{x: 2}}\nnetwork:\n  F: 0 * {'(' * 6}{tower}\n"
    script = (
        "from backpropcli.problem import problem_from_text\n"
        "from backpropcli.solution import solve\n"
        "from backpropcli.errors import BackpropError\n"
        f"try: solve(problem_from_text({text!r}))\n"
        "except BackpropError: pass\n"
    )

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))

    done = subprocess.run([sys.executable, "-c", script], timeout=4, preexec_fn=limit,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-300:]


def test_long_fractions_are_given_up_not_shown() -> None:
    expr: Expr = Name("x")
    for _ in range(12):
        expr = expr * expr
    found = exact_values(
        [("y", expr)], {"x": np.asarray(Fraction(1, 3), object)}, Shapes({"x": ()})
    )
    assert found == {}
