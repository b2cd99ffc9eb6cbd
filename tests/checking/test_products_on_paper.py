"""Products in formulas as they are written on paper: ``Wᵀ δ``, ``δ xᵀ``, ``2λw``."""

import pytest
from checking_support import answer, report, status, told

# Worked by hand: row convention, sizes as letters.
ROWS = """\
inputs: {X: {shape: [N, D]}, Y: {shape: [N, C]}}
weights: {W1: {shape: [D, H]}, b1: {shape: [H]}, W2: {shape: [H, C]}}
network: {S: X @ W1 + b1, A: relu(S), Z: A @ W2, P: softmax(Z)}
loss: cross_entropy(P, Y)
"""
# Column vectors with numbers; the sizes 3, 3 and 2 leave room for both readings.
COLUMNS = """\
inputs: {x: [1, 2, -1], y: [1, 0]}
weights: {W1: [[0.5, -1, 1], [1, 0.3, 0], [0.2, 0.1, 2]], W2: [[1, -1, 0.5], [0.3, 0.4, -0.2]]}
network: {z1: W1 @ x, h: tanh(z1), z2: W2 @ h, p: softmax(z2)}
loss: -sum(y*log(p))
"""
LINE = """\
inputs: {X: {shape: [N, D]}, y: {shape: [N]}, lambda: {shape: []}}
weights: {w: {shape: [D]}, b: {shape: []}}
network: {yhat: X @ w + b}
loss: mean((yhat - y)**2) + lambda*sum(w**2)
"""
SQUARE = """\
inputs: {X: [[1, 2], [3, 5]], T: [[0, 1], [1, 2]]}
weights: {W: [[0.5, -1], [2, 1]]}
network: {Z: X @ W, A: sigmoid(Z)}
loss: sum((A - T)**2)/2
"""


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (ROWS, "dL/dZ: (1/N)(softmax(A W2) − Y)"),
        (ROWS, "dL/dW2: 1/N Aᵀ(P − Y)"),
        (ROWS, "dL/dA: ((P - Y)/N) W2^T"),
        (ROWS, "dL/dS: ((P - Y) W2ᵀ ⊙ relu'(S)) / N"),
        (ROWS, "dL/dW1: Xᵀ ((P - Y) W2ᵀ ⊙ relu'(S)) / N"),
        (COLUMNS, "dL/dh: W2ᵀ(p − y)"),
        (COLUMNS, "dL/dW2: (p - y) hᵀ"),
        (COLUMNS, "dL/dW2: (p - y)·hᵀ"),
        (COLUMNS, "dL/dW2: (p - y) @ h.T"),
        (COLUMNS, "dL/dW1: (W2ᵀ(p - y) ⊙ (1 - h²)) xᵀ"),
        # two vectors of the same size 3: the outer product in each spelling
        (COLUMNS, "dL/dW1: dL/dz1 @ x.T"),
        (COLUMNS, "dL/dz1: (1 - h h) ⊙ dL/dh"),
        (LINE, "dL/dw: -2/N Xᵀ(y - X w - b) + 2λw"),
        # square matrices: both products fit
        (SQUARE, "dL/dW: Xᵀ((A - T) ⊙ A (1 - A))"),
        (SQUARE, "dL/dW: Xᵀ((σ(X W) - T) ⊙ A ⊙ (1 - A))"),
    ],
)
def test_right_formulas_in_the_spelling_of_paper(problem, line):
    assert status(problem, line) == "correct"


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (ROWS, "dL/dW2: 1/N Aᵀ(Y − P)"),
        (ROWS, "dL/dS: (P - Y) W2ᵀ / N"),
        (COLUMNS, "dL/dW1: x (dL/dz1)ᵀ"),
        (COLUMNS, "dL/dh: W2ᵀ p"),
        (LINE, "dL/dw: 2/N Xᵀ(X w + b - y) + λw"),
        (SQUARE, "dL/dW: (A - T) ⊙ A (1 - A)"),
    ],
)
def test_wrong_formulas_in_the_spelling_of_paper(problem, line):
    assert status(problem, line) == "wrong"


def test_a_forgotten_transpose_without_a_sign_is_named():
    found = report(ROWS, "dL/dA: (P - Y) W2 / N\n")
    assert answer(found, "dL/dA").status == "wrong"
    assert told(found) == [("weight-not-transposed", "dL/dA")]


def test_what_does_not_fit_inside_a_call_is_wrong_too():
    found = report(ROWS, "dL/db1: sum((P - Y) @ W2.T * relu'(Z), axis=0)/N\n")
    one = answer(found, "dL/db1")
    assert one.status == "wrong"
    assert "do not fit together (H against C)" in one.notes[0]


def test_ordinary_letters_run_together_stay_unreadable():
    assert status(LINE, "dL/dw: yw") == "unreadable"
