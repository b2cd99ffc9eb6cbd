"""The forward pass by plain formulas, with the mistakes that can be made in it."""

from __future__ import annotations

import numpy as np

SLOPES = {
    "relu": lambda z: (z > 0) * 1.0,
    "sigmoid": lambda z: sigmoid(z) * (1 - sigmoid(z)),
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "leaky_relu": lambda z: np.where(z > 0, 1.0, 0.01),
}
ACTIVATIONS = {
    "relu": lambda z: np.maximum(z, 0),
    "sigmoid": lambda z: sigmoid(z),
    "tanh": np.tanh,
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
}


def sigmoid(z):
    """1 / (1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


def product(h, W, layout):
    """What a layer does before the bias: W h in a column, h W in a row."""
    if layout == "scalar":
        return W * h
    return W @ h if layout == "column" else h @ W


def affine(pen, at, hname, Wname, bname, layout, before=""):
    """z = W h + b; ``before`` names the values that went into the activation that gave h."""
    h = pen.read(hname, at)
    W = pen.read(Wname, at)
    b = pen.read(bname, at) if bname else 0.0
    if before and pen.fault("preactivation-used", at):
        h = pen.values[before]
    z = product(h, W, layout)
    square = W.ndim == 2 and W.shape[0] == W.shape[1]
    if square:
        if pen.fault("weight-not-transposed", at):
            z = product(h, W.T, layout)
        if pen.fault("elementwise-for-matmul", at, "diagonal"):
            z = np.diag(W) * h
    if bname:
        sign = pen.fault("bias-dropped", at, "dropped", "subtracted")
        b = {"": b, "dropped": 0 * b, "subtracted": -b}[sign]
    return z + b


def activate(pen, at, zname, kind):
    """h = f(z)."""
    z = pen.values[zname]
    h = ACTIVATIONS[kind](z)
    forms = ["all"]
    if kind == "relu" and z.size > 1:
        forms += [",".join(map(str, i)) for i in np.ndindex(z.shape) if z[i] < 0]
    form = pen.fault("activation-skipped", at, *forms)
    if form == "all":
        h = z
    elif form:
        spot = tuple(int(part) for part in form.split(","))
        h = h.copy()
        h[spot] = z[spot]
    if pen.fault("derivative-for-value", at):
        h = SLOPES[kind](z)
    return h


def softmax(pen, at, zname):
    """p = exp(z) / sum exp(z), along the last axis."""
    z = pen.values[zname]
    e = np.exp(z)
    p = e / e.sum(axis=-1, keepdims=True)
    form = pen.fault("softmax-unnormalised", at, "exp only", "by sum z", "by max")
    if form == "exp only":
        p = e
    elif form == "by sum z":
        p = z / z.sum(axis=-1, keepdims=True)
    elif form == "by max":
        p = e / e.max(axis=-1, keepdims=True)
    if z.ndim == 2:
        form = pen.fault("softmax-wrong-axis", at, "samples", "all")
        if form:
            p = e / (e.sum(axis=0, keepdims=True) if form == "samples" else e.sum())
    if pen.fault("activation-skipped", at, "all"):
        p = z
    return p
