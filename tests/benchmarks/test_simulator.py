"""The simulated students of the diagnosis benchmark: right where they make no mistake, and wrong
in the way the catalogue of mistakes says where they make one. The numbers of the mistakes were
worked out apart from the simulator."""

from __future__ import annotations

import numpy as np
import pytest

from backpropcli.problem import problem_from_text
from backpropcli.solution import solve
from benchmarks.diagnosis.mlp import Mlp
from benchmarks.diagnosis.nets import draw_net
from benchmarks.diagnosis.paper import Rounding
from benchmarks.diagnosis.pen import Fault, Pen
from benchmarks.diagnosis.priors import COURSE, WEIGHTS
from benchmarks.diagnosis.seeds import RESIDUAL, ResidualRun
from benchmarks.diagnosis.sheets import sheets

A = {
    "x": np.array([1.0, 2.0]),
    "y": np.array(1.0),
    "W1": np.array([[0.5, -1.0], [0.25, 0.75]]),
    "b1": np.array([0.1, -0.2]),
    "W2": np.array([0.3, -0.6]),
    "b2": np.array(0.05),
}
B = {
    "X": np.array([[1.0, 2.0], [3.0, -1.0]]),
    "Y": np.array([[1.0], [0.0]]),
    "W1": np.array([[0.5], [-0.5]]),
    "b1": np.array([0.1]),
}
C = {
    "x": np.array([1.0]),
    "y": np.array([0.0, 1.0, 0.0]),
    "W1": np.array([[2.0], [1.0], [0.0]]),
    "b1": np.array([0.0, 0.0, 0.0]),
}
TWO = (True, True)
NETS = {
    "A": Mlp("column", ("relu",), "", "half", A, biases=TWO),
    "A full": Mlp("column", ("relu",), "", "square", A, biases=TWO),
    "A step": Mlp("column", ("relu",), "", "half", A, lr=0.1, biases=TWO),
    "A decay": Mlp("column", ("relu",), "", "half", A, lam=0.1, biases=TWO),
    "S": Mlp("column", ("sigmoid",), "sigmoid", "half", A, biases=TWO),
    "S bce": Mlp("column", ("sigmoid",), "sigmoid", "bce", A | {"y": np.array(0.0)}, biases=TWO),
    "T": Mlp("column", ("tanh",), "", "half", A, biases=TWO),
    "B": Mlp("batch", (), "", "mse", B, biases=(True,)),
    "C": Mlp("column", (), "softmax", "ce", C, biases=(True,)),
    "C long": Mlp("column", (), "softmax", "ce", C, short=False, biases=(True,)),
}


def run(net, *faults: Fault) -> dict[str, np.ndarray]:
    pen = Pen(made=faults)
    with np.errstate(all="ignore"):
        NETS[net](pen)
    return pen.exact


def ratio(values, at="dL/dz1", below="dL/dh1"):
    return values[at] / values[below]


@pytest.mark.parametrize(
    ("net", "right"),
    [
        ("A", {"z1": (-1.4, 1.55), "h1": (0, 1.55), "yhat": -0.88, "L": 1.767, "dL/dyhat": -1.88}),
        ("A", {"dL/dW2": (0, -2.914), "dL/dh1": (-0.564, 1.128), "dL/dz1": (0, 1.128)}),
        ("A", {"dL/dW1": ((0, 0), (1.128, 2.256)), "dL/db1": (0, 1.128)}),
        ("A step", {"W2_new": (0.3, -0.3086)}),
        ("A decay", {"dL/dW2": (0.03, -2.974)}),
        ("S", {"h1": (0.1978, 0.8249), "p": 0.4048, "dL/dz2": -0.1434}),
        ("S", {"dL/dz1": (-0.006827, 0.01243)}),
        ("S bce", {"L": 0.5188}),
        ("T", {"h1": (-0.8854, 0.9138)}),
        ("B", {"L": 3.185, "dL/dW1": ((4.9,), (-4.9,)), "dL/db1": (0.7,)}),
        ("C", {"p": (0.6652, 0.2447, 0.09003), "L": 1.408, "dL/dz1": (0.6652, -0.7553, 0.09003)}),
    ],
)
def test_right_values(net, right):
    values = run(net)
    for name, value in right.items():
        assert values[name] == pytest.approx(np.array(value), rel=5e-4), name


