"""Networks of dense layers: the problem text, and the same network by plain formulas."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from benchmarks.diagnosis import backward, forward, losses


@dataclass(frozen=True)
class Net:
    """A problem as text, and ``run(pen)``, which writes its lines in order.

    ``listed`` says what the number of a line such as f1#2 counts: examples, or steps.
    """

    title: str
    yaml: str
    run: object
    lines: tuple[str, ...]
    densities: dict[str, tuple[str, ...]]
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    whole: bool = False
    listed: str = "examples"


@dataclass(frozen=True)
class Mlp:
    """The make of a network: ``acts`` has an activation or '' for each layer but the last."""

    layout: str
    acts: tuple[str, ...]
    out: str
    loss: str
    givens: dict
    logits: bool = False
    short: bool = True
    lam: float = 0.0
    lr: float = 0.0
    after: bool = False
    by_output: bool = True
    letter: str = "h"
    biases: tuple[bool, ...] = ()

    @property
    def depth(self) -> int:
        return len(self.acts) + 1

    @property
    def x(self) -> str:
        return "X" if self.layout == "batch" else "x"

    @property
    def y(self) -> str:
        return "Y" if self.layout == "batch" else "y"

    @property
    def o(self) -> str:
        return "p" if self.out else "yhat"

    def z(self, k: int) -> str:
        """What layer k has before its activation."""
        return f"z{k}" if k < self.depth or self.out else "yhat"

    def h(self, k: int) -> str:
        """What layer k gives on."""
        if k == 0:
            return self.x
        if k == self.depth:
            return self.o
        return f"{self.letter}{k}" if self.acts[k - 1] else f"z{k}"

    def b(self, k: int) -> str:
        return f"b{k}" if self.biases[k - 1] else ""

    @property
    def weights(self) -> list[str]:
        both = [(f"W{k}", self.b(k)) for k in range(1, self.depth + 1)]
        return [name for pair in both for name in pair if name]

    # -- the run -----------------------------------------------------------------------------

    def __call__(self, pen) -> None:
        pen.given(self.x, self.givens[self.x], "data")
        pen.given(self.y, self.givens[self.y], "target")
        for name in self.weights:
            kind, crossed = "weight" if name[0] == "W" else "bias", not (self.lam or self.lr)
            pen.given(name, self.givens[name], kind, crossed)
        self._forward(pen)
        self._backward(pen)
        if self.lr:
            self._update(pen)

    def _forward(self, pen) -> None:
        for k in range(1, self.depth + 1):
            before = self.z(k - 1) if k > 1 and self.acts[k - 2] else ""
            z, h = self.z(k), self.h(k)
            names = (self.h(k - 1), f"W{k}", self.b(k))
            pen.line(
                z, forward.affine(pen, z, *names, self.layout, before), "" if h != z else "data"
            )
            if k < self.depth and self.acts[k - 1]:
                pen.line(h, forward.activate(pen, h, z, self.acts[k - 1]), "data")
        if self.out == "softmax":
            pen.line("p", forward.softmax(pen, "p", self.z(k)))
        elif self.out:
            pen.line("p", forward.activate(pen, "p", self.z(k), self.out))
        L = losses.loss_value(pen, "L", self.o, self.y, self.loss)
        if self.lam:
            L = L + self.lam / 2 * sum(
                np.sum(pen.values[n] ** 2) for n in self.weights if n[0] == "W"
            )
        pen.line("L", L)

    def _backward(self, pen) -> None:
        top = self.depth
        if self.out and self.short and self.loss in ("bce", "ce"):
            at = f"dL/dz{top}"
            pen.line(at, losses.short_slope(pen, at, self.o, self.y, self.loss))
        else:
            at = f"dL/d{self.o}"
            g = losses.loss_slope(pen, at, self.o, self.y, self.loss)
            if not self.out:
                g = backward.output_slope_on_linear(pen, at, g, pen.values[self.o])
            pen.line(at, g)
            if self.out == "softmax":
                dz, n = f"dL/dz{top}", losses.share("ce", pen.values["p"])
                pen.line(dz, losses.softmax_slope(pen, dz, at, "p", n))
            elif self.out:
                dz = f"dL/dz{top}"
                names = (at, self.z(top), "p")
                g = backward.through_activation(pen, dz, names, self.out, (), self.by_output)
                pen.line(dz, g)
        for k in range(top, 0, -1):
            self._layer_back(pen, k)

    def _layer_back(self, pen, k: int) -> None:
        g, lower = f"dL/d{self.z(k)}", self.h(k - 1)
        others = self._upstreams(pen, k)
        before = self.z(k - 1) if k > 1 and self.acts[k - 2] else ""
        W, b, last = f"W{k}", self.b(k), not self.lr
        at = f"dL/d{W}"
        dW = backward.weight_gradient(pen, at, (g, lower, W), self.layout, before, others, last)
        pen.line(at, self._decay(pen, at, dW, W), "dweight")
        if b:
            at = f"dL/d{b}"
            db = backward.bias_gradient(pen, at, (g, lower, b), self.layout, others, last)
            if self.lam and pen.fault("reg-on-bias", at):
                db = db + self.lam * pen.values[b]
            pen.line(at, db, "dbias")
        if k > 1:
            at = f"dL/d{lower}"
            skip = (
                [f"dL/d{self.h(k)}"]
                if f"dL/d{self.h(k)}" in pen.values and self.h(k) != self.z(k)
                else []
            )
            lr = self.lr or None
            dh = backward.input_gradient(pen, at, g, W, self.layout, lr, tuple(skip))
            pen.line(at, dh)
            if self.acts[k - 2]:
                at = f"dL/d{self.z(k - 1)}"
                act = self.acts[k - 2]
                names = (f"dL/d{lower}", self.z(k - 1), lower)
                later = self._same_shape(pen, f"dL/d{lower}", k)
                dz = backward.through_activation(pen, at, names, act, later, self.by_output)
                pen.line(at, dz)

    def _upstreams(self, pen, k: int) -> tuple[str, ...]:
        """Gradients of the same shape that may be taken for dL/dz of layer k."""
        g = f"dL/d{self.z(k)}"
        own = f"dL/d{self.h(k)}"
        own = (own,) if own != g and own in pen.values else ()
        return own + self._same_shape(pen, g, k + 1)

    def _same_shape(self, pen, g: str, lowest: int) -> tuple[str, ...]:
        """The deltas of the layers from ``lowest`` on that have the shape of a gradient."""
        deltas = [f"dL/d{self.z(j)}" for j in range(lowest, self.depth + 1)]
        known = [d for d in deltas if d != g and d in pen.values]
        return tuple(d for d in known if pen.values[d].shape == pen.values[g].shape)

    def _decay(self, pen, at, dW, W) -> np.ndarray:
        if not self.lam:
            return dW
        lam = self.lam
        if pen.fault("reg-gradient-missing", at):
            lam = 0.0
        form = pen.fault("reg-factor-two", at, "double", "half")
        lam = {"": lam, "double": 2 * lam, "half": lam / 2}[form]
        n = len(self.givens[self.x]) if self.layout == "batch" else 1
        form = pen.fault("reg-scale-mismatch", at, "minus", *(["over N"] if n > 1 else []))
        lam = {"": lam, "minus": -lam, "over N": lam / n}[form]
        return dW + lam * pen.values[W]

    def _update(self, pen) -> None:
        for name in self.weights:
            at = f"{name}_new"
            w, g = pen.read(name, at), pen.read(f"dL/d{name}", at)
            step = self.lr * g
            form = pen.fault("learning-rate-omitted", at, "one", "twice")
            step = {"": step, "one": g, "twice": self.lr * step}[form]
            pen.line(at, w + step if pen.fault("update-ascent", at) else w - step)
        if self.after:
            L = pen.values["L"]
            fresh = self._loss_after(pen)
            pen.line("L_new", L if pen.fault("loss-before-after-step", "L_new") else fresh)

    def _loss_after(self, pen):
        """The loss at the new weights."""
        h = pen.values[self.x]
        for k in range(1, self.depth + 1):
            h = forward.product(h, pen.values[f"W{k}_new"], self.layout)
            h = h + (pen.values[f"{self.b(k)}_new"] if self.b(k) else 0.0)
            if k < self.depth and self.acts[k - 1]:
                h = forward.ACTIVATIONS[self.acts[k - 1]](h)
        return losses.plain_value(self.loss, h, pen.values[self.y])


def densities(net: Mlp, lines: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Which lines are handed in on a full, usual, sparse or final sheet."""
    seen = [n for n in lines if not (net.logits and n == "p")]
    out = f"z{net.depth}" if net.logits else net.o
    hidden = [net.h(k) for k in range(1, net.depth)]
    grads = [f"dL/d{name}" for name in net.weights]
    new = [n for n in lines if n.endswith("_new")]
    inner = {f"dL/d{h}" for h in hidden} - {f"dL/dz{k}" for k in range(1, net.depth)}
    spare = inner | ({f"z{net.depth}"} if net.out and not net.logits else set())
    spare |= {f"dL/d{net.o}"} if net.out else set()
    picks = {
        "full": set(seen),
        "usual": set(seen) - spare,
        "sparse": {*hidden, out, "L", *(g for g in grads if g[4] == "W"), *new},
        "final": {"L", *grads, *new},
    }
    return {name: tuple(n for n in seen if n in wanted) for name, wanted in picks.items()}
