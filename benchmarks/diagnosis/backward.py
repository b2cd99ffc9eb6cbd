"""The backward pass by plain formulas, with the mistakes that can be made in it."""

from __future__ import annotations

import numpy as np

from benchmarks.diagnosis.forward import ACTIVATIONS, SLOPES, sigmoid

OTHER = {
    "sigmoid": {"tanh": lambda z, a: 1 - a**2, "relu": lambda z, a: (z > 0) * 1.0},
    "tanh": {"sigmoid": lambda z, a: a * (1 - a), "relu": lambda z, a: (z > 0) * 1.0},
    "relu": {"sigmoid": lambda z, a: a * (1 - a), "tanh": lambda z, a: 1 - a**2},
    "leaky_relu": {"sigmoid": lambda z, a: a * (1 - a), "tanh": lambda z, a: 1 - a**2},
}
SLOPES_BY_OUTPUT = {"sigmoid": lambda a: a * (1 - a), "tanh": lambda a: 1 - a**2}
PARTIAL = {
    "sigmoid": {"a": lambda a: a, "1-a": lambda a: 1 - a},
    "tanh": {
        "1-t": lambda t: 1 - t,
        "t^2": lambda t: t**2,
        "-t^2": lambda t: -(t**2),
        "1+t^2": lambda t: 1 + t**2,
    },
}


def through_activation(pen, at, names, kind, upstreams=(), by_output=True):
    """dL/dz = dL/da * f'(z), unit by unit; ``names`` are those of dL/da, z and a.

    ``by_output`` says that the student takes the slope from a, as in a(1-a), and not from z.
    """
    g, z, a = (pen.values[name] for name in names)
    form = pen.fault("wrong-upstream", at, *upstreams) if upstreams else ""
    g = pen.values[form] if form else g
    slope = slope_of(pen, at, z, a, g, kind, by_output)
    dz = g * slope
    if pen.fault("upstream-dropped", at):
        dz = SLOPES_BY_OUTPUT[kind](a) if by_output and kind in PARTIAL else SLOPES[kind](z)
    if z.ndim == 1 and z.size > 1 and pen.fault("matmul-for-elementwise", at):
        dz = np.full(z.shape, np.sum(g * slope))
    if z.ndim == 2 and z.shape[0] > 1 and pen.fault("extra-batch-mean", at):
        dz = dz / z.shape[0]
    return dz


def slope_of(pen, at, z, a, g, kind, by_output=True):
    """f'(z) as the student takes it."""
    slope = SLOPES_BY_OUTPUT[kind](a) if by_output and kind in PARTIAL else SLOPES[kind](z)
    if kind in ("relu", "leaky_relu"):
        slope = _relu_slope(pen, at, z, a, g, slope, kind)
    else:
        slope = _smooth_slope(pen, at, z, a, slope, kind)
    other = pen.fault("wrong-activation-derivative", at, *OTHER[kind])
    if other:
        slope = OTHER[kind][other](z, a)
    if pen.fault("value-for-derivative", at):
        slope = ACTIVATIONS[kind](z)
    return slope


def _relu_slope(pen, at, z, a, g, slope, kind):
    if kind == "leaky_relu":
        if pen.fault("missing-activation-derivative", at):
            slope = np.ones_like(z)
        form = pen.fault("leaky-slope-wrong", at, "zero", "alpha z", "swapped")
        if form:
            low, high = {"zero": (0.0, 1.0), "alpha z": (0.01 * z, 1.0), "swapped": (1.0, 0.01)}[
                form
            ]
            slope = np.where(z > 0, high, low)
        return slope
    if pen.fault("missing-relu-mask", at):
        slope = np.ones_like(z)
    form = pen.fault("mask-from-gradient", at, "gradient only", "both")
    if form:
        slope = (g > 0) * (1.0 if form == "gradient only" else slope)
    if pen.fault("mask-inverted", at):
        slope = 1 - slope
    form = pen.fault("sign-for-step", at, "sign", "relu")
    if form:
        slope = np.sign(z) if form == "sign" else a
    return slope


def _smooth_slope(pen, at, z, a, slope, kind):
    if pen.fault("missing-activation-derivative", at):
        slope = np.ones_like(z)
    form = pen.fault("derivative-at-wrong-value", at, "z in the formula", "activated twice")
    if form == "z in the formula":
        slope = z * (1 - z) if kind == "sigmoid" else 1 - z**2
    elif form:
        slope = SLOPES[kind](a)
    form = pen.fault("partial-activation-derivative", at, *PARTIAL[kind])
    if form:
        slope = PARTIAL[kind][form](a)
    if pen.fault("local-derivative-wrong-point", at, "0"):
        slope = SLOPES[kind](0 * z)
    return slope