WORKED = [
    ("square-factor-kept", "A", "dL/dyhat", "yes", {"dL/dyhat": -3.76, "dL/dW2": (0, -5.828)}),
    ("missing-activation-derivative", "S", "dL/dz2", "yes", {"dL/dz2": -0.5952}),
    ("residual-reversed", "A", "dL/dyhat", "yes", {"dL/dyhat": 1.88}),
    ("residual-reversed", "A", "dL/dyhat", "yes", {"dL/dW1": ((0, 0), (-1.128, -2.256))}),
    ("missing-batch-mean", "B", "dL/dyhat", "samples", {"dL/dW1": ((9.8,), (-9.8,))}),
    ("missing-relu-mask", "A", "dL/dz1", "yes", {"dL/dz1": (-0.564, 1.128)}),
    ("missing-relu-mask", "A", "dL/dz1", "yes", {"dL/dW1": ((-0.564, -1.128), (1.128, 2.256))}),
    ("wrong-parameter", "A", "yhat", "b2<-b1[0]", {"yhat": -0.83}),
    ("missing-factor-two", "B", "dL/dyhat", "yes", {"dL/dW1": ((2.45,), (-2.45,))}),
    ("extra-batch-mean", "B", "dL/db1", "yes", {"dL/db1": (0.35,)}),
    ("update-ascent", "A step", "W2_new", "yes", {"W2_new": (0.3, -0.8914)}),
    ("transposed-outer-product", "A", "dL/dW1", "yes", {"dL/dW1": ((0, 1.128), (0, 2.256))}),
    ("missing-input-factor", "A", "dL/dW1", "yes", {"dL/dW1": ((0, 0), (1.128, 1.128))}),
    ("preactivation-used", "A", "dL/dW2", "yes", {"dL/dW2": (2.632, -2.914)}),
    ("different-loss", "A", "L", "without the half", {"L": 3.534, "dL/dyhat": -3.76}),
    ("updated-weights-used", "A step", "dL/dh1", "yes", {"dL/dh1": (-0.564, 0.5802)}),
    ("loss-half-missing", "A", "L", "no half", {"L": 3.534, "dL/dyhat": -1.88}),
    ("activation-skipped", "A", "h1", "all", {"h1": (-1.4, 1.55), "yhat": -1.3}),
    ("softmax-target-not-subtracted", "C", "dL/dz1", "p", {"dL/dz1": (0.6652, 0.2447, 0.09003)}),
    ("softmax-target-not-subtracted", "C", "dL/dz1", "p-1", {"dL/dz1": (-0.3348, -0.7553, -0.91)}),
    (
        "softmax-derivative-doubled",
        "C",
        "dL/dz1",
        "p(1-p)",
        {"dL/dz1": (0.1481, -0.1396, 0.007376)},
    ),
    ("softmax-diagonal-only", "C", "dL/dz1", "yes", {"dL/dz1": (0, -0.7553, 0)}),
    ("softmax-diagonal-only", "C long", "dL/dz1", "yes", {"dL/dz1": (0, -0.7553, 0)}),
    ("ce-stops-at-probability", "C", "dL/dz1", "yes", {"dL/dz1": (0, -4.086, 0)}),
    ("ce-stops-at-probability", "C long", "dL/dz1", "yes", {"dL/dz1": (0, -4.086, 0)}),
    ("batch-not-summed", "B", "dL/db1", "0", {"dL/db1": (-1.4,)}),
    ("reg-factor-two", "A decay", "dL/dW2", "double", {"dL/dW2": (0.06, -3.034)}),
    ("reg-gradient-missing", "A decay", "dL/dW2", "yes", {"dL/dW2": (0, -2.914)}),
    ("reg-on-bias", "A decay", "dL/db2", "yes", {"dL/db2": -1.875}),
    ("bias-dropped", "A", "z1", "dropped", {"z1": (-1.5, 1.75)}),
    ("learning-rate-omitted", "A step", "W2_new", "one", {"W2_new": (0.3, 2.314)}),
    ("wrong-activation-derivative", "A", "dL/dyhat", "sigmoid", {"dL/dyhat": 3.11}),
    ("weight-skipped", "A", "dL/dh1", "yes", {"dL/dh1": (-1.88, -1.88)}),
    ("upstream-dropped", "A", "dL/dW2", "yes", {"dL/dW2": (0, 1.55)}),
    ("upstream-dropped", "A", "dL/dz1", "yes", {"dL/dz1": (0, 1)}),
    ("loss-mean-vs-sum", "B", "L", "samples", {"L": 6.37}),
    ("wrong-upstream", "A", "dL/db1", "dL/dh1", {"dL/db1": (-0.564, 1.128)}),
    ("residual-squared", "A", "dL/dyhat", "squared", {"dL/dyhat": 3.534}),
    ("residual-squared", "A", "dL/dyhat", "loss itself", {"dL/dyhat": 1.767}),
    ("mask-from-gradient", "A", "dL/dz1", "gradient only", {"dL/dz1": (0, 1.128)}),
    ("mask-inverted", "A", "dL/dz1", "yes", {"dL/dz1": (-0.564, 0)}),
    ("sign-for-step", "A", "dL/dz1", "sign", {"dL/dz1": (0.564, 1.128)}),
    ("softmax-unnormalised", "C", "p", "exp only", {"p": (7.389, 2.718, 1)}),
    ("log-base", "C", "L", "10", {"L": 0.6113}),
    ("log-base", "C", "L", "2", {"L": 2.031}),
    ("loss-sign-missing", "C", "L", "yes", {"L": -1.408}),
    ("bce-term-dropped", "S bce", "L", "yes", {"L": 0}),
    ("square-dropped", "A", "L", "residual", {"L": -0.94}),
    ("bias-gradient-scaled", "A", "dL/db1", "b", {"dL/db1": (0, -0.2256)}),
    ("matmul-for-elementwise", "A", "dL/dz1", "yes", {"dL/dz1": (1.128, 1.128)}),
]


