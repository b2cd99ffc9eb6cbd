"""Gradients in matrix form: 002, the last page of 003, 004 1d and 004 3."""

import pytest
from matrix_support import BATCH, PROBLEMS, derived, faults, solved, solved_text, texts, whole

from backpropcli.derivation.data import Line
from backpropcli.derivation.matrix import matrix_form
from backpropcli.derivation.shapes_line import shape_line
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Name, call
from backpropcli.ops.sizes import named
from backpropcli.problem import load_problem
from backpropcli.solution import solve


def test_output_weights_of_a_softmax_classifier():
    # 002: dL/dW2 is H x C
    found = whole(solved("softmax-sizes"), "dL/dW2")
    assert texts(found) == [
        "X2.T @ dL/dS2",
        "X2.T @ ((P - Y) / N)",
        "X2.T @ (P - Y) / N",
    ]
    assert [line.why for line in found.lines][:2] == [
        "through S2",
        "softmax with cross-entropy: each row of Y adds up to 1",
    ]
    assert found.notes == (
        "shapes: (H, N) @ (N, C) = (H, C)",
        "each row of Y is taken to add up to 1, as one-hot targets do",
    )
    assert [str(size) for size in found.shape] == ["H", "C"]


def test_hidden_weights_of_a_softmax_classifier():
    # 002: dL/dW1 is D x H
    found = whole(solved("softmax-sizes"), "dL/dW1")
    assert texts(found) == [
        "X.T @ dL/dS1",
        "X.T @ (dL/dX2 * relu'(S1))",
        "X.T @ (dL/dS2 @ W2.T * relu'(S1))",
        "X.T @ ((P - Y) / N @ W2.T * relu'(S1))",
        "X.T @ ((P - Y) @ W2.T * relu'(S1)) / N",
    ]
    assert found.notes[0] == "shapes: (D, N) @ ((N, C) @ (C, H) * (N, H)) = (D, H)"


def test_biases_of_a_softmax_classifier():
    s = solved("softmax-sizes")
    assert texts(whole(s, "dL/db2"))[-1] == "sum(P - Y, axis=0) / N"
    assert whole(s, "dL/db2").notes[0] == "shapes: sum((N, C), axis=0) = (C,)"
    assert texts(whole(s, "dL/db1"))[-1] == "sum((P - Y) @ W2.T * relu'(S1), axis=0) / N"


def test_logits_of_a_softmax_classifier():
    assert texts(whole(solved("softmax-sizes"), "dL/dS2")) == [
        "P * (dL/dP - sum(dL/dP * P, axis=1, keepdims=True))",
        "P * (sum(Y / P / N * P, axis=1, keepdims=True) - Y / P / N)",
        "(P * sum(Y, axis=1, keepdims=True) - Y) / N",
        "(P - Y) / N",
    ]


def test_one_example_and_the_batch():
    # 002: "for one data point"
    found = derived(solved("softmax-sizes"), "dL/dW2")
    one, batch = found["dL_i/dW2 for one example"], found["dL/dW2 over the batch"]
    assert texts(one) == ["outer(x2, dL_i/ds2)", "outer(x2, p - y)"]
    assert one.notes[0] == "shapes: (H, 1) @ (1, C) = (H, C)"
    assert "one row of the batch: y of Y, x2 of X2, p of P" in one.notes
    assert texts(batch) == ["(sum_i outer(X2[i], P[i] - Y[i])) / N", "X2.T @ (P - Y) / N"]
    hidden = derived(solved("softmax-sizes"), "dL/dW1")["dL_i/dW1 for one example"]
    assert texts(hidden)[-1] == "outer(x, (p - y) @ W2.T * relu'(s1))"
    bias = derived(solved("softmax-sizes"), "dL/db2")["dL_i/db2 for one example"]
    assert texts(bias)[-1] == "p - y"


