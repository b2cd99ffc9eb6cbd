"""The factor before a softmax: forgotten, without its root or upside down, it is one mistake."""

from functools import cache

import numpy as np
import pytest
from sequence_sheets import answers, rounding

from backpropcli.checking.check import check_text
from backpropcli.problem import problem_from_text

PATIENT = {"seconds": 600.0}
NAMED = """\
inputs:
  X: [[1, 0.5, -1], [0.2, 2, 0.3], [-0.5, 1, 1.5]]
  Y: [[0.5, 1], [0, -1], [1, 0.2]]
weights:
  Wq: [[0.4, -0.2], [0.3, 0.5], [-0.6, 0.1]]
  Wk: [[0.7, 0.1], [-0.3, 0.2], [0.5, -0.4]]
  Wv: [[0.2, -0.5], [1, 0.3], [-0.1, 0.8]]
network:
  Q: X @ Wq
  K: X @ Wk
  V: X @ Wv
  S: Q @ K.T / sqrt(2)
  A: softmax(S)
  O: A @ V
loss: sum((O - Y)**2) / 2
"""
CALLED = NAMED.replace("  S: Q @ K.T / sqrt(2)\n  A: softmax(S)\n", "").replace(
    "A @ V", "attention(Q, K, V)"
)
APART = NAMED.replace("  S: Q @ K.T / sqrt(2)\n", "  R: Q @ K.T\n  S: R / sqrt(2)\n")
TIMES = NAMED.replace("Q @ K.T / sqrt(2)", "0.25 * (Q @ K.T)")
ROOT = 2**-0.5
problem = cache(problem_from_text)


def attention(forward=ROOT, backward=ROOT, digits=None):
    """The sheet with these factors of the scores, by plain formulas."""
    r = rounding(digits)
    x = np.array([[1, 0.5, -1], [0.2, 2, 0.3], [-0.5, 1, 1.5]])
    y = np.array([[0.5, 1], [0, -1], [1, 0.2]])
    wq = np.array([[0.4, -0.2], [0.3, 0.5], [-0.6, 0.1]])
    wk = np.array([[0.7, 0.1], [-0.3, 0.2], [0.5, -0.4]])
    wv = np.array([[0.2, -0.5], [1, 0.3], [-0.1, 0.8]])
    q, k, v = r(x @ wq), r(x @ wk), r(x @ wv)
    raw = r(q @ k.T)
    s = r(raw * forward)
    a = r(np.exp(s) / np.exp(s).sum(axis=1, keepdims=True))
    o = r(a @ v)
    do = r(o - y)
    da, dv = r(do @ v.T), r(a.T @ do)
    ds = r(a * (da - (da * a).sum(axis=1, keepdims=True)))
    dr = r(ds * backward)
    dq, dk = r(dr @ k), r(dr.T @ q)
    return {
        "Q": q, "K": k, "V": v, "R": raw, "S": s, "A": a, "O": o, "L": r((do**2).sum() / 2),
        "dL/dO": do, "dL/dA": da, "dL/dV": dv, "dL/dS": ds, "dL/dR": dr, "dL/dQ": dq, "dL/dK": dk,
        "dL/dWq": r(x.T @ dq), "dL/dWk": r(x.T @ dk), "dL/dWv": r(x.T @ dv),
    }  # fmt: skip


MISSING = {
    NAMED: {"R", "dL/dR"},
    TIMES: {"R", "dL/dR"},
    CALLED: {"R", "S", "A", "dL/dR", "dL/dS", "dL/dA"},
    APART: set(),
}
FINAL = {"O", "L", "dL/dWq", "dL/dWk", "dL/dWv"}
FORMS = {
    "both": ((1, 1), "leaves out the division by sqrt(2)"),
    "forward": ((1, ROOT), "leaves out the division by sqrt(2)"),
    "backward": ((ROOT, 1), "leaves out the division by sqrt(2)"),
    "without the root": ((1 / 2, 1 / 2), "takes 2 for sqrt(2)"),
    "multiplied": ((1 / ROOT, 1 / ROOT), "multiplies by sqrt(2)"),
}


def judged(text, found, digits, decimals=None):
    kept = {name: value for name, value in found.items() if name not in MISSING[text]}
    (report,) = check_text(problem(text), answers(kept, digits, decimals), options=PATIENT)
    return report


@pytest.mark.parametrize("digits", [3, 4])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", [NAMED, CALLED, APART], ids=["named", "called", "apart"])
def test_a_factor_is_one_mistake(text, form, digits):
    factors, how = FORMS[form]
    report = judged(text, attention(*factors, digits=digits), digits)
    (root,) = report.mistakes
    told = [root, *root.alternatives]
    assert "score-scale-slip" in [one.name for one in told]
    assert not root.possible
    if root.name == "score-scale-slip":
        assert root.message.startswith(f"{root.at} {how}: ")
    assert sum(a.points == 0 for a in report.answers if a.max_points) <= 1


@pytest.mark.parametrize("form", ["both", "backward", "without the root", "multiplied"])
@pytest.mark.parametrize("text", [NAMED, CALLED, APART], ids=["named", "called", "apart"])
def test_a_factor_is_found_where_only_the_end_is_handed_in(text, form):
    found = attention(*FORMS[form][0])
    report = judged(text, {q: v for q, v in found.items() if q in FINAL}, 5)
    assert [(root.name, root.possible) for root in report.mistakes] == [("score-scale-slip", False)]


def test_a_factor_that_is_written_in_front():
    found = attention(1, 1, digits=4)
    (root,) = judged(TIMES, found, 4).mistakes
    assert (root.name, root.at) == ("score-scale-slip", "S")
    assert root.message.startswith("S leaves out the factor ")


TEMPERATURE = """\
inputs: {q: [0.5, 0.3, 0.2], tau: 2}
weights: {z: [2, 0, -1]}
network: {p: "softmax(z, temperature=tau)"}
loss: cross_entropy(p, q)
"""


def test_a_temperature_is_a_factor_too():
    """softmax(2, 0, -1) = (0.8438, 0.1142, 0.0420), and dL/dz = p - q then, not half of it."""
    p = np.exp([2, 0, -1]) / np.exp([2, 0, -1]).sum()
    q = np.array([0.5, 0.3, 0.2])
    found = {"p": p, "L": -(q * np.log(p)).sum(), "dL/dp": -q / p, "dL/dz": p - q}
    (report,) = check_text(problem(TEMPERATURE), answers(found, 4), options=PATIENT)
    assert [(r.name, r.at, r.possible) for r in report.mistakes] == [
        ("score-scale-slip", "p", False)
    ]
    assert "leaves out the division by tau" in report.mistakes[0].message


@pytest.mark.parametrize("digits", [(2, None), (3, None), (5, None), (0, 3), (0, 4)])
@pytest.mark.parametrize("part", ["full", "final"])
@pytest.mark.parametrize("text", [NAMED, CALLED, APART], ids=["named", "called", "apart"])
def test_a_right_sheet_is_accused_of_nothing(text, part, digits):
    for found in (attention(), attention(digits=digits[0])):
        kept = {q: v for q, v in found.items() if part == "full" or q in FINAL}
        report = judged(text, kept, *digits)
        assert report.mistakes == ()
        assert {a.status for a in report.answers} <= {"correct", "rounded", "missing"}
