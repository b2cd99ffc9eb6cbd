"""The pairs of softmax or sigmoid with cross-entropy, however the author writes the loss."""

import pytest
from matrix_support import BATCH, faults, solved_text, texts, whole

from backpropcli.derivation.pairs import SIGMOID, SOFTMAX
from backpropcli.derivation.products import (
    Product,
    multiplied_out,
    product_of,
    terms_of,
    total,
    written,
)
from backpropcli.language.nodes import Name, Number
from backpropcli.language.text import to_text

MEANS = ["cross_entropy(softmax(S), Y)", "softmax_cross_entropy(S, Y)",
         "-sum(Y * log(softmax(S))) / N", "-mean(sum(Y * log(softmax(S)), axis=1))",
         "-sum(Y * log_softmax(S)) / N"]  # fmt: skip
SUMS = ["-sum(Y * log(softmax(S)))", "-sum(Y * log_softmax(S))"]


@pytest.mark.parametrize("loss", MEANS)
def test_softmax_with_a_mean(loss):
    s = solved_text(BATCH + f"loss: {loss}\nfind: [dL/dW]")
    found = whole(s, "dL/dW")
    assert texts(found)[-1] == "X.T @ (softmax(S) - Y) / N"
    assert faults(s, found) == []


@pytest.mark.parametrize("loss", SUMS)
def test_softmax_with_a_sum(loss):
    s = solved_text(BATCH + f"loss: {loss}\nfind: [dL/dW]")
    assert texts(whole(s, "dL/dW"))[-1] == "X.T @ (softmax(S) - Y)"


@pytest.mark.parametrize("loss", ["cross_entropy(P, Y)", "softmax_cross_entropy(S, Y)"])
def test_probabilities_by_their_name(loss):
    s = solved_text(BATCH + f"  P: softmax(S)\nloss: {loss}\nfind: [dL/dS, P]")
    found = whole(s, "dL/dS")
    assert texts(found)[-1] == "(P - Y) / N"
    assert found.lines[-1].why == f"{SOFTMAX}: each row of Y adds up to 1"


def vector(target, loss="cross_entropy(p, y)"):
    return solved_text(
        f"inputs: {{x: [1, 2], y: {target}}}\nweights: {{W: [[1, 0], [2, -1], [0, 1]]}}\n"
        f"network:\n  z: W @ x\n  p: softmax(z)\nloss: {loss}\nfind: [dL/dz]"
    )


def test_targets_with_numbers_are_checked():
    found = whole(vector("[0.25, 0.75, 0]"), "dL/dz")
    assert texts(found)[-1] == "p - y"
    assert not any("taken" in note for note in found.notes)


def test_targets_that_do_not_add_up_to_1_keep_their_sum():
    s = vector("[0, 1, 1]", "-sum(y * log(p))")
    found = whole(s, "dL/dz")
    assert texts(found)[-1] == "p * sum(y) - y"
    assert found.lines[-1].why == f"{SOFTMAX}: the sum stays, it is not 1"
    assert faults(s, found) == []


def test_other_sums_of_rows_are_not_taken_for_targets():
    s = solved_text(
        "inputs: {X: {shape: [N, C]}}\nweights: {W: {shape: [C, C]}}\nnetwork:\n  S: X @ W\n"
        "loss: sum(S * sum(X, axis=1, keepdims=True) - S * X)\nfind: [dL/dS]"
    )
    found = whole(s, "dL/dS")
    assert "sum(X, axis=1, keepdims=True)" in texts(found)[-1]
    assert faults(s, found) == []


LOGISTIC = """
inputs: {X: {shape: [N, D]}, y: {shape: [N]}}
weights: {w: {shape: [D]}}
network:
  z: X @ w
  p: sigmoid(z)
"""


@pytest.mark.parametrize(
    "loss", ["bce(p, y)", "bce_with_logits(z, y)", "-mean(y*log(p) + (1 - y)*log(1 - p))",
             "-sum(y*log(p) + (1 - y)*log(1 - p)) / N"],
)  # fmt: skip
def test_sigmoid_with_binary_cross_entropy(loss):
    s = solved_text(LOGISTIC + f"loss: {loss}\nfind: [dL/dw]")
    found = whole(s, "dL/dw")
    assert texts(found)[-1] == "X.T @ (p - y) / N"
    assert SIGMOID in [line.why for line in found.lines]
    assert faults(s, found) == []


def test_sigmoid_of_one_number():
    s = solved_text(
        "inputs: {x: {shape: [D]}, y: {shape: []}}\nweights: {w: {shape: [D]}}\nnetwork:\n"
        "  p: sigmoid(w @ x)\nloss: -(y*log(p) + (1 - y)*log(1 - p))\nfind: [dL/dw]"
    )
    found = whole(s, "dL/dw")
    assert texts(found)[-1] == "(p - y) * x"
    assert faults(s, found) == []


def test_sigmoid_with_squared_error_is_no_pair():
    s = solved_text(LOGISTIC + "loss: sum((p - y)**2) / 2\nfind: [dL/dw]")
    assert texts(whole(s, "dL/dw"))[-1] == "X.T @ ((p - y) * p * (1 - p))"


p, y, n = Name("p"), Name("y"), Name("n")


def test_products_are_taken_apart_and_cancelled():
    product = product_of(-(p * y / (2 * n)) * n)
    assert product == Product(-Number(1).value / 2, (p, y, n), (n,))
    assert to_text(written(product.cancelled())) == "-p * y / 2"


def test_sums_are_taken_apart():
    assert to_text(total(terms_of(-(y - p) + 2 * n))) == "p + 2 * n - y"
    out = multiplied_out(p * (1 - y) - (1 - p) * y)
    assert out is not None
    assert to_text(total(out)) == "p - y"
