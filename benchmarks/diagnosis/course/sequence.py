"""A recurrent unit over three steps, and back through time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.diagnosis import backward, losses
from benchmarks.diagnosis.course.numbers import Numbers
from benchmarks.diagnosis.course.sheet import exercise, text_of
from benchmarks.diagnosis.mlp import Net
from benchmarks.diagnosis.pen import Pen

STEPS = (1, 2, 3)
CUT = "bptt-truncated"


def sequence_net(rng, whole: bool) -> Net:
    """h[t] = tanh(wx x[t] + wh h[t-1] + b) with an output at the end or at every step."""
    every = bool(rng.random() < 0.5)
    draw = Numbers(rng, False)
    while True:
        shapes = {"x": (3,), "h0": (), "d": (3,) if every else ()}
        shapes |= {"wx": (), "wh": (), "b": (), "v": ()}
        run = SequenceRun({name: draw.array(*shape) for name, shape in shapes.items()}, every)
        if run.fit():
            break
    given = run.givens
    time = {"a[t]": "wx*x[t] + wh*h[t-1] + b", "h[t]": "tanh(a[t])"}
    parts = {
        "inputs": {name: given[name] for name in ("x", "h0", "d")},
        "weights": {name: given[name] for name in ("wx", "wh", "b", "v")},
        "time": time,
    }
    loss = "sum((y[t] - d[t])**2) / 2" if every else "(y - d)**2 / 2"
    if every:
        time["y[t]"] = "v*h[t]"
    else:
        parts["network"] = {"y": "v*h[T]"}
    title = "recurrent, many outputs" if every else "recurrent, one output"
    text = text_of(title, parts, f"loss: {loss}")
    return exercise(title, text, run, kept=lambda n: n[0] in "hy" or n.startswith("dL/da"))


@dataclass(frozen=True)
class SequenceRun:
    """The lines step by step, and from the last step back."""

    givens: dict
    every: bool

    def fit(self) -> bool:
        """No saturated unit, a loss that is felt at its end and in the first step."""
        pen = Pen()
        self(pen)
        value = pen.values
        felt = min(abs(value[name]) for name in ("dL/da[1]", "dL/da[3]", "dL/dwh"))
        return bool(max(abs(value[f"a[{t}]"]) for t in STEPS) < 2.5 and felt > 0.01)

    def __call__(self, pen) -> None:
        kinds = {"x": "", "d": "target", "b": "bias", "h0": "data"}
        for name, value in self.givens.items():
            pen.given(name, value, kinds.get(name, "weight"))
        for t in STEPS:
            self._step(pen, t)
        self._loss(pen)
        for t in STEPS[::-1]:
            self._step_back(pen, t)
        self._weights(pen)

    @staticmethod
    def before(t: int) -> str:
        """The state before a step."""
        return f"h[{t - 1}]" if t > 1 else "h0"

    def _step(self, pen, t: int) -> None:
        at, x = f"a[{t}]", pen.values["x"][t - 1]
        wx, wh = pen.read("wx", at), pen.read("wh", at)
        state = pen.read(self.before(t), at)
        sign = pen.fault("bias-dropped", at, "dropped", "subtracted")
        b = {"": 1, "dropped": 0, "subtracted": -1}[sign] * pen.values["b"]
        a = pen.line(at, wx * x + wh * state + b)
        skipped = pen.fault("activation-skipped", f"h[{t}]", "all")
        pen.line(f"h[{t}]", a if skipped else np.tanh(a), "data")
        if self.every:
            at = f"y[{t}]"
            pen.line(at, pen.read("v", at) * pen.read(f"h[{t}]", at))

    def _loss(self, pen) -> None:
        d = pen.values["d"]
        if self.every:
            pen.line("L", sum((pen.values[f"y[{t}]"] - d[t - 1]) ** 2 for t in STEPS) / 2)
            for t in STEPS:
                at = f"dL/dy[{t}]"
                r = pen.values[f"y[{t}]"] - d[t - 1]
                pen.line(at, -r if pen.fault("residual-reversed", at) else r)
            return
        pen.line("y", pen.read("v", "y") * pen.read("h[3]", "y"))
        pen.line("L", losses.loss_value(pen, "L", "y", "d", "half"))
        pen.line("dL/dy", losses.loss_slope(pen, "dL/dy", "y", "d", "half"))

    def _step_back(self, pen, t: int) -> None:
        at, last = f"dL/dh[{t}]", t == STEPS[-1]
        parts = []
        if self.every or last:
            output = pen.values[f"dL/dy[{t}]" if self.every else "dL/dy"]
            parts.append(pen.read("v", at) * output)
        if not last:
            wh = 1.0 if pen.fault("weight-skipped", at) else pen.read("wh", at)
            parts.append(wh * pen.values[f"dL/da[{t + 1}]"])
        alone = len(parts) > 1 and pen.fault(CUT, at)
        only = len(parts) > 1 and pen.fault("fanout-path-dropped", at, "the next step alone")
        pen.line(at, parts[0] if alone else parts[1] if only else sum(parts))
        at = f"dL/da[{t}]"
        names = (f"dL/dh[{t}]", f"a[{t}]", f"h[{t}]")
        pen.line(at, backward.through_activation(pen, at, names, "tanh"))

    def _weights(self, pen) -> None:
        output = [f"dL/dy[{t}]" if self.every else "dL/dy" for t in STEPS]
        if self.every:
            seen = [pen.values[n] * pen.values[f"h[{t}]"] for t, n in zip(STEPS, output,
                    strict=True)]  # fmt: skip
            pen.line("dL/dv", self._added(pen, "dL/dv", seen))
        else:
            pen.line("dL/dv", pen.values["dL/dy"] * pen.read("h[3]", "dL/dv"))
        deltas = [pen.values[f"dL/da[{t}]"] for t in STEPS]
        befores = [pen.values[self.before(t)] for t in STEPS]
        if pen.fault("wrong-parameter", "dL/dwh", "the state after the step"):
            befores = [pen.values[f"h[{t}]"] for t in STEPS]
        x = pen.values["x"]
        pen.line("dL/dwx", self._added(pen, "dL/dwx", [d * x[i] for i, d in enumerate(deltas)]))
        pairs = zip(deltas, befores, strict=True)
        pen.line("dL/dwh", self._added(pen, "dL/dwh", [d * h for d, h in pairs]))
        pen.line("dL/db", self._added(pen, "dL/db", deltas))

    @staticmethod
    def _added(pen, at, parts):
        """The sum over the steps, or over the last ones."""
        form = pen.fault(CUT, at, "last 1", "last 2")
        return sum(parts[-int(form[-1]) :]) if form else sum(parts)
