"""Problems, drawn at random."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from benchmarks.diagnosis.mlp import Mlp, Net, densities
from benchmarks.diagnosis.pen import Pen
from benchmarks.diagnosis.seeds import residual, three_layers
from benchmarks.diagnosis.units import parabola, sigmoid_units
from benchmarks.diagnosis.writing import problem


class Numbers:
    """Decimals from a normal with one or two places, or small whole numbers."""

    def __init__(self, rng, whole: bool):
        self.rng, self.whole = rng, whole
        self.places = int(rng.integers(1, 3))

    def array(self, *shape: int):
        if self.whole:
            return np.asarray(self.rng.integers(-3, 4, size=shape), dtype=float)
        while True:
            value = np.round(self.rng.normal(size=shape), self.places) + 0.0
            if np.all(np.abs(value) > 0.04):
                return value


def sizes(rng, shape: str, whole: bool, out: str, loss: str, layout: str, **more) -> Mlp:
    """A network of the given sizes such as '2-3-2'; the last size 0 is a scalar output."""
    draw = Numbers(rng, whole)
    width = [int(part) for part in shape.split("-")]
    givens = {}
    n = 3
    if layout == "batch":
        givens["X"] = draw.array(n, width[0])
    elif layout == "scalar":
        givens["x"] = draw.array()
    else:
        givens["x"] = draw.array(width[0])
    for k, (fan_in, fan_out) in enumerate(pairwise(width), start=1):
        if layout == "scalar":
            pair = (), ()
        elif fan_out == 0:
            pair = (fan_in,), ()
        else:
            pair = ((fan_out, fan_in) if layout == "column" else (fan_in, fan_out)), (fan_out,)
        givens[f"W{k}"], givens[f"b{k}"] = draw.array(*pair[0]), draw.array(*pair[1])
    rows = n if layout == "batch" else 0
    givens["Y" if rows else "y"] = target(rng, draw, out, width[-1], rows, layout)
    return Mlp(layout, out=out, loss=loss, givens=givens, biases=(True,) * (len(width) - 1), **more)


def target(rng, draw, out, width, rows, layout):
    """One-hot rows for a softmax, 0 and 1 for a sigmoid, numbers otherwise."""
    if layout == "scalar" or width == 0:
        return np.asarray(float(rng.integers(0, 2))) if out else draw.array()
    if out == "softmax":
        return np.eye(width)[rng.integers(0, width, size=rows) if rows else rng.integers(0, width)]
    shape = (rows, width) if rows else (width,)
    return rng.integers(0, 2, size=shape).astype(float) if out else draw.array(*shape)


def family(rng, whole: bool) -> tuple[str, Mlp]:
    """One of the kinds of dense networks."""
    act = str(
        rng.choice(["relu", "relu", "sigmoid", "tanh", "leaky_relu"], p=[0.3, 0.2, 0.25, 0.2, 0.05])
    )
    acts = ("relu",) if whole else (act,)
    letter = str(rng.choice(["h", "a"]))
    kind = str(rng.choice(list(KINDS), p=np.array(list(KINDS.values())) / sum(KINDS.values())))
    vector = str(rng.choice(["column", "row"], p=[0.7, 0.3]))
    more = {"letter": letter, "short": bool(rng.random() < 0.6)}
    more["by_output"] = bool(rng.random() < 0.8)
    if kind == "chain":
        unit = str(rng.choice(["sigmoid", "tanh"]))
        deep = (unit,) * int(rng.integers(1, 3))
        out = "sigmoid" if unit == "sigmoid" and rng.random() < 0.5 else ""
        loss = str(rng.choice(["half", "square"]))
        shape = "-".join("0" * (len(deep) + 2))
        return kind, sizes(rng, shape, whole, out, loss, "scalar", acts=deep, **more)
    if kind == "2-2-1":
        loss = str(rng.choice(["half", "square"]))
        return kind, sizes(rng, "2-2-0", whole, "", loss, vector, acts=acts, **more)
    if kind == "2-3-2":
        out, loss = OUTPUTS[int(rng.integers(len(OUTPUTS)))]
        if whole and out:
            out, loss = "", "mse"
        width = str(rng.choice(["2-3-2", "2-2-2", "3-2-2", "2-3-3"]))
        logits = loss == "ce" and rng.random() < 0.5
        more |= {"short": True} if logits else {}
        return kind, sizes(rng, width, whole, out, loss, vector, acts=acts, logits=logits, **more)
    if kind == "batch":
        out, loss = BATCHES[int(rng.integers(len(BATCHES)))]
        if whole and out:
            out, loss = "", "mse"
        width = str(rng.choice(["2-3-2", "2-2-1", "2-2-2", "3-2-2"]))
        if loss == "ce":
            width = width[:-1] + "2"
        logits = loss == "ce" and rng.random() < 0.5
        more |= {"short": True} if logits else {}
        return kind, sizes(rng, width, whole, out, loss, "batch", acts=acts, logits=logits, **more)
    if kind == "decay":
        lam = float(rng.choice([0.1, 0.2, 0.5]))
        loss = str(rng.choice(["half", "mse"]))
        layout = str(rng.choice(["column", "batch"]))
        return kind, sizes(rng, "2-2-2", whole, "", loss, layout, acts=acts, lam=lam, **more)
    lr = float(rng.choice([0.1, 0.2, 0.5]))
    width, loss = str(rng.choice(["2-2-0", "2-2-2"])), str(rng.choice(["half", "square"]))
    more |= {"lr": lr, "after": bool(rng.random() < 0.5)}
    return kind, sizes(rng, width, whole, "", loss, "column", acts=acts, **more)


KINDS = {"chain": 0.14, "2-2-1": 0.14, "2-3-2": 0.26, "batch": 0.2, "decay": 0.1, "step": 0.16}
OUTPUTS = [
    ("", "mse"),
    ("", "half"),
    ("sigmoid", "mse"),
    ("sigmoid", "half"),
    ("sigmoid", "bce"),
    ("softmax", "ce"),
    ("softmax", "ce"),
]
BATCHES = [("", "mse"), ("", "halfmean"), ("", "half"), ("sigmoid", "bce"), ("softmax", "ce")]


def dense(rng, whole: bool) -> Net:
    """A dense network whose numbers are fit for an exercise."""
    while True:
        title, net = family(rng, whole)
        pen = Pen()
        with np.errstate(all="ignore"):
            net(pen)
        if fit(net, pen):
            break
    return as_net(net, title, whole)


def as_net(net: Mlp, title: str, whole: bool) -> Net:
    """The problem text and the run of a dense network."""
    pen = Pen()
    net(pen)
    lines = tuple(pen.order)
    short = net.out and net.short and net.loss in ("bce", "ce")
    aliases = {f"dL/dz{net.depth}": ("dL/dp",)} if short else {}
    return Net(title, problem(net, title, lines), net, lines, densities(net, lines), aliases, whole)


def fit(net: Mlp, pen: Pen) -> bool:
    """No unit at its kink, some unit alive, a loss that is felt, no saturated output."""
    value = pen.values
    if not all(np.all(np.isfinite(v)) and np.all(abs(v) < 1000) for v in pen.exact.values()):
        return False
    for k, act in enumerate(net.acts, start=1):
        z = value[f"z{k}"]
        if act.endswith("relu") and (np.any(abs(z) < 1e-9) or not np.any(z > 0)):
            return False
        if act in ("sigmoid", "tanh") and np.any(abs(z) > 4):
            return False
    if net.out and (value["p"].min() < 0.02 or value["p"].max() > 0.98):
        return False
    return bool(np.max(abs(value[f"dL/d{net.z(net.depth)}"])) > 0.05)


def draw_net(rng) -> Net:
    """One problem: mostly dense networks, some of the published exercises."""
    pick = rng.random()
    if pick < 0.06:
        return residual(rng)
    if pick < 0.12:
        return as_net(three_layers(rng), "three layers", True)
    if pick < 0.18:
        return sigmoid_units(rng)
    if pick < 0.22:
        return parabola(rng)
    return dense(rng, bool(rng.random() < 0.35))
