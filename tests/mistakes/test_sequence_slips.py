"""Mistakes on recurrent units: each is one, at its root, and correct sheets are accused of none."""

from functools import cache

import numpy as np
import pytest
from sequence_sheets import GRU, LSTM, RNN, RNN_MEAN, answers, gru, lstm, rnn, thinned

from backpropcli.checking.check import check_text
from backpropcli.problem import problem_from_text

problem = cache(problem_from_text)
PATIENT = {"seconds": 600.0}  # a search that is cut short on a busy machine proves nothing


def judged(text, found, digits=4, decimals=None):
    (report,) = check_text(problem(text), answers(found, digits, decimals), options=PATIENT)
    return report


def roots(report):
    return [(root.name, root.at, root.possible) for root in report.mistakes]


def both(gates):
    return {"forward": gates, "backward": gates}


SLIPS = {
    "h[t] for h[t-1]": (RNN, rnn, {"state": "now"}, "off-by-one-step", "dL/dWh"),
    "h[t-1] for h[t]": (RNN, rnn, {"output": "before"}, "off-by-one-step", "dL/dv"),
    "out[t] for out[t-1]": (LSTM, lstm, {"state": "now"}, "off-by-one-step", "dE/dUo"),
    "input and forget": (LSTM, lstm, both("fio"), "crossed-wiring", "c[1]"),
    "input and output": (LSTM, lstm, both("ofi"), "crossed-wiring", "c[1]"),
    "forget and output": (LSTM, lstm, both("iof"), "crossed-wiring", "c[1]"),
    "forward alone": (LSTM, lstm, {"forward": "fio"}, "crossed-wiring", "c[1]"),
    "backward alone": (LSTM, lstm, {"backward": "fio"}, "crossed-wiring", "dE/da[2]"),
    "weights of i and f": (LSTM, lstm, {"weights": "afio"}, "crossed-wiring", "i[1]"),
    "z and 1 - z": (GRU, gru, {"turned": True}, "crossed-wiring", "h[1]"),
    "z and r": (GRU, gru, {"exchanged": True}, "crossed-wiring", "n[1]"),
}


@pytest.mark.parametrize("digits", [3, 4, 5])
@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_one_mistake_with_its_name(slip, digits):
    text, make, how, name, at = SLIPS[slip]
    report = judged(text, make(**how, digits=digits), digits)
    assert roots(report) == [(name, at, False)]
    wrong = {answer.quantity for answer in report.answers if answer.status == "wrong"}
    assert wrong <= set(report.mistakes[0].explains)
    lost = [a for a in report.answers if a.points < a.max_points]
    # What is asked are the values and the gradients of the weights, not those in between.
    assert len(lost) == (0 if slip == "backward alone" else 1)


@pytest.mark.parametrize("digits", [4, 5])
@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_alone_where_only_the_results_are_rounded(slip, digits):
    """What a wrong equation leaves of its summands is off by more than the right one would be."""
    text, make, how, name, at = SLIPS[slip]
    assert roots(judged(text, make(**how), digits)) == [(name, at, False)]


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_named_first_where_little_is_handed_in(slip):
    text, make, how, name, _ = SLIPS[slip]
    report = judged(text, thinned(make(**how), "usual"), 6)
    assert report.mistakes[0].name == name


def is_weights(name):
    return name.startswith("dL/d") and "[" not in name


def is_slope(name):
    return name.startswith("dL/d")


def is_loss(name):
    return name == "L" or is_slope(name)


# The loss of RNN is half a sum over three steps, that of RNN_MEAN their mean: 2/3 of it.
MEANS = {
    "weights averaged": (RNN, 1, is_weights, 1 / 3, "extra-batch-mean", "dL/dv"),
    "slopes averaged": (RNN, 1, is_slope, 1 / 3, "extra-batch-mean", "dL/dy[1]"),
    "loss averaged": (RNN, 1, "L".__eq__, 1 / 3, "loss-mean-vs-sum", "L"),
    "all averaged": (RNN, 1, is_loss, 1 / 3, "different-loss", "L"),
    "slopes added": (RNN_MEAN, 2 / 3, is_slope, 3, "missing-batch-mean", "dL/dy[1]"),
    "loss added": (RNN_MEAN, 2 / 3, "L".__eq__, 3, "loss-mean-vs-sum", "L"),
    "all added": (RNN_MEAN, 2 / 3, is_loss, 3, "different-loss", "L"),
}


