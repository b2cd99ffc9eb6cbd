"""Two steps of an optimizer on a linear unit, with all that the rule keeps beside the weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.diagnosis import backward, forward, losses
from benchmarks.diagnosis.course.numbers import Numbers
from benchmarks.diagnosis.course.sheet import exercise, text_of
from benchmarks.diagnosis.mlp import Net
from benchmarks.diagnosis.paper import Unwritable
from benchmarks.diagnosis.pen import Pen

STEPS = (1, 2)
SLIP, DECAY = "optimizer-state-slip", "weight-decay-slip"
EPS = 1e-8
RULES = ("adam", "adam", "momentum", "momentum", "sgd")


def update_net(rng, whole: bool) -> Net:
    """Adam, momentum or plain descent, the last always with weight decay, the others seldom."""
    rule = str(rng.choice(RULES))
    draw = Numbers(rng, False)
    decay = float(rng.choice([0.1, 0.2, 0.5])) if rule == "sgd" or rng.random() < 0.3 else 0.0
    while True:
        given = {"x": draw.array(2), "y": draw.array(), "w": draw.array(2)}
        run = UpdateRun(given, rule, float(rng.choice([0.1, 0.2, 0.5])), decay)
        if run.fit():
            break
    settings = {"rule": rule, "lr": f"{run.lr:g}", **SETTINGS[rule]}
    settings |= {"weight_decay": f"{decay:g}"} if decay else {}
    inside = ", ".join(f"{name}: {value}" for name, value in settings.items())
    parts = {
        "inputs": {"x": given["x"], "y": given["y"]},
        "weights": {"w": given["w"]},
        "network": {"yhat": "w @ x"},
    }
    more = ("loss: (yhat - y)**2 / 2", f"update: {{{inside}, steps: 2}}")
    text = text_of(f"{rule} with decay" if decay else rule, parts, *more)
    return exercise(rule, text, run, kept=lambda n: n.startswith("dL/dw"), listed="steps")


SETTINGS = {
    "adam": {"beta1": "0.9", "beta2": "0.99"},
    "momentum": {"mu": "0.9"},
    "sgd": {},
}


@dataclass(frozen=True)
class UpdateRun:
    """The lines of both steps."""

    givens: dict
    rule: str
    lr: float
    decay: float

    def fit(self) -> bool:
        """A loss that is felt in both steps, and gradients that differ."""
        pen = Pen()
        self(pen)
        one, two = (pen.values[f"dL/dw#{n}"] for n in STEPS)
        sizes = np.min(abs(np.stack([one, two])))
        return bool(sizes > 0.05 and np.max(abs(two)) < 50 and np.min(abs(one - two)) > 0.05)

    def __call__(self, pen) -> None:
        for name, value in self.givens.items():
            pen.given(name, value, {"x": "data", "y": "target"}.get(name, "weight"))
        w, kept = "w", {"m": np.zeros(2), "v": np.zeros(2)}
        for n in STEPS:
            g = self._gradient(pen, w, f"#{n}")
            g = self._with_decay(pen, g, w, n)
            old = pen.values[w]
            {"adam": self._adam, "momentum": self._momentum, "sgd": self._plain}[self.rule](
                pen, old, g, kept, n
            )
            w = f"w_new#{n}"

    def _gradient(self, pen, w, tag):
        at = f"yhat{tag}"
        yhat = pen.line(at, forward.product(pen.values["x"], pen.values[w], "row"))
        pen.line(f"L{tag}", losses.plain_value("half", yhat, pen.values["y"]))
        at = f"dL/dyhat{tag}"
        r = yhat - pen.values["y"]
        pen.line(at, -r if pen.fault("residual-reversed", at) else r)
        at = f"dL/dw{tag}"
        names = (f"dL/dyhat{tag}", "x", w)
        return pen.line(at, backward.weight_gradient(pen, at, names, "row", last=False))

    def _with_decay(self, pen, g, w, n):
        """The decay as a part of the gradient."""
        if not self.decay:
            return g
        at = f"w_g#{n}"
        form = pen.fault(DECAY, at, "none", "sign", "half", "twice")
        share = {"": 1, "none": 0, "sign": -1, "half": 0.5, "twice": 2}[form]
        return pen.line(at, g + share * self.decay * pen.values[w])

    def _momentum(self, pen, w, g, kept, n) -> None:
        """v = mu v + lr g, w - v; in the other form v = mu v + g, w - lr v."""
        at, v = f"w_v#{n}", kept["v"]
        forms = ("lost", "undamped", "shares") if n > 1 else ("other form",)
        form = pen.fault(SLIP, at, "sign", "weight", *forms)
        other = pen.active.get((SLIP, "w_v#1")) == "other form"
        mu = {"lost": 0.0, "undamped": 1.0, "shares": 0.1}.get(form, 0.9)
        new = {"sign": -g, "weight": w}.get(form, g)
        kept["v"] = pen.line(at, mu * v + (new if other else self._step(pen, at, new)))
        at = f"w_new#{n}"
        alone = n > 1 and pen.fault(SLIP, at, "gradient alone")
        step = self.lr * g if alone else kept["v"] * (self.lr if other else 1)
        pen.line(at, self._moved(pen, at, w, step))

    def _plain(self, pen, w, g, kept, n) -> None:
        at = f"w_new#{n}"
        pen.line(at, self._moved(pen, at, w, self._step(pen, at, g)))

    def _step(self, pen, at, value):
        """The learning rate times something."""
        form = pen.fault("learning-rate-omitted", at, "one", "twice")
        return value * {"": self.lr, "one": 1.0, "twice": self.lr**2}[form]

    @staticmethod
    def _moved(pen, at, w, step):
        """w - step."""
        return w + step if pen.fault("update-ascent", at) else w - step

    def _adam(self, pen, w, g, kept, n) -> None:
        for name, share, new in (("m", 0.9, g), ("v", 0.99, g * g)):
            kept[name] = self._average(pen, name, share, new, (w, g, kept[name]), n)
        hats = [self._corrected(pen, name, kept[name], n) for name in "mv"]
        at = f"w_new#{n}"
        form = pen.fault(SLIP, at, "no root", "uncorrected")
        m, v = (kept["m"], kept["v"]) if form == "uncorrected" else hats
        if np.any(v == 0):
            raise Unwritable("an average of squares that is rounded to nothing")
        root = v if form == "no root" else np.sqrt(abs(v))
        pen.line(at, self._moved(pen, at, w, self._step(pen, at, m / (root + EPS))))

    @staticmethod
    def _average(pen, name, share, new, seen, n):
        """share * old + (1 - share) * new, of the gradient or of its square."""
        at, (w, g, old) = f"w_{name}#{n}", seen
        forms = ["whole", "weight", "shares"]
        forms += ["sign"] if name == "m" else ["square"]
        forms += ["lost", "undamped"] if n > 1 else []
        form = pen.fault(SLIP, at, *forms)
        if form == "weight":
            new = w if name == "m" else w * w
        new = {"sign": -new, "square": g}.get(form, new)
        one, two = {
            "lost": (0.0, 1 - share),
            "undamped": (1.0, 1 - share),
            "shares": (1 - share, share),
            "whole": (share, 1.0),
        }.get(form, (share, 1 - share))
        return pen.line(at, one * old + two * new)

    @staticmethod
    def _corrected(pen, name, value, n):
        """The average divided by 1 - beta**t."""
        at, share = f"w_{name}hat#{n}", {"m": 0.9, "v": 0.99}[name]
        forms = ("uncorrected", "product", *(("no exponent",) if n > 1 else ()))
        form = pen.fault(SLIP, at, *forms)
        rest = 1 - share if form == "no exponent" else 1 - share**n
        if form == "uncorrected":
            return pen.line(at, value)
        return pen.line(at, value * rest if form == "product" else value / rest)
