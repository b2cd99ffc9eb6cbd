"""Equations with one symbol per entry, exactly as lecture notes write them."""

from __future__ import annotations

import numpy as np
import pytest

from backpropcli.evaluate.entries import entry_expressions, symbols
from backpropcli.infer import Shapes
from backpropcli.language.nodes import At, Expr, Name, call
from backpropcli.language.text import to_text
from backpropcli.ops.entry import Inexact
from backpropcli.ops.sizes import named
from backpropcli.problem import problem_from_text
from backpropcli.solution import solve

NOTES = """
inputs: {X: [1, 2]}
weights: {W1: [[1, 2], [3, 4]], W2: [[1, 0], [2, 1]]}
network:
  S2: X @ W1
  Y2: relu(S2)
  S3: Y2 @ W2
  Y3: relu(S3)
upstream: {Y3: [5, 10]}
"""


def entries(text: str, name: str, index_from: int = 1) -> np.ndarray:
    program = solve(problem_from_text(text), also=[name] if "/" in name else []).program
    equation = program.equation(name)
    assert equation is not None
    found = entry_expressions(equation.expr, Shapes(program.shapes))
    written = np.frompyfunc(lambda e: to_text(e, index_from, tight=True), 1, 1)
    return np.asarray(written(np.asarray(found, object)), object)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("S2", ["X[1]*W1[1,1] + X[2]*W1[2,1]", "X[1]*W1[1,2] + X[2]*W1[2,2]"]),
        ("Y2", ["relu(S2[1])", "relu(S2[2])"]),
        ("dL/dS3", ["dL/dY3[1]*relu'(S3[1])", "dL/dY3[2]*relu'(S3[2])"]),
        ("dL/dW2", [["dL/dS3[1]*Y2[1]", "dL/dS3[2]*Y2[1]"],
                    ["dL/dS3[1]*Y2[2]", "dL/dS3[2]*Y2[2]"]]),
        ("dL/dY2", ["dL/dS3[1]*W2[1,1] + dL/dS3[2]*W2[1,2]",
                    "dL/dS3[1]*W2[2,1] + dL/dS3[2]*W2[2,2]"]),
        ("dL/dS2", ["dL/dY2[1]*relu'(S2[1])", "dL/dY2[2]*relu'(S2[2])"]),
        ("dL/dW1", [["dL/dS2[1]*X[1]", "dL/dS2[2]*X[1]"],
                    ["dL/dS2[1]*X[2]", "dL/dS2[2]*X[2]"]]),
        ("dL/dX", ["dL/dS2[1]*W1[1,1] + dL/dS2[2]*W1[1,2]",
                   "dL/dS2[1]*W1[2,1] + dL/dS2[2]*W1[2,2]"]),
    ],
)  # fmt: skip
def test_the_two_layers_of_the_notes(name: str, expected: object) -> None:
    assert entries(NOTES, name).tolist() == expected


def test_one_equation_as_the_notes_print_it() -> None:
    assert f"dL/dW2[1,2] = {entries(NOTES, 'dL/dW2')[0, 1]}" == "dL/dW2[1,2] = dL/dS3[2]*Y2[1]"


def test_entries_count_from_index_from() -> None:
    found = entries(NOTES.strip() + "\nindex_from: 0\n", "dL/dW2", 0)
    assert found[0, 1] == "dL/dS3[1]*Y2[0]"


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("inputs: {x: [1, 2]}\nloss: sum(x)\n", "L", "x[1] + x[2]"),
        ("inputs: {x: [1, 2]}\nloss: sum(x**2)/2\n", "L", "(x[1]**2 + x[2]**2)/2"),
        ("inputs: {x: [1, 2]}\nloss: mean(x)\n", "L", "(x[1] + x[2])/2"),
        ("inputs: {x: [1, 2], y: [3, 4]}\nloss: x @ y\n", "L", "x[1]*y[1] + x[2]*y[2]"),
        ("inputs: {x: [1, 2], y: [3, 4]}\nloss: mse(x, y)\n", "L",
         "((x[1] - y[1])**2 + (x[2] - y[2])**2)/2"),
        ("inputs: {x: [1, 2]}\nnetwork: {p: softmax(x)}\n", "p",
         ["exp(x[1])/(exp(x[1]) + exp(x[2]))", "exp(x[2])/(exp(x[1]) + exp(x[2]))"]),
        ("inputs: {x: [1, 2]}\nloss: max(x)\n", "L", "maximum(x[1], x[2])"),
        ("inputs: {x: 3}\nloss: x**2\n", "L", "x**2"),
        ("inputs: {x: [1, 2], b: 1}\nnetwork: {z: 2*x + b}\n", "z", ["2*x[1] + b", "2*x[2] + b"]),
        ("inputs: {A: [[1, 2], [3, 4]]}\nnetwork: {B: A.T}\n", "B",
         [["A[1,1]", "A[2,1]"], ["A[1,2]", "A[2,2]"]]),
        ("inputs: {A: [[1, 2], [3, 4]]}\nnetwork: {B: 'A[2]'}\n", "B", ["A[2,1]", "A[2,2]"]),
    ],
)  # fmt: skip
def test_entries_of_other_equations(text: str, name: str, expected: object) -> None:
    assert entries(text, name).tolist() == expected


def test_bias_gradients_are_written_as_sums() -> None:
    text = """
inputs: {X: [[1, 2], [3, 4]]}
weights: {b: [1, 2]}
network: {Z: X + b}
loss: sum(Z * Z)
"""
    assert entries(text, "dL/db").tolist() == ["dL/dZ[1,1] + dL/dZ[2,1]", "dL/dZ[1,2] + dL/dZ[2,2]"]


@pytest.mark.parametrize(
    ("expr", "shape", "expected"),
    [
        (call("place", Name("s"), at=At((1,)), shape=(3,)), (3,), ["0", "s", "0"]),
        (call("diag", Name("v")), (2, 2), [["v[1]", "0"], ["0", "v[2]"]]),
        (call("eye", n=2) @ Name("v"), (2,), ["v[1]", "v[2]"]),
        (call("expand", Name("s"), shape=(2,)), (2,), ["s", "s"]),
        (call("onehot", 2, n=3) * Name("s"), (3,), ["0", "s", "0"]),
    ],
)
def test_what_gradients_are_made_of_is_written_out(
    expr: Expr, shape: tuple[int, ...], expected: object
) -> None:
    found = np.asarray(entry_expressions(expr, Shapes({"s": (), "v": (2,)})), object)
    assert found.shape == shape
    assert np.frompyfunc(lambda e: to_text(e, tight=True), 1, 1)(found).tolist() == expected


def test_a_single_number_is_an_array_too() -> None:
    found = entry_expressions(Name("x") + Name("y"), Shapes({"x": (), "y": ()}))
    assert isinstance(found, np.ndarray)
    assert found.shape == ()


def test_named_sizes_cannot_be_written_out() -> None:
    with pytest.raises(Inexact):
        symbols("x", (named("N"),))