@pytest.mark.parametrize("density", ["full", "final"])
@pytest.mark.parametrize("slip", MEANS)
def test_a_mean_for_a_sum_over_time_is_one_mistake(slip, density):
    text, size, is_meant, factor, name, at = MEANS[slip]
    right = {q: v * size if is_loss(q) else v for q, v in rnn().items()}
    report = judged(text, thinned(right, density), 6)
    assert roots(report) == []
    found = {q: v * factor if is_meant(q) else v for q, v in right.items()}
    report = judged(text, thinned(found, density), 6)
    root = report.mistakes[0]
    told = [(one.name, one.at) for one in (root, *root.alternatives)]
    assert (name, at) in told
    assert [one.possible for one in report.mistakes] == [False]
    if density == "full":
        assert told[0] == (name, at)
        assert sum(a.points == 0 for a in report.answers if a.max_points) <= 1


LAYER = """\
inputs:
  x: [[0.5, -1], [1, 2], [-0.5, 0.3]]
  y: [0.3, -0.2]
weights:
  rnn1_W: [[0.4, 0.3], [-0.2, 0.5]]
  rnn1_U: [[-0.3, 0.2], [0.6, 0.7]]
  rnn1_b: [0.1, -0.1]
network:
  - rnn(2)
loss: sum((rnn1 - y)**2) / 2
"""


def layer(late):
    x = np.array([[0.5, -1], [1, 2], [-0.5, 0.3]])
    w, u = np.array([[0.4, 0.3], [-0.2, 0.5]]), np.array([[-0.3, 0.2], [0.6, 0.7]])
    h, found = [np.zeros(2)], {}
    for t in range(3):
        h.append(np.tanh(x[t] @ w + h[t] @ u + np.array([0.1, -0.1])))
        found[f"rnn1_h[{t + 1}]"] = h[-1]
    g, slopes = h[3] - np.array([0.3, -0.2]), [np.zeros(2)] * 3
    found["L"] = (g**2).sum() / 2
    for t in (2, 1, 0):
        found[f"dL/drnn1_h[{t + 1}]"] = g
        slopes[t] = g * (1 - h[t + 1] ** 2)
        g = slopes[t] @ u.T
    found["dL/drnn1_W"] = sum(np.outer(x[t], slopes[t]) for t in range(3))
    found["dL/drnn1_U"] = sum(np.outer(h[t + late], slopes[t]) for t in range(3))
    return found | {"dL/drnn1_b": sum(slopes)}


@pytest.mark.parametrize("digits", [3, 4, 6])
def test_a_recurrent_layer_of_a_layer_list(digits):
    assert roots(judged(LAYER, layer(0), digits)) == []
    found = roots(judged(LAYER, layer(1), digits))
    assert found == [("off-by-one-step", "dL/drnn1_U", False)]


def test_what_is_exchanged_is_said():
    gates = judged(LSTM, lstm("fio", "fio")).mistakes[0].message
    assert gates.startswith("i[t] and f[t] are exchanged")
    weights = judged(LSTM, lstm(weights="afio")).mistakes[0].message
    assert weights.startswith("Wi, Ui, bi and Wf, Uf, bf are exchanged")
    shares = judged(GRU, gru(turned=True)).mistakes[0].message
    assert shares.startswith("z[t] and 1 - z[t] are exchanged")
    steps = judged(RNN, rnn(state="now")).mistakes[0]
    assert steps.message == "dL/dWh takes h[t] where h[t-1] belongs."


@pytest.mark.parametrize("density", ["full", "usual", "half", "final"])
@pytest.mark.parametrize("digits", [(2, None), (3, None), (6, None), (0, 3), (0, 4)])
@pytest.mark.parametrize(("text", "make"), [(RNN, rnn), (LSTM, lstm), (GRU, gru)])
def test_a_right_sheet_is_accused_of_nothing(text, make, digits, density):
    for found in (make(), make(digits=digits[0])):
        report = judged(text, thinned(found, density), *digits)
        assert roots(report) == []
        assert {answer.status for answer in report.answers} <= {"correct", "rounded", "missing"}
