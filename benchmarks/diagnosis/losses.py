"""Losses and their derivatives by plain formulas, with the mistakes that can be made in them.

A loss is one of 'half' (1/2 sum of squares), 'halfmean' (that over N), 'square' (sum of squares),
'mse' (mean over all entries), 'bce' (mean over all entries) and 'ce' (mean over the rows).
"""

from __future__ import annotations

import numpy as np

MEANS = ("halfmean", "mse", "bce", "ce")
SQUARES = ("half", "halfmean", "square", "mse")


def share(kind, o):
    """What the sum over the entries is divided by, apart from a 1/2."""
    n = o.shape[0] if o.ndim == 2 else 1
    return {"halfmean": n, "ce": n, "mse": o.size, "bce": o.size}.get(kind, 1)


def counts(kind, o):
    """The factors that can be forgotten or added: samples, outputs, both."""
    n, c = o.shape if o.ndim == 2 else (1, o.size)
    per = {"halfmean": {"samples": n}, "ce": {"samples": n}}
    sizes = per.get(kind, {"samples": n, "outputs": c, "both": n * c})
    return {axis: f for axis, f in sizes.items() if f > 1 and not (axis == "both" and 1 in (n, c))}


def other_loss(pen, kind, o):
    """By what another loss would be larger, if the whole sheet follows another loss."""
    factors = {}
    if kind in ("half", "halfmean"):
        factors["without the half"] = 2.0
    if kind in ("square", "mse"):
        factors["with a half"] = 0.5
    for axis, count in counts(kind, o).items():
        factors[f"over {axis}"] = float(count) if kind in MEANS else 1 / count
    form = pen.fault("different-loss", "L", *factors) if factors else ""
    return factors.get(form, 1.0)


def loss_value(pen, at, oname, yname, kind):
    """L, without any penalty."""
    o, y = pen.values[oname], pen.read(yname, at)
    with np.errstate(invalid="ignore", divide="ignore"):
        L = plain_value(kind, o, y) * other_loss(pen, kind, o)
        return _value_mistakes(pen, at, kind, o, y, L)


def plain_value(kind, o, y):
    if kind in ("half", "halfmean"):
        return np.sum((o - y) ** 2) / 2 / share(kind, o)
    if kind in ("square", "mse"):
        return np.sum((o - y) ** 2) / share(kind, o)
    if kind == "bce":
        return -np.mean(y * np.log(o) + (1 - y) * np.log(1 - o))
    return -np.sum(y * np.log(o)) / share(kind, o)


def _value_mistakes(pen, at, kind, o, y, L):
    if kind in ("half", "halfmean") and pen.fault("loss-half-missing", at, "no half"):
        L = L * 2
    if kind in ("square", "mse") and pen.fault("loss-half-missing", at, "extra half"):
        L = L / 2
    sizes = counts(kind, o)
    if sizes:
        form = pen.fault("loss-mean-vs-sum", at, *sizes)
        if form:
            L = L * sizes[form] if kind in MEANS else L / sizes[form]
    if kind in SQUARES:
        c = (0.5 if "half" in kind else 1.0) / share(kind, o)
        form = pen.fault("square-dropped", at, "residual", "absolute", "root")
        if form:
            r = o - y
            L = {"residual": c * np.sum(r), "absolute": c * np.sum(abs(r)), "root": np.sqrt(L)}[
                form
            ]
        if o.ndim == 2 and o.shape[1] == 1 and pen.fault("broadcast-all-pairs", at):
            L = c * np.sum((o - y.T) ** 2)
    else:
        form = pen.fault("log-base", at, "10", "2")
        L = L / np.log(float(form)) if form else L
        L = -L if pen.fault("loss-sign-missing", at) else L
    if kind == "bce" and pen.fault("bce-term-dropped", at):
        L = -np.mean(y * np.log(o))
    return L


