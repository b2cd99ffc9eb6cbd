"""Sequences: equations under `time:` are unrolled; numbers by hand or by differences."""

from fractions import Fraction

import numpy as np
import pytest

from backpropcli.checking.check import check_text
from backpropcli.errors import BackpropError, ProblemError
from backpropcli.language.text import to_text
from backpropcli.problem import problem_from_text
from backpropcli.problem.asked import parse_quantity
from backpropcli.solution import solve

LINEAR = """
inputs: {x: [1, 2, 3], h0: 1}
weights: {w: 2}
time:
  h[t]: w*h[t-1] + x[t]
loss: (h[T] - 20)**2 / 2
"""


def of(text):
    return solve(problem_from_text(text))


def formula(solution, name):
    return to_text(solution.program.equation(name).expr)


def complaints(text):
    with pytest.raises(ProblemError) as caught:
        of(text)
    return [(c.place.line, c.place.column, c.message) for c in caught.value.complaints]


def test_three_steps_of_a_linear_unit_by_hand():
    # h: 2*1 + 1 = 3, 2*3 + 2 = 8, 2*8 + 3 = 19; L = 1/2; back: -1, -1*2, -2*2
    s = of(LINEAR + "find: [h, L, dL/dh, dL/dw, dL/dh0]")
    found = {name: s.total.exact[name][()] for name in s}
    assert [found[f"h[{t}]"] for t in (1, 2, 3)] == [3, 8, 19]
    assert found["L"] == Fraction(1, 2)
    assert [found[f"dL/dh[{t}]"] for t in (1, 2, 3)] == [-4, -2, -1]
    # the three uses of w: -4*h0 - 2*h[1] - 1*h[2] = -4 - 6 - 8
    assert found["dL/dw"] == -18
    assert found["dL/dh0"] == -8


def test_each_step_has_an_equation_and_the_weight_adds_up():
    s = of(LINEAR)
    assert [e.name for e in s.problem.equations] == ["h[1]", "h[2]", "h[3]", "L"]
    assert formula(s, "h[1]") == "w * h0 + x[1]"
    assert formula(s, "h[3]") == "w * h[2] + x[3]"
    assert formula(s, "dL/dw") == "dL/dh[1] * h0 + dL/dh[2] * h[1] + dL/dh[3] * h[2]"
    assert s.program.counts.total("parameters") == 1


def test_tanh_units_of_two_by_differences():
    text = """
inputs:
  x: [[0.5, -1], [1, 0.25], [-0.3, 0.8]]
  d: [0.2, -0.1, 0.4]
  h0: [0.1, -0.2]
weights:
  Wx: [[0.4, -0.6], [0.3, 0.2]]
  Wh: [[0.5, 0.1], [-0.3, 0.7]]
  b: [0.05, -0.1]
  v: [0.9, -1.2]
time:
  h[t]: tanh(Wx @ x[t] + Wh @ h[t-1] + b)
  y[t]: v @ h[t]
loss: sum((y[t] - d[t])**2) / 2
"""
    s = of(text)
    x = np.array([[0.5, -1], [1, 0.25], [-0.3, 0.8]])
    d, wx = np.array([0.2, -0.1, 0.4]), np.array([[0.4, -0.6], [0.3, 0.2]])
    b, v = np.array([0.05, -0.1]), np.array([0.9, -1.2])
    wh = np.array([[0.5, 0.1], [-0.3, 0.7]])

    def loss(wh, wx):
        h, total = np.array([0.1, -0.2]), 0.0
        for t in range(3):
            h = np.tanh(wx @ x[t] + wh @ h + b)
            total += (v @ h - d[t]) ** 2 / 2
        return total

    assert s["L"] == pytest.approx(loss(wh, wx), rel=1e-14)
    for name, at, f in (
        ("dL/dWh", wh, lambda w: loss(w, wx)),
        ("dL/dWx", wx, lambda w: loss(wh, w)),
    ):
        for i in np.ndindex(2, 2):
            step = np.zeros((2, 2))
            step[i] = 1e-6
            slope = (f(at + step) - f(at - step)) / 2e-6
            assert s[name][i] == pytest.approx(slope, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("h[2]", "h[2]"),
        ("h2", "h[2]"),
        ("h₂", "h[2]"),
        ("h[T]", "h[3]"),
        ("h[T-1]", "h[2]"),
        ("h[0]", "h0"),
        ("dL/dh2", "dL/dh[2]"),
        ("∂L/∂h[2]", "dL/dh[2]"),
        ("dh[3]/dh[1]", "dh[3]/dh[1]"),
        ("dh3/dw", "dh[3]/dw"),
        ("operations(h[2])", "operations(h[2])"),
    ],
)
def test_spellings_of_a_step(written, meant):
    assert to_text(parse_quantity(problem_from_text(LINEAR), written).expr) == meant


