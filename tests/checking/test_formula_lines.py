"""The formula lines of the seed documents: the wrong ones are found, the right ones accepted.

Each test quotes its line in a comment. The problems are small ones in the notation of the document.
"""

import pytest
from checking_support import answer, notices, report, status, told

# 002: one data point, C classes, H hidden units
POINT = """\
inputs: {x1: {shape: [D]}, y: {shape: [C]}}
weights: {w1: {shape: [H, D]}, b1: {shape: [H]}, w2: {shape: [C, H]}, b2: {shape: [C]}}
network: {s1: w1 @ x1 + b1, x2: "relu(s1)", s2: w2 @ x2 + b2, p: softmax(s2)}
loss: cross_entropy(p, y)
"""
# 002: the same for a batch; its loss is summed
BATCH = """\
inputs: {X: {shape: [N, D]}, Y: {shape: [N, C]}}
weights: {W1: {shape: [D, H]}, b1: {shape: [H]}, W2: {shape: [H, C]}, b2: {shape: [C]}}
network: {S1: X @ W1 + b1, X2: relu(S1), S2: X2 @ W2 + b2, P: softmax(S2)}
loss: -sum(Y * log(P))
"""
# 003, T4
CLASSES = """\
inputs: {h: {shape: [N]}, y: {shape: [N]}}
network: {p: softmax(h)}
loss: -sum(y * log(p))
"""
# 003, the sheet of gradients
LAYERS = """\
inputs: {x: {shape: [D]}}
weights: {w1: {shape: [D, H]}, b1: {shape: [H]}, w2: {shape: [H, C]}, b2: {shape: [C]}}
network: {x1: relu(x @ w1 + b1), h: x1 @ w2 + b2}
find: [dh/dx1]
"""
# 004, 1d
UNITS = """\
inputs: {x: {shape: [D]}, y: {shape: []}}
weights: {w: {shape: [H, D]}, v: {shape: [H]}}
network: {z: sigmoid(w @ x), yhat: v @ z}
loss: {E: (yhat - y)**2}
"""
# 004, 3
ROWS = """\
inputs: {X: {shape: [m, D]}, y: {shape: [m]}}
weights: {W: {shape: [n, D]}, v: {shape: [n]}}
network: {Z: sigmoid(X @ W.T), yhat: sigmoid(Z @ v)}
loss: {E: sum((yhat - y)**2)/2}
"""


def notes(which, line):
    """The remarks on a line that must be wrong."""
    (one,) = [a for a in report(which, line).answers if a.status != "missing"]
    assert one.status == "wrong"
    return " ".join(one.notes)


def names_of(which, line):
    assert status(which, line) == "wrong"
    return [name for name, _ in told(report(which, line))]


def test_002_line_27():
    # x_2 = s_1
    found = report(POINT, "x2: s1")
    assert told(found) == [("activation-skipped", "x2")]
    assert found.mistakes[0].did == "x2 = s1"
    assert found.mistakes[0].right == "x2 = relu(s1)"


def test_002_line_59():
    # dL/db_1 : C x 1
    said = notes(POINT, "shape(dL/db1): [C]")
    assert said.startswith("(C,) is not the shape of dL/db1: ")
    assert "dL/db2" in said


@pytest.mark.parametrize("formula", ["p - 1", "p"])
def test_002_line_75(formula):
    # dL_i/dS_i = p_i - 1, dL_i/dS_i = p_i
    assert names_of(POINT, f"dL/ds2: {formula}") == ["softmax-target-not-subtracted"]
    assert names_of(BATCH, f"dL/dS2: {formula.upper()}") == ["softmax-target-not-subtracted"]


def test_002_line_125():
    # S_2j = sum_i X_2i W_2j + b_2j
    assert "sum() does not belong there" in notes(POINT, "s2: sum(w2 @ x2) + b2")
    said = notes(BATCH, "S2: sum(X2 @ W2, axis=0) + b2")
    assert "this is (C,); S2 is (N, C)" in said
    assert "with `X2 @ W2` in place of `sum(X2 @ W2, axis=0)`" in said


@pytest.mark.parametrize(
    "line",
    [
        # dL/dW2 = dL/dS2 dS2/dW2
        "dL/dW2: X2.T @ dL/dS2",
        # dL/db2 = dL/dS2 dS2/db2
        "dL/db2: sum(dL/dS2, axis=0)",
        # dL/dW1 = dL/dS2 dS2/dX2 dX2/dS1 dS1/dW1
        "dL/dW1: X.T @ (dL/dS2 @ W2.T * relu'(S1))",
        # dL/db1 = dL/dS2 dS2/dX2 dX2/dS1 dS1/db1
        "dL/db1: sum(dL/dS2 @ W2.T * relu'(S1), axis=0)",
        # L: 1, W2: H x C, W1: D x H, b1: H
        "shape(dL/dW2): [H, C]",
        "shape(dL/dW1): [D, H]",
        "shape(dL/db1): [H]",
    ],
)
def test_002_lines_31_to_71(line):
    assert status(BATCH, line) == "correct"