def loss_slope(pen, at, oname, yname, kind):
    """dL/d(output): of a squared loss, of bce, of cross-entropy."""
    o, y = pen.values[oname], pen.read(yname, at)
    n = share(kind, o)
    if kind in SQUARES:
        k = (1.0 if "half" in kind else 2.0) / n
        g = _square_slope(pen, at, o, y, k, kind)
    elif kind == "bce":
        g = (-y / o + (1 - y) / (1 - o)) / n
        if pen.fault("bce-term-dropped", at):
            g = -y / o / n
    else:
        g = -y / o / n
    g = g * other_loss(pen, kind, o)
    return common(pen, at, g, kind, o)


def common(pen, at, g, kind, o):
    """The mistakes in sign and scale that every loss derivative allows."""
    if pen.fault("residual-reversed", at):
        g = -g
    sizes = counts(kind, o) if kind in MEANS else {}
    if sizes:
        form = pen.fault("missing-batch-mean", at, *sizes)
        g = g * sizes.get(form, 1)
    again = counts(kind, o) or ({"samples": len(o)} if o.ndim == 2 else {})
    if again:
        form = pen.fault("extra-batch-mean", at, *again)
        g = g / again.get(form, 1)
    return g


def _square_slope(pen, at, o, y, k, kind):
    g = k * (o - y)
    if "half" in kind and pen.fault("square-factor-kept", at):
        g = 2 * g
    if "half" not in kind and pen.fault("missing-factor-two", at):
        g = g / 2
    forms = ["squared", "absolute"] + (["loss itself"] if o.ndim == 0 else [])
    form = pen.fault("residual-squared", at, *forms)
    if form == "squared":
        g = k * (o - y) ** 2
    elif form == "absolute":
        g = k * np.sign(o - y)
    elif form:
        g = pen.values["L"]
    if pen.fault("target-not-subtracted", at):
        g = k * o
    return g


def short_slope(pen, at, pname, yname, kind):
    """dL/dz = p - y, the short way for sigmoid with bce and softmax with cross-entropy."""
    p, y = pen.values[pname], pen.read(yname, at)
    n = share(kind, p)
    g = (p - y) / n
    if kind == "bce":
        if pen.fault("target-not-subtracted", at):
            g = p / n
        if pen.fault("softmax-derivative-doubled", at, "p(1-p)"):
            g = g * p * (1 - p)
    else:
        g = _softmax_mistakes(pen, at, p, y, n, g)
    g = g * other_loss(pen, kind, p)
    return common(pen, at, g, kind, p)


def _softmax_mistakes(pen, at, p, y, n, g):
    form = pen.fault("softmax-derivative-doubled", at, "p(1-p)", "jacobian")
    if form == "p(1-p)":
        g = g * p * (1 - p)
    elif form:
        g = p * (g - np.sum(g * p, axis=-1, keepdims=True))
    form = pen.fault("softmax-target-not-subtracted", at, "p", "p-1")
    if form:
        g = (p if form == "p" else p - 1) / n
    if pen.fault("softmax-diagonal-only", at):
        g = -y * (1 - p) / n
    if pen.fault("ce-stops-at-probability", at):
        g = -y / p / n
    return g


def softmax_slope(pen, at, gname, pname, n):
    """dL/dz from dL/dp through the softmax."""
    g, p = pen.values[gname], pen.values[pname]
    dz = p * (g - np.sum(g * p, axis=-1, keepdims=True))
    form = pen.fault("softmax-derivative-doubled", at, "p(1-p)")
    if form:
        dz = dz * p * (1 - p)
    form = pen.fault("softmax-target-not-subtracted", at, "p", "p-1")
    if form:
        dz = (p if form == "p" else p - 1) / n
    if pen.fault("softmax-diagonal-only", at):
        dz = p * (1 - p) * g
    if pen.fault("ce-stops-at-probability", at):
        dz = g
    if p.ndim == 2 and pen.fault("extra-batch-mean", at):
        dz = dz / p.shape[0]
    return dz