def test_the_step_is_the_first_index_and_entries_follow():
    s = of("""
inputs: {x: [[1, 2], [3, 4]], h0: [0, 0]}
weights: {W: [[1, 1], [0, 2]]}
time:
  h[t]: W @ x[t] + h[t-1]
network:
  last: h[2,1]
  all: sum(h)
  both: h[1:2,2]
  column: h[:,1]
loss: h[2,2]
""")
    # h[1] = (3, 4), h[2] = (7, 8) + (3, 4)
    assert s["h[2]"].tolist() == [10, 12]
    assert s["h[2,2]"] == 12
    assert s["dL/dW[2,2]"] == 6
    assert (s["last"], s["all"]) == (10, 29)
    assert s["both"].tolist() == [4, 12]
    assert s["column"].tolist() == [3, 10]


def test_going_backwards_in_time_and_both_ways():
    s = of("""
inputs: {x: [1, 2, 3], f0: 0, g4: 1}
weights: {w: 2}
time:
  y[t]: f[t] * g[t]
  f[t]: f[t-1] + x[t]
  g[t]: w*g[t+1] + x[t]
loss: sum(y[t])
""")
    # f: 1, 3, 6; g from the end: 2*1 + 3 = 5, 12, 25; y: 25, 36, 30
    assert [float(s[f"g[{t}]"]) for t in (1, 2, 3)] == [25, 12, 5]
    assert s["L"] == 91
    # dg3/dw = 1, dg2/dw = 5 + 2 = 7, dg1/dw = 12 + 14 = 26: 1*26 + 3*7 + 6*1
    assert s["dL/dw"] == 53


def test_sums_and_means_over_the_steps():
    s = of("""
inputs: {x: [[1, 2], [3, 4]]}
weights: {w: 1}
time:
  y[t]: w*x[t]
network:
  a: sum(y[t])
  b: mean(y[t])
loss: a + b
""")
    assert (s["a"], s["b"], s["dL/dw"]) == (10, 2.5, 12.5)


def test_t_is_the_number_of_the_step():
    s = of("inputs: {x: [5, 5]}\ntime:\n  y[t]: t*x[t]\nloss: sum(y)\n")
    assert s["L"] == 15


def test_counting_from_zero():
    s = of("""
index_from: 0
inputs:
  x: [1, 2]
  h[-1]: 4
weights: {w: 3}
time:
  h[t]: w*h[t-1] + x[t]
loss: h[T]
find: [h, dL/dw, "dL/dh[-1]"]
""")
    # h[0] = 13, h[1] = 41; dL/dw = 13 + 3*4
    assert [float(s["h[0]"]), float(s["h[1]"]), float(s["dL/dw"])] == [13, 41, 25]
    assert s["dL/dh[-1]"] == 9


def test_steps_without_inputs_and_a_trained_first_state():
    s = of("""
weights: {w: 2, h0: 3}
time:
  steps: 4
  h[t]: w*h[t-1]
loss: h[T]
""")
    assert (s["L"], s["dL/dh0"], s["dL/dw"]) == (48, 16, 96)


def test_batches_have_their_steps_along_another_axis():
    s = of("""
inputs:
  X: [[[1], [2], [3]], [[4], [5], [6]]]
  H0: [[0], [0]]
weights: {W: [[1]]}
time:
  H[t]: X[:,t] @ W + H[t-1]
loss: sum(H[T])
""")
    assert s["H[3]"].tolist() == [[6], [15]]
    assert s["dL/dW"].tolist() == [[21]]


