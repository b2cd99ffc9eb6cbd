"""Networks of published exercises: three layers, a residual connection."""

from __future__ import annotations

import numpy as np

from benchmarks.diagnosis.mlp import Mlp, Net

THREE = {
    "x": [2, 1],
    "y": 1.5,
    "W1": [[0, 1], [1, 1], [1, 0]],
    "b1": [-2, -1, 1],
    "W2": [[0, 1, 2], [1, 1, 1], [2, -1, -1]],
    "b2": [1, 1, 1],
    "W3": [-1, 1, -2],
}


def three_layers(rng) -> Mlp:
    """relu, a linear layer, a linear unit without a bias, half a squared error."""
    while True:
        givens = {name: np.asarray(value, dtype=float) for name, value in THREE.items()}
        if rng.random() < 0.6:
            givens |= {
                name: rng.integers(-3, 4, size=value.shape).astype(float)
                for name, value in givens.items()
                if name != "y"
            }
        net = Mlp("column", ("relu", ""), "", "half", givens, biases=(True, True, False))
        z = givens["W1"] @ givens["x"] + givens["b1"]
        h = np.maximum(z, 0)
        r = givens["W3"] @ (givens["W2"] @ h + givens["b2"]) - givens["y"]
        if np.all(z != 0) and np.any(z > 0) and abs(r) > 0.05 and np.any(givens["W3"] != 0):
            return net


RESIDUAL = {"x0": 1.0, "w0": 0.3, "b0": 0.1, "w1": -0.2, "b1": -0.3}
RESIDUAL_LINES = ("x1", "y1", "z", "dz/dw1", "dz/db1", "dz/dw0", "dz/db0", "dz/dx0")


def residual(rng) -> Net:
    """A scalar residual block; the derivatives of its output are asked, there is no loss."""
    givens = dict(RESIDUAL)
    while rng.random() < 0.7:
        drawn = np.round(rng.normal(size=5), 1)
        x0, w0, b0, w1, b1 = map(float, drawn)
        x1 = x0 * w0 + b0
        if x1 > 0.05 and x1 * w1 + b1 + x0 > 0.05 and np.all(abs(drawn) > 0.05):
            givens = dict(zip(RESIDUAL, (x0, w0, b0, w1, b1), strict=True))
            break
    text = "title: residual\ninputs:\n" + f"  x0: {givens['x0']:g}\nweights:\n"
    text += "".join(f"  {name}: {givens[name]:g}\n" for name in ("w0", "b0", "w1", "b1"))
    text += "network:\n  x1: relu(x0*w0 + b0)\n  y1: x1*w1 + b1\n  z: relu(y1 + x0)\nfind:\n"
    text += "".join(f"  - {line}\n" for line in RESIDUAL_LINES)
    grads = RESIDUAL_LINES[3:]
    picks = {
        "full": RESIDUAL_LINES,
        "usual": RESIDUAL_LINES,
        "sparse": ("x1", "z", "dz/dw1", "dz/dw0", "dz/dx0"),
        "final": ("z", *grads),
    }
    return Net("residual", text, ResidualRun(givens), RESIDUAL_LINES, picks, {})


class ResidualRun:
    """z = relu(y1 + x0), y1 = x1 w1 + b1, x1 = relu(x0 w0 + b0)."""

    def __init__(self, givens):
        self.givens = givens

    def __call__(self, pen) -> None:
        for name, value in self.givens.items():
            kind = {"x": "data", "w": "weight", "b": "bias"}[name[0]]
            pen.given(name, value, kind)
        x0, w0 = pen.values["x0"], pen.values["w0"]
        inside = self._linear(pen, "x1", "x0", "w0", "b0")
        x1 = inside if pen.fault("activation-skipped", "x1") else np.maximum(inside, 0)
        x1 = pen.line("x1", x1, "data")
        y1 = pen.line("y1", self._linear(pen, "y1", "x1", "w1", "b1"))
        z = np.maximum(y1 + (0 if pen.fault("skip-path-dropped", "z") else x0), 0)
        pen.line("z", z)
        gate = float(pen.values["y1"] + x0 > 0)
        mask = float(x0 * w0 + pen.values["b0"] > 0)
        self._near(pen, gate, x1)
        self._far(pen, gate, mask, x0)
        self._input(pen, gate, mask)

    def _near(self, pen, gate, x1) -> None:
        at = "dz/dw1"
        factor = 1.0 if pen.fault("missing-input-factor", at) else pen.read("x1", at)
        slope = (1 - gate if pen.fault("mask-inverted", at) else gate) * factor
        pen.line(at, pen.values["z"] if pen.fault("value-for-derivative", at) else slope)
        at = "dz/db1"
        factor = self._bias(pen, at, pen.values["b1"], x1)
        pen.line(at, (1 - gate if pen.fault("mask-inverted", at) else gate) * factor)

    def _far(self, pen, gate, mask, x0) -> None:
        for at in ("dz/dw0", "dz/db0"):
            path = 1.0 if pen.fault("weight-skipped", at) else pen.read("w1", at)
            if pen.fault("upstream-dropped", at) or pen.fault("wrong-upstream", at, "dz/dy1"):
                path = 1.0
            if at == "dz/dw0":
                factor = 1.0 if pen.fault("missing-input-factor", at) else pen.read("x0", at)
            else:
                factor = self._bias(pen, at, pen.values["b0"], x0)
            passed = 1 - mask if pen.fault("mask-inverted", at) else mask
            pen.line(at, gate * path * passed * factor)

    @staticmethod
    def _input(pen, gate, mask) -> None:
        at = "dz/dx0"
        skipped = pen.fault("weight-skipped", at, "w0", "w1")
        inner = 1.0 if skipped == "w0" else pen.read("w0", at)
        outer = 1.0 if skipped == "w1" else pen.read("w1", at)
        outer = 1.0 if pen.fault("wrong-upstream", at, "dz/dy1") else outer
        passed = 1 - mask if pen.fault("mask-inverted", at) else mask
        direct = 0.0 if pen.fault("skip-path-dropped", at) else 1.0
        long = 0.0 if pen.fault("fanout-path-dropped", at, "only the skip") else 1.0
        if pen.fault("accumulate-doubled", at, "skip"):
            direct = 2.0
        pen.line(at, gate * (direct + long * outer * passed * inner))

    @staticmethod
    def _bias(pen, at, b, x):
        form = pen.fault("bias-gradient-scaled", at, "b", "x", "0")
        return {"": 1.0, "b": b, "x": x, "0": 0.0}[form]

    @staticmethod
    def _linear(pen, at, x, w, b):
        x, w, b = pen.read(x, at), pen.read(w, at), pen.read(b, at)
        sign = pen.fault("bias-dropped", at, "dropped", "subtracted")
        return x * w + {"": b, "dropped": 0.0, "subtracted": -b}[sign]
