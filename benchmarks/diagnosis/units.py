"""Published exercises on single numbers: sigmoid units, gradient descent on a parabola."""

from __future__ import annotations

import numpy as np

from benchmarks.diagnosis.backward import slope_of
from benchmarks.diagnosis.forward import sigmoid
from benchmarks.diagnosis.mlp import Net

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
            pen.line(at, f, "f" + tag)
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
        if j == "2" and pen.fault("wrong-upstream", at, f"dL/df1{tag}"):
            d = pen.values[f"dL/df1{tag}"]
        e, f = pen.values[f"e{j}{tag}"], pen.values[f"f{j}{tag}"]
        slope = slope_of(pen, at, e, f, d, "sigmoid")
        d = pen.line(at, slope if pen.fault("upstream-dropped", at) else d * slope)
        at = f"dL/dw{j}1{tag}"
        other = f"dL/de1{tag}" if j == "2" else f"dL/df1{tag}"
        delta = d
        d = pen.values[other] if pen.fault("wrong-upstream", at, other) else delta
        pen.line(at, d * (1.0 if pen.fault("missing-input-factor", at) else x))
        at = f"dL/dw{j}0{tag}"
        d = pen.values[other] if pen.fault("wrong-upstream", at, other) else delta
        form = pen.fault("bias-gradient-scaled", at, "b", "x", "0")
        pen.line(at, d * {"": 1.0, "b": pen.values[f"w{j}0"], "x": x, "0": 0.0}[form])


PARABOLA_LINES = ("L", "dL/dw", "w_new", "L_new")


def parabola(rng) -> Net:
    """Some steps of gradient descent on (k w - c)^2."""
    w, c = float(rng.integers(-3, 4)), float(rng.integers(-6, 7))
    k, lr = float(rng.integers(1, 4)), float(rng.choice([0.1, 0.05, 0.02]))
    steps = int(rng.integers(2, 4))
    if k * w == c:
        c += 1
    inner = f"{k:g}*w" if k != 1 else "w"
    text = f"title: parabola\nweights:\n  w: {w:g}\nloss: ({inner} - {c:g})**2\n"
    text += f"update: {{rule: sgd, lr: {lr:g}, steps: {steps}}}\n"
    text += "find:\n" + "".join(f"  - {line}\n" for line in PARABOLA_LINES)
    run = ParabolaRun(w, c, k, lr, steps)
    picks = dict.fromkeys(("full", "usual", "sparse", "final"), PARABOLA_LINES)
    return Net("parabola", text, run, PARABOLA_LINES, picks, {}, whole=True)


class ParabolaRun:
    """The loss, its slope at the start, the weight and the loss after some steps."""

    def __init__(self, w, c, k, lr, steps):
        self.w, self.c, self.k, self.lr, self.steps = w, c, k, lr, steps

    def __call__(self, pen) -> None:
        w = pen.given("w", self.w, "weight")
        r = self.k * w - self.c
        pen.line("L", abs(r) if pen.fault("square-dropped", "L", "absolute") else r**2)
        at = "dL/dw"
        g = (1 if pen.fault("missing-factor-two", at) else 2) * r
        if self.k != 1:
            g = g if pen.fault("missing-term-in-chain", at) else g * self.k
        g = pen.line(at, -g if pen.fault("residual-reversed", at) else g)
        w = self._descend(pen, "w_new", w, g)
        fresh = (self.k * w - self.c) ** 2
        pen.line(
            "L_new", pen.values["L"] if pen.fault("loss-before-after-step", "L_new") else fresh
        )

    def _descend(self, pen, at, w, g):
        form = pen.fault("off-by-one-step", at, "one less", "one more")
        count = self.steps + {"": 0, "one less": -1, "one more": 1}[form]
        sign = 1 if pen.fault("update-ascent", at) else -1
        form = pen.fault("learning-rate-omitted", at, "one", "twice")
        rate = {"": self.lr, "one": 1.0, "twice": self.lr**2}[form]
        for n in range(count):
            if n:
                g = 2 * self.k * (self.k * w - self.c)
            w = w + sign * rate * g
        return pen.line(at, w)
