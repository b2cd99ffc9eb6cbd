"""The exercises of a course that the diagnosis benchmark draws: right where no mistake is made,
and wrong in the way the catalogue says where one is. The numbers were worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from backpropcli.problem import problem_from_text
from backpropcli.solution import solve
from benchmarks.diagnosis.course import KINDS, draw_course
from benchmarks.diagnosis.course.images import ImageRun
from benchmarks.diagnosis.course.normal import NormalRun
from benchmarks.diagnosis.course.sequence import SequenceRun
from benchmarks.diagnosis.course.tables import DropoutRun, EmbeddingRun
from benchmarks.diagnosis.course.updates import UpdateRun
from benchmarks.diagnosis.pen import Fault, Pen
from benchmarks.diagnosis.priors import COURSE, WEIGHTS


def numbers(**given):
    return {name: np.array(value, dtype=float) for name, value in given.items()}


SLIDE = numbers(x=[1, 2, 0, -1, 3], k=[2, -1], v=[1, -2], b=1, c=0, y=1)
BATCH = numbers(X=[[1], [2], [4]], y=[[0], [0], [0]], W=[[1]], gamma=[2], beta=[1], v=[[1]], c=[0])
UNIT = numbers(x=[1, 0, -1], h0=1, d=0, wx=0.5, wh=1, b=0, v=2)
STEP = numbers(x=[1, 2], y=0.5, w=[0.5, -1])
ROWS = numbers(y=[[0], [0], [0]], E=[[1, 0], [0, 1], [2, 2]], v=[[3], [-3]], c=[0])
DROP = numbers(x=[1, 1], y=1, W=[[1, 0], [0, 2], [3, 0], [0, 4]], b=[0] * 4, v=[1] * 4, c=0)
RUNS = {
    "max": ImageRun(SLIDE, "max", True),
    "avg": ImageRun(SLIDE, "avg", True),
    "batch": NormalRun(BATCH, True),
    "sequence": SequenceRun(UNIT, False),
    "adam": UpdateRun(STEP, "adam", 0.1, 0.0),
    "momentum": UpdateRun(STEP, "momentum", 0.1, 0.0),
    "decay": UpdateRun(STEP, "sgd", 0.1, 0.5),
    "embedding": EmbeddingRun(ROWS, (1, 2, 1)),
    "dropout": DropoutRun(DROP, np.array([1.0, 0, 1, 1]), 0.2),
}


def run(name, *faults: Fault) -> dict[str, np.ndarray]:
    pen = Pen(made=faults)
    RUNS[name](pen)
    return pen.exact


# z = (2 - 2 + 1, 4 - 0 + 1, 0 + 1 + 1, -2 - 3 + 1) = (1, 5, 2, -4), h = (1, 5, 2, 0),
# m = (5, 2) or (3, 1), yhat = 5 - 4 = 1 or 3 - 2 = 1. With y = 1 nothing would be felt; the
# tests of gradients take y = 0.
def felt(kind):
    return ImageRun(SLIDE | numbers(y=0), kind, True)


RUNS |= {"max felt": felt("max"), "avg felt": felt("avg")}


@pytest.mark.parametrize(
    ("net", "fault", "at", "value"),
    [
        ("max", None, "z", (1, 5, 2, -4)),
        ("max", None, "m", (5, 2)),
        ("avg", None, "m", (3, 1)),
        ("max", Fault("conv-kernel-flip", "z", "forward"), "z", (4, -1, -1, 8)),
        ("max", Fault("conv-offset", "z", "right"), "z", (5, 2, -4, 7)),
        ("max felt", None, "dL/dz", (0, 1, -2, 0)),
        ("max felt", None, "dL/dk", (2, 2)),
        ("max felt", None, "dL/dx", (0, 2, -5, 2, 0)),
        ("max felt", Fault("conv-input-grad-not-flipped", "dL/dx", "not turned"), "dL/dx",
         (0, -1, 4, -4, 0)),
        ("max felt", Fault("conv-offset", "dL/dk", "right"), "dL/dk", (2, -7)),
        ("max felt", Fault("conv-spatial-mean", "dL/dk", "mean"), "dL/dk", (0.5, 0.5)),
        ("max felt", Fault("conv-spatial-mean", "dL/db", "mean"), "dL/db", -0.25),
        ("max felt", Fault("maxpool-spread", "dL/dh", "shares"), "dL/dh", (0.5, 0.5, -1, -1)),
        ("max felt", Fault("maxpool-spread", "dL/dh", "smallest"), "dL/dh", (1, 0, 0, -2)),
        ("avg felt", None, "dL/dh", (0.5, 0.5, -1, -1)),
        ("avg felt", Fault("avgpool-undivided", "dL/dh", "full"), "dL/dh", (1, 1, -2, -2)),
        ("embedding", None, "dL/dE", ((12, -12), (-6, 6), (0, 0))),
        ("embedding", Fault("embedding-duplicate-overwritten", "dL/dE", "yes"), "dL/dE",
         ((6, -6), (-6, 6), (0, 0))),
        ("dropout", None, "d", (1.25, 0, 3.75, 5)),
        ("dropout", Fault("dropout-mask-or-scale", "d", "no mask"), "d", (1.25, 2.5, 3.75, 5)),
        ("dropout", Fault("dropout-mask-or-scale", "d", "over p"), "d", (5, 0, 15, 20)),
        ("adam", None, "w_mhat#1", (-2, -4)),
        ("adam", None, "w_new#1", (0.6, -0.9)),
        ("adam", Fault("optimizer-state-slip", "w_mhat#1", "uncorrected"), "w_mhat#1",
         (-0.2, -0.4)),
        ("adam", Fault("optimizer-state-slip", "w_v#1", "square"), "w_v#1", (-0.02, -0.04)),
        ("momentum", None, "w_v#2", (-0.28, -0.56)),
        ("momentum", Fault("optimizer-state-slip", "w_v#2", "lost"), "w_v#2", (-0.1, -0.2)),
        ("momentum", Fault("optimizer-state-slip", "w_v#1", "other form"), "w_v#2", (-2.8, -5.6)),
        ("decay", None, "w_g#1", (-1.75, -4.5)),
        ("decay", Fault("weight-decay-slip", "w_g#1", "sign"), "w_g#1", (-2.25, -3.5)),
    ],
)  # fmt: skip
def test_hand_worked_numbers(net, fault, at, value):
    assert run(net, *[fault] * bool(fault))[at] == pytest.approx(np.array(value), abs=1e-6)


def test_batchnorm_by_hand():
    """z = (1, 2, 4): mean 7/3, squares 42/9, and zhat has the variance 14/9 or 7/3 under it."""
    values = run("batch")
    off = np.array([[-4], [-1], [5]]) / 3
    assert values["n"] == pytest.approx(2 * off / np.sqrt(14 / 9) + 1)
    less = run("batch", Fault("batchnorm-variance-n-minus-1", "n", "yes"))
    assert less["n"] == pytest.approx(2 * off / np.sqrt(7 / 3) + 1)
    both = run("batch", Fault("batchnorm-stats-constant", "dL/dz", "both"))
    assert both["dL/dz"] == pytest.approx(values["dL/dn"] * 2 / np.sqrt(14 / 9))


def test_recurrence_by_hand():
    """The last summand of dL/dwh is dL/da[3] * h[2]."""
    values = run("sequence")
    states = np.tanh(1.5), np.tanh(np.tanh(1.5)), np.tanh(np.tanh(np.tanh(1.5)) - 0.5)
    assert [values[f"h[{t}]"] for t in (1, 2, 3)] == pytest.approx(states)
    last = run("sequence", Fault("bptt-truncated", "dL/dwh", "last 1"))["dL/dwh"]
    assert last == pytest.approx(2 * 2 * states[2] * (1 - states[2] ** 2) * states[1])
    parts = [values[f"dL/da[{t}]"] * h for t, h in zip((1, 2, 3), (1, *states[:2]), strict=True)]
    assert values["dL/dwh"] == pytest.approx(sum(parts))


@pytest.mark.parametrize("kind", KINDS)
def test_right_values_agree_with_the_solver(kind):
    rng = np.random.default_rng(5)
    for whole in (False, True) * 6:
        net = KINDS[kind][0](rng, whole)
        pen = Pen()
        net.run(pen)
        solution = solve(problem_from_text(net.yaml))
        for line in net.lines:
            name, _, step = line.partition("#")
            run = solution.steps[int(step) - 1].total if step else solution.total
            value = run.values[name]
            assert pen.exact[line] == pytest.approx(np.asarray(value), rel=1e-6, abs=1e-9), line


def test_every_offered_mistake_has_a_weight_and_none_is_missing():
    rng, seen = np.random.default_rng(6), set()
    for _ in range(120):
        pen = Pen()
        draw_course(rng).run(pen)
        seen |= {offer.name for offer in pen.offers}
    assert set(COURSE.split()) <= seen <= set(WEIGHTS)