def test_003_lines_67_and_68():
    # L = -sum_j [y_j log exp(h_j) - log sum_k exp(h_k)]
    said = notes(CLASSES, "L: -sum(y*log(exp(h)) - log(sum(exp(h))))")
    assert said == "the factor y is missing at `log(sum(exp(h)))`"
    # L = -sum_j [y_i h_i - log sum_k exp(h_k)]
    said = notes(CLASSES, "L: -sum(y*h - log(sum(exp(h))))")
    assert said == "the factor y is missing at `log(sum(exp(h)))`"
    assert status(CLASSES, "L: -sum(y*(h - log(sum(exp(h)))))") == "correct"


@pytest.mark.parametrize("formula", ["exp(h)/sum(exp(h)) - y", "p - y"])
def test_003_lines_77_and_78(formula):
    # dL/dh_i = exp(h_i) / sum_k exp(h_k) - y_i = P(y=i) - y_i
    assert status(CLASSES, f"dL/dh: {formula}") == "correct"


def test_003_line_126():
    # dh/dx1 = [w2], H x C
    found = report(LAYERS, "dh/dx1: w2")
    assert told(found) == [("weight-not-transposed", "dh/dx1")]
    assert "this is (H, C); dh/dx1 is (C, H)" in answer(found, "dh/dx1").notes
    assert status(LAYERS, "dh/dx1: w2.T") == "correct"


def test_003_line_219():
    # dx2_i/dx1_j = w_ji sign(x1_j)
    text = "inputs: {x1: {shape: []}}\nweights: {w: {shape: []}}\nnetwork: {x2: w*relu(x1)}\n"
    assert names_of(text + "find: [dx2/dx1]", "dx2/dx1: w*sign(x1)") == ["sign-for-step"]


def test_003_line_221():
    # dx2/dx1 = dx2/dReLU dReLU/dx1 = ReLU'(x1)
    text = """\
inputs: {x1: {shape: []}}
weights: {w2: {shape: []}, b2: {shape: []}}
network: {x2: relu(x1*w2 + b2)}
find: [dx2/dx1]
"""
    found = report(text, "dx2/dx1: relu'(x1)")
    assert [(r.name, r.possible) for r in found.mistakes] == [("weight-skipped", True)]
    assert names_of(text, "dx2/dx1: relu'(x1*w2 + b2)") == ["weight-skipped"]
    assert status(text, "dx2/dx1: relu'(x1*w2 + b2)*w2") == "correct"


def test_004_line_105():
    # dyhat/dw12 = v1 f1 (1 - f1) x_i2
    text = """\
inputs: {x1: {shape: []}, x2: {shape: []}}
weights: {w10: {shape: []}, w11: {shape: []}, w12: {shape: []}, v0: {shape: []}, v1: {shape: []}}
network: {e1: w10 + x1*w11 + x2*w12, f1: sigmoid(e1), yhat: v0 + v1*f1}
find: [dyhat/dw12]
"""
    assert status(text, "dyhat/dw12: v1*f1*(1-f1)*x2") == "correct"
    assert names_of(text, "dyhat/dw12: v1*f1*(1-f1)*x1") == ["wrong-parameter"]


def test_004_line_185():
    # Delta v_j = sum_i 2 (y - yhat) z
    assert told(report(UNITS, "dE/dv: 2*(y - yhat)*z")) == [("residual-reversed", "dE/dyhat")]


def test_004_line_187():
    # Delta w_j = sum_i 2 (yhat - y) v_j z_j (1 - z_j) x 1
    found = report(UNITS, "dE/dw: 2*(yhat - y)*v*z*(1 - z)")
    assert told(found) == [("missing-input-factor", "dE/dw")]
    assert answer(found, "dE/dw").notes == ("this is (H,); dE/dw is (H, D)",)


def test_004_lines_193_and_195():
    # Delta v_j = 2 (yhat - y) [1, f1, f2, f3]
    assert status(UNITS, "dE/dv: 2*(yhat - y)*z") == "correct"
    # Delta w_j = 2 (yhat - y) v_j z_j (1 - z_j) x
    assert status(UNITS, "dE/dw: outer(2*(yhat - y)*v*z*(1 - z), x)") == "correct"


def test_004_line_371():
    # dE/dyhat = sum_i (yhat_i - y_i)
    said = notes(ROWS, "dE/dyhat: sum(yhat - y)")
    assert "this is a single number; dE/dyhat is (m,)" in said
    assert "sum() does not belong there" in said


def test_004_line_375():
    # dE/dv = sum_i (yhat - y) yhat (1 - yhat) z
    assert status(ROWS, "dE/dv: Z.T @ ((yhat - y)*yhat*(1 - yhat))") == "correct"
    assert notices(report(ROWS, "dE/dv: Z.T @ ((yhat - y)*yhat*(1 - yhat))")) == set()
