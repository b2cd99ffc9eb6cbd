"""A normalisation between two dense layers: over a batch, or over the entries of one example."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.diagnosis import backward, forward
from benchmarks.diagnosis.course.numbers import Numbers
from benchmarks.diagnosis.course.sheet import exercise, last_layer, text_of
from benchmarks.diagnosis.mlp import Net
from benchmarks.diagnosis.pen import Pen


def normal_net(rng, whole: bool) -> Net:
    """batchnorm of three or four rows, or layernorm of one row of three."""
    batch = bool(rng.random() < 0.65)
    draw = Numbers(rng, whole)
    while True:
        run = NormalRun(_givens(draw, batch), batch)
        if run.fit():
            break
    x, y, loss = ("X", "Y", "mse(yhat, Y)") if batch else ("x", "y", "(yhat - y)**2 / 2")
    op = "batchnorm" if batch else "layernorm"
    given = {("y" if name == "Y" else name): value for name, value in run.givens.items()}
    parts = {
        "inputs": {x: given[x], "y": given["y"]},
        "weights": {name: given[name] for name in ("W", "gamma", "beta", "v", "c")},
        "network": {"z": f"{x} @ W", "n": f"{op}(z, gamma, beta, eps=0)", "yhat": "n @ v + c"},
    }
    text = text_of(op, parts, f"loss: {loss.replace(y, 'y') if batch else loss}")
    kept = ("z", "n", "yhat", "dL/dn", "dL/dz")
    return exercise(op, text, run, kept=lambda n: n in kept, whole=whole)


def _givens(draw, batch: bool) -> dict:
    rows = int(draw.rng.integers(3, 5))
    if batch:
        shapes = {"X": (rows, 2), "y": (rows, 1), "W": (2, 2)}
        shapes |= {"gamma": (2,), "beta": (2,), "v": (2, 1), "c": (1,)}
    else:
        shapes = {"x": (2,), "y": (), "W": (2, 3)}
        shapes |= {"gamma": (3,), "beta": (3,), "v": (3,), "c": ()}
    return {name: draw.array(*shape) for name, shape in shapes.items()}


@dataclass(frozen=True)
class NormalRun:
    """z, its normalised values, the output, and the way back."""

    givens: dict
    batch: bool

    def fit(self) -> bool:
        """Values that are spread, a loss that is felt."""
        pen = Pen()
        with np.errstate(all="ignore"):
            self(pen)
        z = pen.values["z"]
        spread = np.min(np.std(z, axis=0 if self.batch else None))
        felt = np.max(abs(pen.values["dL/dyhat"])) > 0.05
        return bool(spread > 0.2 and felt and np.max(abs(pen.values["dL/dz"])) > 0.02)

    def __call__(self, pen) -> None:
        kinds = {"x": "data", "X": "data", "y": "target", "beta": "bias", "c": "bias"}
        for name, value in self.givens.items():
            pen.given(name, value, kinds.get(name, "weight"))
        layout, x = ("batch", "X") if self.batch else ("row", "x")
        pen.line("z", forward.affine(pen, "z", x, "W", "", layout))
        hats, spread = self._normalise(pen, "n")
        pen.line("n", hats * pen.read("gamma", "n") + pen.read("beta", "n"), "data")
        last_layer(pen, "n", layout, "mse" if self.batch else "half")
        self._scales(pen, hats)
        pen.line("dL/dz", self._values_back(pen, "dL/dz", hats, spread))
        names = ("dL/dz", x, "W")
        pen.line("dL/dW", backward.weight_gradient(pen, "dL/dW", names, layout))

    def _normalise(self, pen, at):
        """The normalised values, kept as they are for the way back, and the deviation."""
        z = self._tall(pen.values["z"])
        count = len(z)
        mean = sum(z[i] for i in range(count)) / count
        squares = sum((z[i] - mean) ** 2 for i in range(count))
        less = pen.fault("batchnorm-variance-n-minus-1", at)
        spread = np.sqrt(squares / (count - 1 if less else count))
        return self._flat((z - mean) / spread), spread

    def _tall(self, value):
        """With the axis that is averaged first."""
        return value if self.batch else value[:, None]

    def _flat(self, value):
        return value if self.batch else value[:, 0]

    def _scales(self, pen, hats) -> None:
        g = pen.values["dL/dn"]
        at = "dL/dgamma"
        parts = g * (1.0 if pen.fault("missing-input-factor", at) else hats)
        pen.line(at, parts.sum(axis=0) if self.batch else parts)
        at = "dL/dbeta"
        form = pen.fault("batch-not-summed", at, "list") if self.batch else ""
        pen.line(at, g.sum(axis=0) if self.batch and not form else g)

    def _values_back(self, pen, at, hats, spread):
        """dz = (u - mean of u - zhat * mean of u zhat) / spread, with u = gamma * dn."""
        form = pen.fault("batchnorm-stats-constant", at, "both", "mean", "variance")
        gamma = 1.0 if pen.fault("weight-skipped", at) else pen.read("gamma", at)
        u = self._tall(pen.values["dL/dn"] * gamma)
        wide = self._tall(hats)
        count = len(u)
        middle = sum(u[i] for i in range(count)) / count
        lean = sum(u[i] * wide[i] for i in range(count)) / count
        middle = 0 * middle if form in ("both", "mean") else middle
        lean = 0 * lean if form in ("both", "variance") else lean
        return self._flat((u - middle - wide * lean) / spread)
