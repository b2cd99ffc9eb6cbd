"""Forward and backward passes of two networks, against NumPy by hand and other libraries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import others
from timing import Row, in_turns

from backpropcli.evaluate.floats import Machine
from backpropcli.problem.load import problem_from_text
from backpropcli.program import build_program

Values = dict[str, Any]


class Net(NamedTuple):
    """A perceptron with relu between its layers, and how it is compared."""

    what: str
    batch: int
    layers: tuple[int, ...]
    loss: str
    by_hand: Callable[[Values], Values]
    goals: dict[str, float]
    rounds: int
    calls: int
    single: bool


def half_squares_by_hand(v: Values) -> Values:
    """2-3-3-1 with half the sum of squares."""
    z1 = v["X"] @ v["W1"] + v["b1"]
    h1 = np.maximum(z1, 0.0)
    z2 = h1 @ v["W2"] + v["b2"]
    h2 = np.maximum(z2, 0.0)
    z3 = h2 @ v["W3"] + v["b3"]
    residual = z3 - v["y"]
    loss = (residual * residual).sum() / 2
    return _backward(v, (z1, h1, z2, h2), loss, residual)


def cross_entropy_by_hand(v: Values) -> Values:
    """784-512-512-10 with the mean cross-entropy of softmax."""
    z1 = v["X"] @ v["W1"] + v["b1"]
    h1 = np.maximum(z1, 0.0)
    z2 = h1 @ v["W2"] + v["b2"]
    h2 = np.maximum(z2, 0.0)
    z3 = h2 @ v["W3"] + v["b3"]
    low = z3 - z3.max(axis=1, keepdims=True)
    exps = np.exp(low)
    totals = exps.sum(axis=1, keepdims=True)
    rows = len(z3)
    loss = -(v["y"] * (low - np.log(totals))).sum() / rows
    return _backward(v, (z1, h1, z2, h2), loss, (exps / totals - v["y"]) / rows)


def _backward(v: Values, hidden: tuple[Any, ...], loss: Any, dz3: Any) -> Values:
    z1, h1, z2, h2 = hidden
    dz2 = (dz3 @ v["W3"].T) * (z2 > 0)
    dz1 = (dz2 @ v["W2"].T) * (z1 > 0)
    return {
        "L": loss,
        "dL/dW3": h2.T @ dz3,
        "dL/db3": dz3.sum(axis=0),
        "dL/dW2": h1.T @ dz2,
        "dL/db2": dz2.sum(axis=0),
        "dL/dW1": v["X"].T @ dz1,
        "dL/db1": dz1.sum(axis=0),
    }


SMALL = Net(
    "2-3-3-1, batch 3",
    3,
    (2, 3, 3, 1),
    "sum((z3 - y)**2) / 2",
    half_squares_by_hand,
    {"NumPy by hand": 2.0, "torch": 0.6},
    25,
    200,
    False,
)
LARGE = Net(
    "784-512-512-10, batch 128",
    128,
    (784, 512, 512, 10),
    "softmax_cross_entropy(z3, y)",
    cross_entropy_by_hand,
    {"NumPy by hand": 1.25},
    12,
    5,
    True,
)


def rows() -> Iterator[Row | str]:
    """The small network, then the large one."""
    for net in (SMALL, LARGE):
        yield from _compared(net)


def _compared(net: Net) -> Iterator[Row | str]:
    """Our machine, its equations built once, against each other way that is installed."""
    values = _values(net)
    machine = _machine(net, list(values))
    by_hand = net.by_hand(values)
    _agree("NumPy by hand", machine.run(values), by_hand)
    actions: dict[str, Callable[[], Any]] = {
        "ours": lambda: machine.run(values),
        "NumPy by hand": lambda: net.by_hand(values),
    }
    for other in others.KNOWN:
        try:
            action = other.start(net.loss, net.layers, values)
        except ImportError:
            yield f"{net.what}: {other.name} is not installed"
            continue
        if action is not None:
            _agree(other.name, action(), by_hand)
            actions[other.name] = action
    keep_memory()
    times = in_turns(actions, net.rounds, net.calls, net.single)
    for name in list(actions)[1:]:
        yield Row(net.what, times["ours"], name, times[name], net.goals.get(name))


def _agree(name: str, found: Values, expected: Values) -> None:
    """Stop where the compared programs do not compute the same."""
    for key in found.keys() & expected.keys():
        if not np.allclose(found[key], expected[key]):
            raise SystemExit(f"{name} computes another {key}: there is nothing to compare")


def keep_memory() -> None:
    """Let malloc keep freed memory in all programs alike.

    Whether glibc hands the memory of a pass back to the system, which makes the next pass up to
    1.6 times as slow, depends on the largest block that was freed before.
    """
    np.empty(31 << 17)


def _values(net: Net) -> Values:
    random = np.random.default_rng(0)
    inputs, outputs = net.layers[0], net.layers[-1]
    values: Values = {"X": random.standard_normal((net.batch, inputs))}
    values["y"] = np.eye(outputs)[random.integers(0, outputs, net.batch)]
    for i, (a, b) in enumerate(zip(net.layers, net.layers[1:], strict=False), 1):
        values[f"W{i}"] = random.standard_normal((a, b)) * (2 / a) ** 0.5
        values[f"b{i}"] = random.standard_normal(b) * 0.1
    return values


def _machine(net: Net, given: list[str]) -> Machine:
    weights, network, previous = "", "", "X"
    for i, (a, b) in enumerate(zip(net.layers, net.layers[1:], strict=False), 1):
        weights += f"  W{i}: {{shape: [{a}, {b}]}}\n  b{i}: {{shape: [{b}]}}\n"
        network += f"  z{i}: {previous} @ W{i} + b{i}\n"
        if i < len(net.layers) - 1:
            network += f"  h{i}: relu(z{i})\n"
        previous = f"h{i}"
    shapes = [[net.batch, net.layers[0]], [net.batch, net.layers[-1]]]
    text = (
        f"inputs:\n  X: {{shape: {shapes[0]}}}\n  y: {{shape: {shapes[1]}}}\n"
        f"weights:\n{weights}network:\n{network}loss: {net.loss}\n"
    )
    program = build_program(problem_from_text(text))
    return Machine([(e.name, e.expr) for e in program.computed], given)
