"""Networks of published exercises: three layers, a residual connection, sigmoid units."""

from __future__ import annotations

import numpy as np

from benchmarks.diagnosis.forward import sigmoid
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
        x0, w0, w1 = (pen.values[name] for name in ("x0", "w0", "w1"))
        inside = self._linear(pen, "x1", "x0", "w0", "b0")
        x1 = inside if pen.fault("activation-skipped", "x1") else np.maximum(inside, 0)
        x1 = pen.line("x1", x1, "data")
        y1 = pen.line("y1", self._linear(pen, "y1", "x1", "w1", "b1"))
        z = np.maximum(y1 + (0 if pen.fault("skip-path-dropped", "z") else x0), 0)
        pen.line("z", z)
        gate = float(pen.values["y1"] + x0 > 0)
        mask = float(x0 * w0 + pen.values["b0"] > 0)
        if pen.fault("value-for-derivative", "dz/dw1"):
            pen.line("dz/dw1", pen.values["z"])
        else:
            factor = 1.0 if pen.fault("missing-input-factor", "dz/dw1") else pen.read("x1", "dz/dw1")
            pen.line("dz/dw1", gate * factor)
        pen.line("dz/db1", gate * self._bias(pen, "dz/db1", pen.values["b1"], x1))
        for name in ("dz/dw0", "dz/db0"):
            path = 1.0 if pen.fault("weight-skipped", name) else pen.read("w1", name)
            if pen.fault("upstream-dropped", name):
                path = 1.0
            if name == "dz/dw0":
                factor = 1.0 if pen.fault("missing-input-factor", name) else pen.read("x0", name)
            else:
                factor = self._bias(pen, name, pen.values["b0"], x0)
            pen.line(name, gate * path * mask * factor)
        at = "dz/dx0"
        inner = 1.0 if pen.fault("missing-term-in-chain", at, "w0") else pen.read("w0", at)
        outer = 1.0 if pen.fault("weight-skipped", at) else pen.read("w1", at)
        direct = 0.0 if pen.fault("skip-path-dropped", at) else 1.0
        long = 0.0 if pen.fault("fanout-path-dropped", at, "only the skip") else 1.0
        if pen.fault("accumulate-doubled", at, "skip"):
            direct = 2.0
        pen.line(at, gate * (direct + long * outer * mask * inner))

    @staticmethod
    def _bias(pen, at, b, x):
        form = pen.fault("bias-gradient-scaled", at, "b", "x", "0")
        return {"": 1.0, "b": b, "x": x, "0": 0.0}[form]

    @staticmethod
    def _linear(pen, at, x, w, b):
        x, w, b = pen.read(x, at), pen.read(w, at), pen.read(b, at)
        sign = pen.fault("bias-dropped", at, "dropped", "subtracted")
        return x * w + {"": b, "dropped": 0.0, "subtracted": -b}[sign]


UNITS = {"w10": 0.01, "w11": 0.02, "w20": 0.03, "w21": 0.01, "v0": 0.01, "v1": 0.02, "v2": 0.03}
DATA = ((1, 2, 8), (1, 3, 11), (2, 2, 10))


def sigmoid_units(rng) -> Net:
    """Regression with two sigmoid units; the bias is w0; two examples with their own lines."""
    givens = dict(UNITS)
    if rng.random() < 0.6:
        drawn = np.round(rng.normal(size=len(givens)), 1) + 0.05
        givens = dict(zip(givens, map(float, np.round(drawn, 2)), strict=True))
    data = DATA[:2] if rng.random() < 0.5 else DATA[1:]
    data = tuple((float(a), float(c)) for a, _, c in data)
    run = UnitsRun(givens, data)
    text = "title: sigmoid units\nweights:\n"
    text += "".join(f"  {name}: {value:g}\n" for name, value in givens.items())
    text += "network:\n"
    for j in (1, 2):
        text += f"  e{j}: x*w{j}1 + w{j}0\n  f{j}: sigmoid(e{j})\n"
    text += "  yhat: f1*v1 + f2*v2 + v0\nloss: (yhat - y)**2\nexamples:\n"
    text += "".join(f"  - {{x: {x:g}, y: {y:g}}}\n" for x, y in data)
    names = run.names()
    picks = {
        "full": names,
        "usual": [n for n in names if n[:4] not in ("dL/d",) or n[4] in "vwy"],
        "sparse": [n for n in names if n[0] in "fy" or n[:5] in ("dL/dv", "dL/dw")],
        "final": [n for n in names if n[:5] in ("dL/dv", "dL/dw")],
    }
    lines = tuple(f"{n}#{i}" for i in (1, 2) for n in names)
    asked = {d: tuple(f"{n}#{i}" for i in (1, 2) for n in wanted) for d, wanted in picks.items()}
    return Net("sigmoid units", text, run, lines, asked, {})