def weight_gradient(pen, at, names, layout, before="", upstreams=(), last=True):
    """dL/dW from dL/dz and the layer's input; ``last`` says that nothing follows from it."""
    gname, hname, Wname = names
    h, g, W = pen.read(hname, at), pen.values[gname], pen.values[Wname]
    if before and pen.fault("preactivation-used", at):
        h = pen.values[before]
    form = pen.fault("wrong-upstream", at, *upstreams) if upstreams else ""
    g = pen.values[form] if form else g
    dW = outer(g, h, layout)
    if pen.fault("missing-input-factor", at):
        dW = outer(g, np.ones_like(h), layout)
    if pen.fault("upstream-dropped", at):
        dW = outer(np.ones_like(g), h, layout)
    square = W.ndim == 2 and W.shape[0] == W.shape[1]
    if (
        W.ndim == 2
        and min(W.shape) > 1
        and (square or last)
        and pen.fault("transposed-outer-product", at)
    ):
        dW = dW.T
    if pen.fault("update-reported-as-gradient", at):
        dW = W - dW
    if ("crossed-wiring", Wname) in pen.active:
        dW = dW.T
    if last and g.ndim == 1 and g.shape == h.shape and g.size > 1:
        if pen.fault("elementwise-for-matmul", at):
            dW = g * h
        if pen.fault("dot-for-outer", at):
            dW = np.asarray(g @ h)
    if layout == "batch":
        dW = _batch_mistakes(
            pen, at, dW, lambda i: outer(g[i : i + 1], h[i : i + 1], layout), len(h)
        )
    return dW


def _batch_mistakes(pen, at, total, part, n):
    form = pen.fault("batch-not-summed", at, *map(str, range(n)))
    if form:
        total = part(int(form))
    if pen.fault("accumulate-overwritten", at):
        total = part(n - 1)
    if pen.fault("extra-batch-mean", at):
        total = total / n
    form = pen.fault("accumulate-doubled", at, *map(str, range(n)))
    if form:
        total = total + part(int(form))
    return total


def outer(g, h, layout):
    """What each weight gets: g_i h_j, laid out like W; summed over the rows of a batch."""
    if layout == "scalar":
        return g * h
    if layout == "batch":
        return h.T @ g
    return np.multiply.outer(g, h) if layout == "column" else np.multiply.outer(h, g)


def bias_gradient(pen, at, names, layout, upstreams=(), last=True):
    """dL/db: dL/dz, summed over a batch."""
    gname, hname, bname = names
    h, g, b = pen.values[hname], pen.values[gname], pen.values[bname]
    form = pen.fault("wrong-upstream", at, *upstreams) if upstreams else ""
    g = pen.values[form] if form else g
    db = g.sum(axis=0) if layout == "batch" else g
    forms = ["b", "0"] + (["x"] if layout != "batch" and h.shape in ((), g.shape) else [])
    form = pen.fault("bias-gradient-scaled", at, *forms)
    if form:
        db = db * {"b": b, "0": 0 * b, "x": h if "x" in forms else 0}[form]
    if pen.fault("upstream-dropped", at):
        db = np.ones_like(db) * (len(g) if layout == "batch" else 1)
    if pen.fault("update-reported-as-gradient", at):
        db = b - db
    if layout == "batch":
        db = _batch_mistakes(pen, at, db, lambda i: g[i], len(g))
        if last and pen.fault("batch-not-summed", at, "list"):
            db = g
        if last and g.shape[1] > 1:
            form = pen.fault("sum-over-wrong-axis", at, "units", "both")
            if form:
                db = g.sum(axis=1) if form == "units" else np.full(b.shape, g.sum())
    return db


def input_gradient(pen, at, gname, Wname, layout, lr=None, upstreams=()):
    """dL/dh from dL/dz through the weights."""
    W, g = pen.read(Wname, at), pen.values[gname]
    form = pen.fault("wrong-upstream", at, *upstreams) if upstreams else ""
    g = pen.values[form] if form else g
    if lr is not None and pen.fault("updated-weights-used", at):
        W = W - lr * pen.values[f"dL/d{Wname}"]
    dh = back(g, W, layout)
    if W.ndim == 2 and W.shape[0] == W.shape[1]:
        if pen.fault("weight-not-transposed", at):
            dh = back(g, W.T, layout)
        if pen.fault("elementwise-for-matmul", at, "diagonal"):
            dh = g * np.diag(W)
    if pen.fault("weight-skipped", at):
        total = g.sum(axis=-1, keepdims=True) if g.ndim else g
        dh = g if g.shape == dh.shape else total * np.ones_like(dh)
    if pen.fault("upstream-dropped", at):
        dh = back(np.ones_like(g), W, layout)
    if W.ndim == 2 and g.shape[-1] > 1:
        dh = _fan_out(pen, at, g, W, layout, dh)
    if layout == "batch" and pen.fault("extra-batch-mean", at):
        dh = dh / len(g)
    return dh


def _fan_out(pen, at, g, W, layout, dh):
    count = g.shape[-1]

    def path(i):
        only = np.zeros_like(g)
        only[..., i] = g[..., i]
        return back(only, W, layout)

    forms = {f"only {i}": path(i) for i in range(count)}
    if count > 2:
        forms |= {f"not {i}": dh - path(i) for i in range(count)}
    form = pen.fault("fanout-path-dropped", at, *forms)
    dh = forms.get(form, dh)
    if pen.fault("accumulate-overwritten", at):
        dh = path(count - 1)
    form = pen.fault("accumulate-doubled", at, *map(str, range(count)))
    return dh + path(int(form)) if form else dh


def back(g, W, layout):
    """W transposed times g in a column, g times W transposed in a row."""
    if W.ndim < 2:
        return W * g
    return W.T @ g if layout == "column" else g @ W.T


def output_slope_on_linear(pen, at, g, o):
    """A sigmoid slope at a linear output."""
    return g * o * (1 - o) if pen.fault("wrong-activation-derivative", at, "sigmoid") else g


__all__ = [
    "bias_gradient",
    "input_gradient",
    "output_slope_on_linear",
    "sigmoid",
    "slope_of",
    "through_activation",
    "weight_gradient",
]