@pytest.mark.parametrize(("name", "net", "at", "form", "wrong"), WORKED)
def test_worked_mistakes(name, net, at, form, wrong):
    values = run(net, Fault(name, at, form))
    for quantity, value in wrong.items():
        assert values[quantity] == pytest.approx(np.array(value), rel=6e-4, abs=1e-12), quantity


SLOPES = [
    ("S", "derivative-at-wrong-value", "z in the formula", (-3.36, -0.8525)),
    ("S", "derivative-at-wrong-value", "activated twice", (0.2476, 0.2119)),
    ("S", "partial-activation-derivative", "1-a", (0.8022, 0.1751)),
    ("S", "partial-activation-derivative", "a", (0.1978, 0.8249)),
    ("S", "wrong-activation-derivative", "tanh", (0.9609, 0.3195)),
    ("T", "partial-activation-derivative", "1-t", (1.885, 0.08621)),
]


@pytest.mark.parametrize(("net", "name", "form", "slope"), SLOPES)
def test_worked_slopes(net, name, form, slope):
    values = run(net, Fault(name, "dL/dz1", form))
    assert ratio(values) == pytest.approx(np.array(slope), rel=5e-4)


@pytest.mark.parametrize(
    ("name", "form", "wrong"),
    [
        ("weight-not-transposed", "yes", (-3.5, 3.5)),
        ("fanout-path-dropped", "only 0", (0.5, 1)),
        ("elementwise-for-matmul", "diagonal", (0.5, 2)),
        ("", "", (-5.5, 3)),
    ],
)
def test_worked_ways_back_through_a_matrix(name, form, wrong):
    """The example of the catalogue: V = [1 2; 3 -1], delta = (0.5, -2)."""
    from benchmarks.diagnosis.backward import input_gradient

    pen = Pen(made=[Fault(name, "dL/dh1", form)])
    pen.values = {"g": np.array([0.5, -2.0]), "V": np.array([[1.0, 2.0], [3.0, -1.0]])}
    pen.kinds = {"g": "", "V": "weight"}
    assert input_gradient(pen, "dL/dh1", "g", "V", "column") == pytest.approx(np.array(wrong))