def test_weight_decay():
    # 003, last page, with the term that the notes forget
    s = solved("softmax-weight-decay")
    assert texts(whole(s, "dL/dW2")) == [
        "X2.T @ dL/dS2 + dL/dpenalty * lambda * W2",
        "X2.T @ dL/dS2 + lambda * W2",
        "X2.T @ (P - Y) + lambda * W2",
    ]
    assert texts(whole(s, "dL/dW1"))[-1] == "X.T @ ((P - Y) @ W2.T * relu'(S1)) + lambda * W1"
    assert texts(whole(s, "dL/db2"))[-1] == "sum(P - Y, axis=0)"
    assert texts(whole(s, "dL/db1"))[-1] == "sum((P - Y) @ W2.T * relu'(S1), axis=0)"
    # Numbers are there, so nothing has to be assumed.
    assert whole(s, "dL/dW2").notes == ("shapes: (3, 3) @ (3, 2) + (3, 2) = (3, 2)",)
    one = derived(s, "dL/dW2")["dL_i/dW2 for one example"]
    assert texts(one)[-1] == "outer(x2, p - y)"
    assert one.notes[-1] == "L_i is the loss of this example, without the penalty"
    batch = derived(s, "dL/dW2")["dL/dW2 over the batch"]
    assert texts(batch)[0] == "sum_i outer(X2[i], P[i] - Y[i]) + lambda * W2"


def test_examples_of_three_sigmoid_units():
    # 004 1d; the bias of z is its first entry, so v[2:4] are the weights of the units
    s = solved("sigmoid-units-matrices")
    assert texts(whole(s, "dL/dv")) == ["dL/dyhat * z", "2 * (yhat - y) * z"]
    total = derived(s, "dL/dv")["the total dL/dv"]
    assert texts(total) == ["sum_i 2 * (yhat[i] - y[i]) * z[i]"]
    last = texts(whole(s, "dL/dW"))[-1]
    assert last == "2 * outer((yhat - y) * v[2:4] * f * (1 - f), concat(1, x))"
    assert whole(s, "dL/dW").notes == ("shapes: (3, 1) @ (1, 3) = (3, 3)",)
    total = derived(s, "dL/dW")["the total dL/dW"]
    inner = "(yhat[i] - y[i]) * v[2:4] * f[i] * (1 - f[i])"
    assert texts(total) == [f"sum_i 2 * outer({inner}, concat(1, x[i]))"]


def test_sigmoid_output_and_half_the_squared_errors():
    # 004 3, the boxed line
    s = solved("sigmoid-network-error")
    assert texts(whole(s, "dE/dv"))[-1] == "Z.T @ ((yhat - y) * yhat * (1 - yhat))"
    assert whole(s, "dE/dv").notes == ("shapes: (3, 4) @ (4,) = (3,)",)
    batch = derived(s, "dE/dv")["dE/dv over the batch"]
    assert texts(batch)[0] == "sum_i (yhat[i] - y[i]) * yhat[i] * (1 - yhat[i]) * Z[i]"
    # The hidden units are the entries of z after the bias.
    one = derived(s, "dE/dW")["dE_i/dW for one example"]
    slope = "(yhat_i - y_i) * yhat_i * (1 - yhat_i)"
    assert texts(one)[-1] == f"outer({slope} * v[2:3] * z[2:3] * (1 - z[2:3]), x)"


def test_columns_are_examples():
    s = solved_text("""
inputs: {X: {shape: [D, N]}, y: {shape: [1, N]}}
weights: {W: {shape: [1, D]}, b: {shape: [1, 1]}}
network:
  z: W @ X + b
  p: sigmoid(z)
loss: bce(p, y)
find: [dL/dW]
""")
    assert texts(whole(s, "dL/dW"))[-1] == "(p - y) @ X.T / N"
    one = derived(s, "dL/dW")["dL_i/dW for one example"]
    assert texts(one)[-1] == "(p_i - y_i) @ x.T"
    assert one.notes[0] == "shapes: (1, 1) @ (1, D) = (1, D)"
    assert one.notes[-1] == "dL/dW is the mean of this over the columns"
    assert [faults(s, d) for d in matrix_form(s, "dL/dW")] == [[], []]


