"""A convolution, relu, a pooling and a dense unit, over a sequence or an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.diagnosis.course.numbers import Numbers
from benchmarks.diagnosis.course.sheet import exercise, last_layer, text_of, through_relu
from benchmarks.diagnosis.course.windows import (
    clear,
    kernel_gradient,
    pooled,
    put_down,
    slid,
    too_far,
    turned,
    unpooled,
)
from benchmarks.diagnosis.mlp import Net
from benchmarks.diagnosis.pen import Pen

FLIP = "conv-kernel-flip"


def image_net(rng, whole: bool) -> Net:
    """A net whose numbers are fit: no ties in a pooling, no unit at its kink."""
    flat = bool(rng.random() < 0.6)
    kind = str(rng.choice(["max", "max", "avg"]))
    while True:
        run = ImageRun(_givens(Numbers(rng, whole), flat), kind, flat)
        if run.fit():
            break
    axes = "1d" if flat else "2d"
    x, k, v, m = ("x", "k", "v", "m") if flat else ("X", "K", "v", "f")
    network = {"z": f"conv{axes}({x}, {k}, b)", "h": "relu(z)", "m": f"{kind}pool{axes}(h, 2)"}
    if not flat:
        network["f"] = "flatten(m)"
    network["yhat"] = f"{m} @ {v} + c"
    given = run.givens
    parts = {
        "inputs": {name: given[name] for name in (x, "y")},
        "weights": {name: given[name] for name in (k, "b", v, "c")},
        "network": network,
    }
    title = f"conv{axes} and {kind}pool"
    text = text_of(title, parts, "loss: (yhat - y)**2 / 2")
    aliases = {} if flat else {"dL/dm": ("dL/df",), "f": ("m",), "m": ("f",)}
    return exercise(
        title,
        text,
        run,
        unasked=("f", "dL/df"),
        kept=lambda n: n in ("z", "m", "yhat", "dL/dz"),
        aliases=aliases,
        whole=whole,
    )


def _givens(draw, flat: bool) -> dict:
    if flat:
        length = int(draw.rng.choice([2, 3]))
        shapes = {"x": (length + 3,), "k": (length,), "v": (2,)}
    else:
        shapes = {"X": (5, 5), "K": (2, 2), "v": (4,)}
    shapes |= {"b": (), "c": (), "y": ()}
    return {name: draw.array(*shape) for name, shape in shapes.items()}


@dataclass(frozen=True)
class ImageRun:
    """Its lines; a sequence is worked out as an image with one row."""

    givens: dict
    kind: str
    flat: bool

    @property
    def size(self) -> tuple[int, int]:
        """The window of the pooling."""
        return (1, 2) if self.flat else (2, 2)

    def fit(self) -> bool:
        """No ties, no kinks, an output that is felt."""
        pen = Pen()
        self(pen)
        z, h = (self.wide(pen.values[name]) for name in "zh")
        far = bool(np.all(abs(z) > 1e-9) and abs(pen.values["dL/dyhat"]) > 0.05)
        return far and (self.kind == "avg" or clear(h, self.size) or bool(np.all(pooled(
            h, self.size, "max") > 0)))  # fmt: skip

    def wide(self, value):
        """With two axes."""
        return value[None, :] if self.flat else value

    def __call__(self, pen) -> None:
        for name, value in self.givens.items():
            kind = {"x": "data", "X": "data", "y": "target", "b": "bias", "c": "bias"}
            pen.given(name, value, kind.get(name, "weight"))
        self._forward(pen)
        last_layer(pen, "m" if self.flat else "f", "row", "half")
        self._backward(pen)

    @property
    def names(self) -> tuple[str, str]:
        """What the input and the kernel are called."""
        return ("x", "k") if self.flat else ("X", "K")

    def _forward(self, pen) -> None:
        x, K = (self.wide(pen.values[n]) for n in self.names)
        b = pen.values["b"]
        if pen.fault(FLIP, "z", "forward", "throughout"):
            K = turned(K)
        form = pen.fault("conv-offset", "z", *self._starts())
        x = too_far(x, *STARTS[form]) if form else x
        sign = pen.fault("bias-dropped", "z", "dropped", "subtracted")
        b = {"": b, "dropped": 0 * b, "subtracted": -b}[sign]
        z = pen.line("z", self.thin(slid(x, K, b)))
        h = z if pen.fault("activation-skipped", "h", "all") else np.maximum(z, 0)
        h = pen.line("h", h)
        m = pen.line("m", self.thin(pooled(self.wide(h), self.size, self.kind)), "data")
        if not self.flat:
            pen.line("f", m.reshape(-1), "data")

    def _starts(self) -> tuple[str, ...]:
        return ("right",) if self.flat else tuple(STARTS)

    def thin(self, value):
        """Back to one axis."""
        return value[0] if self.flat else value

    def _backward(self, pen) -> None:
        if not self.flat:
            pen.line("dL/dm", pen.values["dL/df"].reshape(pen.values["m"].shape))
        pen.line("dL/dh", self.thin(self._pool_back(pen, "dL/dh")))
        pen.line("dL/dz", through_relu(pen, "dL/dz", "dL/dh", "z", "h"))
        x, k = self.names
        throughout = pen.active.get((FLIP, "z")) == "throughout"
        pen.line(f"dL/d{k}", self.thin(self._kernel_back(pen, f"dL/d{k}", throughout)))
        pen.line("dL/db", self.thin_bias(pen, "dL/db"))
        pen.line(f"dL/d{x}", self.thin(self._input_back(pen, f"dL/d{x}", throughout)))

    def _pool_back(self, pen, at):
        h, g = self.wide(pen.values["h"]), self.wide(pen.values["dL/dm"])
        if self.kind == "max":
            single = ("smallest",) if clear(h, self.size) else ()
            form = pen.fault("maxpool-spread", at, "shares", "full", *single)
            return unpooled(h, g, self.size, form or "largest")
        single = ("largest",) if clear(h, self.size) else ()
        form = pen.fault("avgpool-undivided", at, "full", *single)
        return unpooled(h, g, self.size, form or "shares")

    def _kernel_back(self, pen, at, throughout):
        x, K = (self.wide(pen.values[n]) for n in self.names)
        g = self.wide(pen.values["dL/dz"])
        form = pen.fault("conv-offset", at, *self._starts())
        x = too_far(x, *STARTS[form]) if form else x
        dK = kernel_gradient(x, g, K)
        if pen.fault("conv-spatial-mean", at, "mean"):
            dK = dK / g.size
        return turned(dK) if throughout else dK

    def thin_bias(self, pen, at):
        """The sum of dL/dz over the positions."""
        g = pen.values["dL/dz"]
        form = pen.fault("conv-spatial-mean", at, "mean", "kept apart")
        return {"": g.sum(), "mean": g.sum() / g.size, "kept apart": g}[form]

    def _input_back(self, pen, at, throughout):
        x, K = (self.wide(pen.values[n]) for n in self.names)
        g = self.wide(pen.values["dL/dz"])
        K = turned(K) if throughout else K
        inside = all(a >= b for a, b in zip(g.shape, K.shape, strict=True))
        forms = ["not turned"] + ["quarter"] * (not self.flat)
        forms += ["inside", "inside turned"] * inside
        form = pen.fault("conv-input-grad-not-flipped", at, *forms)
        if form.startswith("inside"):
            return slid(g, turned(K) if form == "inside turned" else K)
        if form:
            K = turned(K) if form == "not turned" else np.rot90(K)
        return put_down(x, g, K)


STARTS = {"right": (0, 1), "down": (1, 0), "all": (1, 1)}
