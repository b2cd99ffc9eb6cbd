"""An embedding whose rows are used several times, and a dropout with its mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.diagnosis import backward, forward
from benchmarks.diagnosis.course.numbers import Numbers
from benchmarks.diagnosis.course.sheet import exercise, last_layer, text_of, through_relu
from benchmarks.diagnosis.mlp import Net
from benchmarks.diagnosis.pen import Pen

IDS = ((1, 2, 1), (2, 2, 3), (3, 1, 3, 2), (2, 1, 2, 2))
TWICE, DROPPED = "embedding-duplicate-overwritten", "dropout-mask-or-scale"


def felt(run) -> bool:
    """A loss that is felt, and no unit at its kink."""
    pen = Pen()
    run(pen)
    z = pen.values.get("z", np.ones(1))
    return bool(np.min(abs(pen.values["dL/dyhat"])) > 0.05 and np.min(abs(z)) > 1e-9)


def embedding_net(rng, whole: bool) -> Net:
    """A row for each id, a dense unit on each row, a mean of squares."""
    ids = IDS[int(rng.integers(len(IDS)))]
    draw = Numbers(rng, whole)
    while True:
        shapes = {"y": (len(ids), 1), "E": (3, 2), "v": (2, 1), "c": (1,)}
        run = EmbeddingRun({name: draw.array(*shape) for name, shape in shapes.items()}, ids)
        if felt(run):
            break
    given = run.givens
    parts = {
        "inputs": {"ids": np.array(ids), "y": given["y"]},
        "weights": {name: given[name] for name in ("E", "v", "c")},
        "network": {"H": "embedding(E, ids)", "yhat": "H @ v + c"},
    }
    text = text_of("embedding", parts, "loss: mse(yhat, y)")
    return exercise("embedding", text, run, kept=lambda n: n in ("H", "yhat"), whole=whole)


@dataclass(frozen=True)
class EmbeddingRun:
    """The rows looked up, the output, the gradients."""

    givens: dict
    ids: tuple[int, ...]

    def __call__(self, pen) -> None:
        for name, value in self.givens.items():
            pen.given(name, value, {"y": "target", "c": "bias"}.get(name, "weight"))
        E = pen.values["E"]
        pen.line("H", np.array([E[row - 1] for row in self.ids]), "data")
        last_layer(pen, "H", "batch", "mse")
        last = pen.fault(TWICE, "dL/dE")
        dE, g = np.zeros(E.shape), pen.values["dL/dH"]
        for place, row in enumerate(self.ids):
            dE[row - 1] = g[place] + (0 if last else dE[row - 1])
        pen.line("dL/dE", dE)


def dropout_net(rng, whole: bool) -> Net:
    """A dense layer, relu, a dropout with a given mask, a dense unit."""
    draw = Numbers(rng, whole)
    while True:
        shapes = {"x": (2,), "y": (), "W": (4, 2), "b": (4,), "v": (4,), "c": ()}
        given = {name: draw.array(*shape) for name, shape in shapes.items()}
        mask = np.array(rng.permutation([1.0, 1.0, 1.0, 0.0]))
        run = DropoutRun(given, mask, float(rng.choice([0.2, 0.25, 0.4])))
        if felt(run):
            break
    parts = {
        "inputs": {"x": given["x"], "y": given["y"], "m": mask},
        "weights": {name: given[name] for name in ("W", "b", "v", "c")},
        "network": {
            "z": "W @ x + b",
            "h": "relu(z)",
            "d": f"dropout(h, m, {run.p:g})",
            "yhat": "v @ d + c",
        },
    }
    text = text_of("dropout", parts, "loss: (yhat - y)**2 / 2")
    kept = ("h", "d", "yhat", "dL/dz")
    return exercise("dropout", text, run, kept=lambda n: n in kept, whole=whole)


@dataclass(frozen=True)
class DropoutRun:
    """The kept units are divided by 1 - p, forward and backward."""

    givens: dict
    mask: np.ndarray
    p: float

    def __call__(self, pen) -> None:
        kinds = {"x": "data", "y": "target", "b": "bias", "c": "bias"}
        for name, value in self.givens.items():
            pen.given(name, value, kinds.get(name, "weight"))
        pen.line("z", forward.affine(pen, "z", "x", "W", "b", "column"))
        pen.line("h", forward.activate(pen, "h", "z", "relu"), "data")
        pen.line("d", self._dropped(pen, "d", pen.values["h"]), "data")
        last_layer(pen, "d", "row", "half")
        pen.line("dL/dh", self._dropped(pen, "dL/dh", pen.values["dL/dd"]))
        pen.line("dL/dz", through_relu(pen, "dL/dz", "dL/dh", "z", "h"))
        names = ("dL/dz", "x", "W")
        pen.line("dL/dW", backward.weight_gradient(pen, "dL/dW", names, "column"))
        names = ("dL/dz", "x", "b")
        pen.line("dL/db", backward.bias_gradient(pen, "dL/db", names, "column"))

    def _dropped(self, pen, at, value):
        """The values that are kept, larger by 1/(1 - p)."""
        kept = 1 - self.p
        ways = {
            "": self.mask / kept,
            "no mask": 1 / kept,
            "opposite": (1 - self.mask) / kept,
            "no scale": self.mask,
            "over p": self.mask / self.p,
            "times": self.mask * kept,
        }
        return value * ways[pen.fault(DROPPED, at, *list(ways)[1:])]
