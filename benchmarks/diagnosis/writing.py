"""A problem as YAML text."""

from __future__ import annotations

import numpy as np

from benchmarks.diagnosis.mlp import Mlp


def number(value: float) -> str:
    """A given number as it stands in the problem."""
    return f"{value:g}"


def array(value) -> str:
    """A given array in YAML's flow style."""
    value = np.asarray(value)
    if value.ndim == 0:
        return number(float(value))
    return "[" + ", ".join(array(part) for part in value) + "]"


def problem(net: Mlp, title: str, names=()) -> str:
    """The problem file of a network of dense layers."""
    lines = [f"title: {title}", "inputs:"]
    lines += [f"  {name}: {array(net.givens[name])}" for name in (net.x, net.y)]
    if net.lam:
        lines.append(f"  lam: {number(net.lam)}")
    lines.append("weights:")
    lines += [f"  {name}: {array(net.givens[name])}" for name in net.weights]
    lines.append("network:")
    for k in range(1, net.depth + 1):
        bias = f" + {net.b(k)}" if net.b(k) else ""
        lines.append(f"  {net.z(k)}: {_product(net, k)}{bias}")
        if k < net.depth and net.acts[k - 1]:
            lines.append(f"  {net.h(k)}: {net.acts[k - 1]}({net.z(k)})")
    if net.out and not net.logits:
        lines.append(f"  p: {net.out}({net.z(net.depth)})")
    lines.append(f"loss: {_loss(net)}")
    if net.lr:
        lines.append(f"update: {{rule: sgd, lr: {number(net.lr)}}}")
    if net.after:
        lines += ["find:", *(f"  - {name}" for name in names)]
    return "\n".join(lines) + "\n"


def _product(net: Mlp, k: int) -> str:
    W, h = f"W{k}", net.h(k - 1)
    if net.layout == "scalar":
        return f"{W}*{h}"
    return f"{W} @ {h}" if net.layout == "column" else f"{h} @ {W}"


def _loss(net: Mlp) -> str:
    o, y = net.o, net.y
    single = np.ndim(net.givens[y]) == 0
    squares = f"({o} - {y})**2" if single else f"sum(({o} - {y})**2)"
    n = np.shape(net.givens[y])[0] if np.ndim(net.givens[y]) else 1
    text = {
        "half": f"{squares}/2",
        "halfmean": f"{squares}/{2 * n}",
        "square": squares,
        "mse": f"mse({o}, {y})",
        "bce": f"bce({o}, {y})",
        "ce": f"cross_entropy({o}, {y})",
    }[net.loss]
    if net.logits:
        text = f"softmax_cross_entropy(z{net.depth}, {y})"
    if net.lam:
        squared = " + ".join(f"sum(W{k}**2)" for k in range(1, net.depth + 1))
        text += f" + lam/2*({squared})"
    return text