class UnitsRun:
    """The lines of each example: units, output, loss, its derivatives."""

    def __init__(self, givens, data):
        self.givens, self.data = givens, data

    @staticmethod
    def names() -> tuple[str, ...]:
        """The lines of one example."""
        units = [f"{n}{j}" for j in (1, 2) for n in "ef"]
        grads = ["dL/dv0", "dL/dv1", "dL/dv2"]
        inner = [f"dL/d{n}" for j in (1, 2) for n in (f"f{j}", f"e{j}", f"w{j}1", f"w{j}0")]
        return (*units, "yhat", "L", "dL/dyhat", *grads, *inner)

    def __call__(self, pen) -> None:
        for name, value in self.givens.items():
            kind = "bias" if name.endswith("0") else name[0]
            pen.given(name, value, kind)
        for i, (x, y) in enumerate(self.data, start=1):
            pen.values["x"], pen.kinds["x"] = np.asarray(x), ""
            pen.values["y"], pen.kinds["y"] = np.asarray(y), ""
            self._example(pen, f"#{i}")

    def _example(self, pen, tag) -> None:
        x, y = pen.values["x"], pen.values["y"]
        v = pen.values
        for j in "12":
            at = f"e{j}{tag}"
            w1, w0 = pen.read(f"w{j}1", at), pen.read(f"w{j}0", at)
            sign = pen.fault("bias-dropped", at, "dropped")
            e = pen.line(at, x * w1 + (0.0 if sign else w0))
            at = f"f{j}{tag}"
            skipped = pen.fault("activation-skipped", at, "all")
            f = e if skipped else sigmoid(e)
            pen.line(at, np.tanh(e) if pen.fault("wrong-parameter", at, "sigmoid<-tanh") else f, "f" + tag)
        at = f"yhat{tag}"
        f1, f2 = pen.read(f"f1{tag}", at), pen.read(f"f2{tag}", at)
        v1, v2, v0 = (pen.read(n, at) for n in ("v1", "v2", "v0"))
        if pen.fault("bias-dropped", at, "dropped"):
            v0 = 0.0
        o = pen.line(at, f1 * v1 + f2 * v2 + v0)
        at = f"L{tag}"
        half = 0.5 if pen.fault("loss-half-missing", at, "extra half") else 1.0
        L = half * (o - y) ** 2
        pen.line(at, o - y if pen.fault("square-dropped", at, "residual") else L)
        at = f"dL/dyhat{tag}"
        g = (1 if pen.fault("missing-factor-two", at) else 2) * (o - y)
        g = -g if pen.fault("residual-reversed", at) else g
        g = 2 * (o - y) ** 2 if pen.fault("residual-squared", at, "squared") else g
        g = 2 * o if pen.fault("target-not-subtracted", at) else g
        pen.line(at, g)
        self._output(pen, tag)
        for j in "12":
            self._unit_back(pen, j, tag, v[f"dL/dyhat{tag}"], x)

    def _output(self, pen, tag) -> None:
        at, g = f"dL/dv0{tag}", pen.values[f"dL/dyhat{tag}"]
        form = pen.fault("bias-gradient-scaled", at, "b", "0")
        pen.line(at, g * {"": 1.0, "b": pen.values["v0"], "0": 0.0}[form])
        for j in "12":
            at = f"dL/dv{j}{tag}"
            f = 1.0 if pen.fault("missing-input-factor", at) else pen.read(f"f{j}{tag}", at)
            f = pen.values[f"e{j}{tag}"] if pen.fault("preactivation-used", at) else f
            pen.line(at, f if pen.fault("upstream-dropped", at) else g * f)

    def _unit_back(self, pen, j, tag, g, x) -> None:
        at = f"dL/df{j}{tag}"
        v = 1.0 if pen.fault("weight-skipped", at) else pen.read(f"v{j}", at)
        d = pen.line(at, v if pen.fault("upstream-dropped", at) else g * v)
        at = f"dL/de{j}{tag}"
        e, f = pen.values[f"e{j}{tag}"], pen.values[f"f{j}{tag}"]
        from benchmarks.diagnosis.backward import slope_of

        slope = slope_of(pen, at, e, f, d, "sigmoid")
        d = pen.line(at, slope if pen.fault("upstream-dropped", at) else d * slope)
        at = f"dL/dw{j}1{tag}"
        pen.line(at, d * (1.0 if pen.fault("missing-input-factor", at) else x))
        at = f"dL/dw{j}0{tag}"
        form = pen.fault("bias-gradient-scaled", at, "b", "x", "0")
        pen.line(at, d * {"": 1.0, "b": pen.values[f"w{j}0"], "x": x, "0": 0.0}[form])