def test_each_example_has_its_sequence():
    s = of("""
inputs: {h0: 0}
weights: {w: 1}
time:
  h[t]: w*h[t-1] + x[t]
loss: h[T]
examples:
  - x: [1, 2]
  - x: [3, 4]
""")
    # dL/dw of an example is h[1]: 1 and 3
    assert [float(run.values["h[2]"]) for run in s.examples] == [3, 7]
    assert s["dL/dw"] == 4


@pytest.mark.parametrize(
    ("equation", "column", "message"),
    [
        ("h[t]: w*h[t-1]", 11, "time.h[1]: `h[0]` is not given, which step 1 uses"),
        ("h[t]: w*h[t+1] + x[t]", 11, "time.h[3]: `h[4]` is not given, which step 3 uses"),
        ("h[t]: x[t]*q", 14, "time.h[1]: there is no value `q`"),
        ("h[t]: h[t]*x[t]", 9, "time.h[1]: the equations run in a circle: h[1] uses itself"),
        ("h: x[1]", 3, "time: `h` is no step of a sequence"),
        ("h[t]: x[t-1]", 11, "time.h[1]: indices count from 1 here, found 0"),
        ("h[t]: x[t+1]", 9, "time.h[3]: `x[4]`: x is (3,), its positions are 1 to 3"),
    ],
)
def test_what_is_wrong_is_said_once(equation, column, message):
    steps = "" if "x[t]" in equation else "  steps: 3\n"
    text = f"inputs: {{x: [1, 2, 3]}}\nweights: {{w: 1}}\ntime:\n{steps}  {equation}\n"
    line = 5 if steps else 4
    assert complaints(text) == [(line, column, message)]


def test_lengths_that_differ_and_steps_beyond_the_end():
    text = "inputs: {x: [1, 2], c: [1, 2, 3]}\ntime:\n  y[t]: x[t] + c[t]\nloss: y[T]\n"
    assert complaints(text) == [(3, 3, "time: how many steps are there? x has 2 and c has 3")]
    text = "inputs: {x: [1, 2]}\ntime:\n  y[t]: x[t]\nloss: y[4] + y[t]\n"
    assert complaints(text) == [(4, 7, "loss: y has the steps 1 to 2, there is no step 4")]
    text = "inputs: {x: [1, 2]}\ntime:\n  y[t]: x[t]\nloss: y[t]**2\n"
    assert complaints(text) == [(4, 9, "loss: `t` stands in the equations of `time:`")]


def test_the_number_of_steps_is_bounded():
    text = "time:\n  steps: 100000000\n  y[t]: t\nloss: y[T]\n"
    (found,) = complaints(text)
    assert found[2] == "time: at most 500 steps are unrolled, found 100000000"


def test_a_sequence_is_answered_by_a_list_and_rows_of_inputs_by_their_number():
    problem = problem_from_text(LINEAR)
    text = "answers:\n  h: [3, 8, 19]\n  dL/dh: [-4, -2, -1]\n  dL/dw: sum(dL/dh[t]*h[t-1])\n"
    (report,) = check_text(problem, text)
    status = {a.quantity: a.status for a in report.answers}
    for name in ("h[1]", "h[2]", "h[3]", "dL/dh[1]", "dL/dh[2]", "dL/dh[3]", "dL/dw"):
        assert status[name] == "correct"
    (report,) = check_text(problem, "answers:\n  h[2]: w*h1 + x2\n  h3: w*h₂ + x3 = 19\n")
    assert {a.status for a in report.answers} == {"correct", "missing"}
    (report,) = check_text(problem, "answers:\n  h:\n  dL/dw: -18\n")
    assert {a.status for a in report.answers} == {"correct", "missing"}
    with pytest.raises(BackpropError, match="`h` has 3 steps: a list of 3 answers"):
        check_text(problem, "answers:\n  h: [3, 8]\n")


def test_points_of_a_sequence():
    listed = problem_from_text(LINEAR + "find: [h, L]")
    assert [(a.text, a.points) for a in listed.find][:2] == [("h[1]", 1), ("h[2]", 1)]
    shared = problem_from_text(LINEAR + "find: {h: 6, L: 1}")
    assert [a.points for a in shared.find] == [2, 2, 2, 1]
