"""The same networks in torch, HIPS autograd and micrograd; each builds its graph in each pass.

A program is made by a function of the loss, the sizes of the layers and the values; it raises
``ImportError`` where the library is missing, and gives None where the library cannot do this
network in a time worth waiting for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Values = dict[str, Any]
Action = Callable[[], Values] | None
LARGEST_SCALARS = 100  # numbers in a batch that a graph of scalars is asked to take


class Other(NamedTuple):
    """Another library, and how its pass is made."""

    name: str
    start: Callable[[str, tuple[int, ...], Values], Action]


def _torch(loss: str, layers: tuple[int, ...], values: Values) -> Action:
    import torch

    torch.set_num_threads(1)
    tensors = {k: torch.tensor(v, requires_grad=k[0] in "Wb") for k, v in values.items()}
    learned = [name for name in tensors if name[0] in "Wb"]
    x, y = tensors["X"], tensors["y"]

    def run() -> Values:
        for name in learned:
            tensors[name].grad = None
        h = x
        for i in range(1, len(layers)):
            h = h @ tensors[f"W{i}"] + tensors[f"b{i}"]
            if i < len(layers) - 1:
                h = torch.relu(h)
        if "cross_entropy" in loss:
            total = torch.nn.functional.cross_entropy(h, y)
        else:
            total = ((h - y) ** 2).sum() / 2
        total.backward()
        return {f"dL/d{name}": tensors[name].grad for name in learned}

    return run


def _autograd(loss: str, layers: tuple[int, ...], values: Values) -> Action:
    import autograd.numpy as anp
    from autograd import grad

    learned = {k: v for k, v in values.items() if k[0] in "Wb"}

    def total(weights: Values) -> Any:
        h = values["X"]
        for i in range(1, len(layers)):
            h = anp.dot(h, weights[f"W{i}"]) + weights[f"b{i}"]
            if i < len(layers) - 1:
                h = anp.maximum(h, 0.0)
        if "cross_entropy" in loss:
            low = h - anp.max(h, axis=1, keepdims=True)
            logs = low - anp.log(anp.sum(anp.exp(low), axis=1, keepdims=True))
            return -anp.sum(values["y"] * logs) / len(h)
        return anp.sum((h - values["y"]) ** 2) / 2

    backward = grad(total)

    def run() -> Values:
        return {f"dL/d{name}": value for name, value in backward(learned).items()}

    return run


def _micrograd(loss: str, layers: tuple[int, ...], values: Values) -> Action:
    from micrograd.engine import Value
    from micrograd.nn import MLP

    if values["X"].size > LARGEST_SCALARS:
        return None
    net = MLP(layers[0], list(layers[1:]))
    for i, layer in enumerate(net.layers, 1):
        for j, neuron in enumerate(layer.neurons):
            neuron.w = [Value(float(w)) for w in values[f"W{i}"][:, j]]
            neuron.b = Value(float(values[f"b{i}"][j]))
    rows = values["X"].tolist()
    targets = values["y"][:, 0].tolist()

    def run() -> Values:
        net.zero_grad()
        total = Value(0.0)
        for row, target in zip(rows, targets, strict=True):
            total = total + (net(row) - target) ** 2
        total = total / 2
        total.backward()
        return {"L": total.data, "dL/db3": [n.b.grad for n in net.layers[-1].neurons]}

    return run


KNOWN = (Other("torch", _torch), Other("micrograd", _micrograd), Other("HIPS autograd", _autograd))
