"""Answers to ``shape(...)``, and formulas whose parts do not fit together."""

import pytest
from checking_support import THREE, answer, report, status, told

NET = """\
inputs: {X: {shape: [N, D]}, y: {shape: [N]}}
weights: {W: {shape: [D, H]}, b: {shape: [H]}, v: {shape: [H]}}
network: {Z: tanh(X @ W + b), yhat: Z @ v}
loss: mse(yhat, y)
find: [shape(dL/dW), shape(dL/db), shape(Z)]
"""


@pytest.mark.parametrize(
    "line",
    ["shape(dL/dW): [D, H]", "shape(dL/db): (H,)", "shape(Z): N x H", "shape(L): []"],
)
def test_right_shapes(line):
    assert status(NET, line) == "correct"


def test_a_transposed_shape_of_a_gradient():
    found = report(NET, "shape(dL/dW): [H, D]\n")
    assert told(found) == [("transposed-outer-product", "dL/dW")]
    assert answer(found, "shape(dL/dW)").points == 0


def test_a_wrong_shape_is_told_without_the_right_one():
    (said,) = answer(report(NET, "shape(dL/db): [D]\n"), "shape(dL/db)").notes
    assert said == "(D,) is not the shape of dL/db: a gradient has the shape of its value, b"
    (said,) = answer(report(NET, "shape(Z): [H, N]\n"), "shape(Z)").notes
    assert said == "(H, N) is not the shape of Z: the axes are exchanged"
    (said,) = answer(report(NET, "shape(Z): [N, D]\n"), "shape(Z)").notes
    assert said == "(N, D) is not the shape of Z"


def test_a_shape_in_numbers():
    assert told(report(THREE, "shape(dL/dW1): [2, 3]\n")) == [
        ("transposed-outer-product", "dL/dW1")
    ]


def test_a_product_with_a_single_number_fits():
    # dL/dyhat is a number, so its outer product with z2 is a vector
    assert status(THREE, "dL/dW3: outer(dL/dyhat, z2)") == "correct"
    assert status(THREE, "dL/dz2: dL/dyhat @ W3") == "correct"


def test_what_does_not_fit_is_wrong_and_says_which_product():
    found = report(THREE, "dL/dW1: dL/dz1 @ x\n")
    one = answer(found, "dL/dW1")
    assert one.status == "wrong"
    assert one.notes == (
        "`dL/dz1 @ x`: dL/dz1 is (3,), x is (2,): the inner sizes 3 and 2 of `@` differ",
        "it would be right with `outer(dL/dz1, x)` in place of `dL/dz1 @ x`",
    )
    assert found.first_wrong_step == "dL/dW1"


def test_a_weight_that_does_not_fit():
    found = report(THREE, "z1: x @ W1 + b1\n")
    assert told(found) == [("weight-not-transposed", "z1")]


def test_what_would_not_be_right_either_is_only_said_not_to_fit():
    one = answer(report(NET, "dL/dW: Z @ dL/dyhat\n"), "dL/dW")
    assert one.status == "wrong"
    assert len(one.notes) == 1


@pytest.mark.parametrize("line", ["dL/dW: X.T @ Q", "dL/dW: X.T @", "dL/dW: foo(X)"])
def test_what_cannot_be_read_stays_unreadable(line):
    assert status(NET, line) == "unreadable"