def test_single_example_has_only_that_line():
    s = solved_text("""
inputs: {x: {shape: [D]}, y: {shape: [C]}}
weights: {W: {shape: [C, D]}}
network:
  z: W @ x
  p: softmax(z)
loss: cross_entropy(p, y)
find: [dL/dW]
""")
    assert list(derived(s, "dL/dW")) == ["dL/dW in matrix form"]
    assert texts(whole(s, "dL/dW")) == ["outer(dL/dz, x)", "outer(p - y, x)"]


def test_nothing_for_jacobians_and_single_numbers():
    assert matrix_form(solved("jacobian"), "dF/dp") == []
    assert matrix_form(solved("sigmoid-units-scalars"), "dL/dv1") == []
    assert matrix_form(solved("softmax-sizes"), "dL/dnothing") == []


def test_batch_whose_examples_are_mixed_has_no_line_for_one():
    s = solved_text(BATCH + "  Z: S - mean(S, axis=0)\nloss: sum(Z**2 * Y)\nfind: [dL/dW]")
    assert list(derived(s, "dL/dW")) == ["dL/dW in matrix form"]


def test_loss_divided_by_the_size_is_a_mean_of_losses():
    s = solved_text(BATCH + "loss: sum((S - Y)**2) / N\nfind: [dL/dW]")
    found = derived(s, "dL/dW")
    assert texts(found["dL_i/dW for one example"])[-1] == "2 * outer(x, s - y)"
    assert texts(found["dL/dW over the batch"])[0] == "(sum_i 2 * outer(X[i], S[i] - Y[i])) / N"


def test_shapes_of_products():
    n, h, c = map(named, "NHC")
    shapes = Shapes({"A": (n, h), "B": (n, c), "s": (), "v": (c,), "W": (h, c)})
    a, b, s, v, w = map(Name, "ABsvW")
    assert shape_line(a.T @ (b / s), shapes) == "(H, N) @ (N, C) = (H, C)"
    assert shape_line(s * (a.T @ b) + w, shapes) == "(H, N) @ (N, C) + (H, C) = (H, C)"
    assert shape_line((a.T @ b).T @ w.T.T, shapes) == "(C, N) @ (N, H) @ (H, C) = (C, C)"
    assert shape_line(call("outer", v, v), shapes) == "(C, 1) @ (1, C) = (C, C)"
    assert shape_line(w @ v, shapes) == "(H, C) @ (C,) = (H,)"
    assert shape_line(b - b, shapes) == ""
    assert shape_line(v @ v, shapes) == ""