def test_worked_skip_path():
    pen = Pen(made=[Fault("skip-path-dropped", "dz/dx0", "yes")])
    ResidualRun(RESIDUAL)(pen)
    assert pen.exact["dz/dx0"] == pytest.approx(-0.06)


def test_right_values_agree_with_the_solver():
    rng = np.random.default_rng(5)
    for _ in range(150):
        net = draw_net(rng)
        pen = Pen()
        net.run(pen)
        problem = problem_from_text(net.yaml)
        wanted = net.densities["full"]
        solution = solve(problem, also=[n for n in wanted if n.startswith("dL/d") and "#" not in n])
        for line in wanted:
            name, _, example = line.partition("#")
            run = solution.examples[int(example) - 1] if example else solution.total
            value = run.values[name]
            assert value.shape == pen.exact[line].shape
            assert pen.exact[line] == pytest.approx(value, rel=1e-9, abs=1e-12), line


def test_every_offered_mistake_has_a_weight():
    rng = np.random.default_rng(6)
    seen = set()
    for _ in range(400):
        pen = Pen()
        draw_net(rng).run(pen)
        seen |= {offer.name for offer in pen.offers}
    assert seen <= set(WEIGHTS)
    slips = {
        "decimal-slip",
        "digit-slip",
        "digit-dropped",
        "swapped-entries",
        "swapped-answers",
        "copied-stale-value",
    }
    assert set(WEIGHTS) - seen == slips | set(COURSE.split())


@pytest.mark.parametrize(
    ("rounding", "value", "text"),
    [
        (Rounding("sig", 3), 0.5, "0.500"),
        (Rounding("sig", 3), -0.0079264, "-0.00793"),
        (Rounding("sig", 2, cut=True), 0.0156, "0.015"),
        (Rounding("sig", 3), 0.9999, "1.00"),
        (Rounding("sig", 3), 1234.56, "1234.6"),
        (Rounding("dec", 2), 0.125, "0.13"),
        (Rounding("dec", 2), -0.001, "0.00"),
        (Rounding("dec", 2), 0.0, "0"),
        (Rounding("sig", 3, short=True), 3.5, "3.5"),
        (Rounding("sig", 3, short=True), 40.0, "40"),
    ],
)
def test_written_numbers(rounding, value, text):
    assert rounding.text(value) == text


def test_statuses_tell_roots_from_what_follows():
    for sheet in sheets(40, seed=8, density="full", faults=1, wrong="rules", truth=False):
        wrong = [name for name, status in sheet.status.items() if status == "wrong"]
        assert wrong
        if not sheet.made[0].sites and sheet.made[0].at in sheet.net.densities["full"]:
            assert sheet.status[sheet.made[0].at] in ("wrong", "right", "")
        first = next(n for n, s in sheet.status.items() if s in ("wrong", "carried"))
        assert sheet.status[first] == "wrong"


def test_the_same_seed_gives_the_same_sheets():
    one = [(s.problem, s.answers) for s in sheets(5, seed=9)]
    assert one == [(s.problem, s.answers) for s in sheets(5, seed=9)]
    assert one[3:] == [(s.problem, s.answers) for s in sheets(2, seed=9, start=3)]