NAMES = ["softmax-sizes", "softmax-weight-decay", "sigmoid-network-error",
         "sigmoid-units-matrices", "random-linear", "three-layer-relu", "two-layer-mean-square",
         "two-layer-upstream", "paper-notation", "class-numbers", "error-terms"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_line_equals_the_one_above(name):
    s = solved(name)
    found = [d for e in s.program.gradients for d in matrix_form(s, e.name)]
    assert found
    assert [fault for d in found for fault in faults(s, d)] == []


@pytest.mark.parametrize("title", ["in matrix form", "over the batch"])
def test_broken_line_is_found(title):
    s = solved("softmax-sizes")
    found = derived(s, "dL/dW2")[f"dL/dW2 {title}"]
    wrong = Name("X2").T @ (Name("P") - 2 * Name("Y")) / Name("N")
    lines = (*found.lines[:-1], Line(wrong))
    assert len(faults(s, found._replace(lines=lines))) == 1


def test_broken_line_for_one_example_is_found():
    s = solved("softmax-sizes")
    found = derived(s, "dL/dW2")["dL_i/dW2 for one example"]
    lines = (*found.lines[:-1], Line(call("outer", Name("x2"), Name("p") + Name("y"))))
    assert len(faults(s, found._replace(lines=lines))) == 1


def test_broken_total_is_found():
    s = solved("sigmoid-units-matrices")
    found = derived(s, "dL/dv")["the total dL/dv"]
    lines = (Line(-found.lines[0].expr),)
    assert len(faults(s, found._replace(lines=lines))) == 1


def test_long_lines_are_not_put_together():
    layers = "".join(f"  h{i + 1}: h{i} + tanh(W{i} @ h{i})\n" for i in range(1, 9))
    weights = ", ".join(f"W{i}: {{shape: [n, n]}}" for i in range(1, 9))
    s = solved_text(
        f"inputs: {{h1: {{shape: [n]}}, y: {{shape: [n]}}}}\nweights: {{{weights}}}\n"
        f"network:\n{layers}loss: mse(h9, y)\nfind: [dL/dW1]"
    )
    found = whole(s, "dL/dW1")
    assert "too long" in found.notes[-1]
    assert max(map(len, texts(found))) <= 400


def test_program_will_do():
    program = solve(load_problem(PROBLEMS / "softmax-sizes.yaml")).program
    assert matrix_form(program, "dL/dW2")[0].title == "dL/dW2 in matrix form"


TWO_DIVISORS = """
inputs: {X: {shape: [N, D]}, Y: {shape: [N, C]}}
weights: {W1: {shape: [D, H]}, W2: {shape: [H, C]}}
network:
  Z1: X @ W1
  A: sigmoid(Z1)
  P: sigmoid(A @ W2)
loss: bce(P, Y)
"""
ATTENTION = """
inputs: {q: {shape: [N, D]}, k: {shape: [M, D]}, v: {shape: [M, E]}, T: {shape: [N, E]}}
weights: {Wq: {shape: [D, D]}}
network:
  Q: q @ Wq
  S: Q @ k.T / sqrt(2)
  A: softmax(S)
  O: A @ v
loss: mse(O, T)
"""
DECAY = """
inputs: {X: {shape: [N, D]}, y: {shape: [N]}, lambda: {shape: []}}
weights: {w: {shape: [D]}}
network:
  yhat: X @ w
loss: mean((yhat - y)**2)/2 + lambda/2*sum(w**2)
"""
SKIP = """
inputs: {X: {shape: [N, D]}, T: {shape: [N, D]}}
weights: {V: {shape: [D, D]}}
network:
  H: tanh(X)
  R: X + H @ V
loss: sum((R - T)**2)/(2*N)
find: [dL/dX]
"""


@pytest.mark.parametrize(
    ("text", "name", "last"),
    [
        # the mean over N x C entries: both sizes under one fraction line
        (TWO_DIVISORS, "dL/dW1", "X.T @ ((P - Y) @ W2.T * A * (1 - A)) / (C * N)"),
        (TWO_DIVISORS, "dL/dW2", "A.T @ (P - Y) / (C * N)"),
        # a divisor that both terms of a difference have
        (
            ATTENTION,
            "dL/dWq",
            "2 * q.T @ (A * ((O - T) @ v.T - sum((O - T) @ v.T * A, axis=1, keepdims=True)) @ k)"
            " / (E * N * sqrt(2))",
        ),
        # a divisor of one term of a sum
        (DECAY, "dL/dw", "X.T @ (yhat - y) / N + lambda * w"),
        (SKIP, "dL/dX", "((R - T) @ V.T * (1 - H**2) + R - T) / N"),
    ],
)
def test_single_numbers_are_divided_by_last(text, name, last):
    s = solved_text(text)
    found = whole(s, name)
    assert texts(found)[-1] == last
    assert faults(s, found) == []
    assert len(set(texts(found))) == len(found.lines)
