"""Random networks as problem files: every gradient against central differences.

The differences come from NumPy expressions that are written beside the YAML, so no part of the
engine has a hand in them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backpropcli.problem import problem_from_text
from backpropcli.solution import solve

STEP = 1e-5
Shape = tuple[int, ...]
Array = np.ndarray[Any, Any]


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _softmax(x: Array) -> Array:
    top = np.exp(x - x.max(axis=-1, keepdims=True))
    return top / top.sum(axis=-1, keepdims=True)


def _rows(x: Array) -> int:
    return len(x) if x.ndim == 2 else 1


def _huber(a: Array, b: Array) -> Array:
    r = np.abs(a - b)
    return np.mean(np.where(r <= 1, r * r / 2, r - 0.5))


NUMPY: dict[str, Callable[..., Any]] = {
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "sigmoid": _sigmoid,
    "tanh": np.tanh,
    "softplus": lambda x: np.log1p(np.exp(x)),
    "silu": lambda x: x * _sigmoid(x),
    "sin": np.sin,
    "exp": np.exp,
    "abs": np.abs,
    "softmax": _softmax,
    "log_softmax": lambda x: np.log(_softmax(x)),
    "logsumexp": lambda x: np.log(np.sum(np.exp(x))),
    "norm": lambda x: np.sqrt(np.sum(x * x)),
    "sum": np.sum,
    "mean": np.mean,
    "max": np.max,
    "min": np.min,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "concat": lambda *parts, axis=0: np.concatenate(parts, axis=axis),
    "mse": lambda a, b: np.mean((a - b) ** 2),
    "mae": lambda a, b: np.mean(np.abs(a - b)),
    "huber": _huber,
    "bce": lambda p, y: -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)),
    "bce_with_logits": lambda z, y: np.mean(np.log1p(np.exp(z)) - y * z),
    "cross_entropy": lambda p, y: -np.sum(y * np.log(p)) / _rows(p),
    "softmax_cross_entropy": lambda z, y: -np.sum(y * np.log(_softmax(z))) / _rows(z),
    "array": lambda *parts: np.stack(parts),
    "outer": np.outer,
}
ACTIVATIONS = (
    "relu", "leaky_relu", "elu", "sigmoid", "tanh", "softplus", "silu", "sin", "softmax",
    "log_softmax",
)  # fmt: skip


class Network:
    """A random network: its YAML, and beside it the same equations for NumPy."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.start = self.rng.choice([0, 1])
        self.batch = self.rng.choice([0, 0, 2, 3])  # 0 is a single vector
        self.columns = self.rng.random() < 0.4
        self.inputs: dict[str, Array] = {}
        self.weights: dict[str, Array] = {}
        self.aliases: dict[str, str] = {}
        self.lines: list[tuple[str, str, str]] = []  # name, text, NumPy
        self.shapes: dict[str, Shape] = {}
        self.counts: dict[str, int] = {}

    def fresh(self, letter: str) -> str:
        self.counts[letter] = self.counts.get(letter, 0) + 1
        return f"{letter}{self.counts[letter]}"

    def draw(self, shape: Shape, low: float = -1.2, high: float = 1.2) -> Array:
        count = int(np.prod(shape, dtype=int))
        numbers = [round(self.rng.uniform(low, high), 3) for _ in range(count)]
        return np.array(numbers).reshape(shape)

    def given(self, letter: str, shape: Shape, **limits: float) -> str:
        name = self.fresh(letter)
        where = self.inputs if letter in "xt" else self.weights
        where[name] = self.draw(shape, **limits)
        self.shapes[name] = shape
        return name

    def let(self, text: str, code: str | None = None, name: str | None = None) -> str:
        name = name or self.fresh("h")
        self.lines.append((name, text, code or text))
        self.shapes[name] = np.shape(self.values()[name])
        return name

    def data_shape(self, features: int) -> Shape:
        if not self.batch:
            return (features,)
        return (features, self.batch) if self.columns else (self.batch, features)

    def features(self, name: str) -> int:
        return self.shapes[name][0 if self.columns else -1]

    def build(self, depth: int) -> Network:
        current = self.given("x", self.data_shape(self.rng.randint(2, 3)))
        for _ in range(depth):
            current = self.layer(current)
        self.last = current
        return self

    def layer(self, h: str) -> str:
        choices = [self.dense] * 4 + [self.activation] * 4 + [self.residual] * 2
        choices += [self.gate, self.scale, self.slice, self.join, self.center, self.rescale]
        if len(self.shapes[h]) == 1:
            choices += [self.entries]
        return self.rng.choice(choices)(h)

    def dense(self, h: str) -> str:
        size = self.features(h)
        out = self.rng.randint(2, 3)
        shape = (out, size) if self.columns else (size, out)
        same = [w for w in self.weights if self.shapes[w] == shape]
        if same and self.rng.random() < 0.9:  # used again, or shared under a second name
            weight = self.rng.choice(same)
            if self.rng.random() < 0.6:
                alias = self.fresh("V")
                self.aliases[alias] = weight
                self.shapes[alias] = shape
                weight = alias
        else:
            weight = self.given("W", shape)
        product = f"{weight} @ {h}" if self.columns else f"{h} @ {weight}"
        bias = self.rng.choice(["none", "scalar", "vector", "vector"])
        if bias == "none":
            return self.let(product)
        as_column = self.columns and self.batch
        own: Shape = () if bias == "scalar" else ((out, 1) if as_column else (out,))
        return self.let(f"{product} + {self.given('b', own)}")

    def activation(self, h: str) -> str:
        return self.let(f"{self.rng.choice(ACTIVATIONS)}({h})")

    def alike(self, h: str) -> str:
        same = [n for n in self.shapes if self.shapes[n] == self.shapes[h]]
        return self.rng.choice(same)

    def residual(self, h: str) -> str:
        op = self.rng.choice(["{} + {}", "{} - {}", "2*{} - {}/3", "maximum({}, {})", "-{} + {}"])
        return self.let(op.format(h, self.alike(h)))

    def gate(self, h: str) -> str:
        op = self.rng.choice(["{} * {}", "sigmoid({}) * {}", "{} * ({} + 1)", "{0} * {1} - {1}"])
        return self.let(op.format(h, self.alike(h)))

    def scale(self, h: str) -> str:
        weight = self.given("a", (), low=0.5, high=1.5)
        op = self.rng.choice(
            ["{w} * {h}", "{h} / {w}", "-{w} * {h}", "{h} * {w}**2", "({h} - {w})**2"]
        )
        return self.let(op.format(w=weight, h=h))

    def slice(self, h: str) -> str:
        if self.columns or len(self.shapes[h]) == 1:
            first, at = 0, self.start
            text, code = f"{h}[{at}:{at + 1}]", f"{h}[{first}:2]"
        else:
            rows = self.shapes[h][0] - 1
            text = f"{h}[{self.start}:{self.start + rows}, {self.start}:{self.start + 1}]"
            code = f"{h}[:, 0:2]"
        return self.let(text, code)

    def join(self, h: str) -> str:
        other = self.alike(h)
        axis = 0 if self.columns or len(self.shapes[h]) == 1 else 1
        return self.let(f"concat({h}, {other}, axis={axis})")

    def center(self, h: str) -> str:
        axis = "" if len(self.shapes[h]) == 1 else ", axis=0, keepdims=True"
        return self.let(f"{h} - mean({h}{axis})")

    def rescale(self, h: str) -> str:
        axis = "" if len(self.shapes[h]) == 1 else ", axis=1, keepdims=True"
        return self.let(f"{h} / (1 + sum({h}**2{axis}))")

    def entries(self, h: str) -> str:
        one, two = f"{h}[{self.start}]", f"{h}[{self.start + 1}]"
        other = self.given("a", ())
        return self.let(
            f"[{one}*{two}, {two} + {other}]", f"array({h}[0]*{h}[1], {h}[1] + {other})"
        )

    def add_loss(self) -> str:
        h, shape = self.last, self.shapes[self.last]
        kind = self.rng.choice(
            ["mse", "sse", "mae", "huber", "bce", "logits", "classes", "softmax", "norm", "lse",
             "max", "plain"]
        )  # fmt: skip
        if kind in ("mse", "mae", "huber"):
            return self.close(f"{kind}({h}, {self.given('t', shape, low=2, high=3)})")
        if kind == "sse":
            return self.close(f"sum(({self.given('t', shape)} - {h})**2) / 2")
        if kind == "bce":
            return self.close(f"bce(sigmoid({h}), {self.given('t', shape, low=0.1, high=0.9)})")
        if kind == "logits":
            return self.close(f"bce_with_logits({h}, {self.given('t', shape, low=0, high=1)})")
        if kind in ("classes", "softmax"):
            return self.by_class(kind)
        if kind == "plain":
            return self.close(f"sum({h} * {h}) + mean(exp({h}))")
        if kind == "norm":
            return self.close(f"norm({h} - {self.given('t', shape, low=2, high=3)})")
        return self.close({"lse": f"logsumexp({h})", "max": f"3 * max({h})"}[kind])

    def by_class(self, kind: str) -> str:
        h, shape = self.last, self.shapes[self.last]
        count = shape[0] if len(shape) == 2 else 1
        chosen = [self.rng.randrange(shape[-1]) for _ in range(count)]
        onehot = np.eye(shape[-1])[chosen]
        name = self.fresh("t")
        if self.rng.random() < 0.5:  # as class numbers in the file, one-hot for NumPy
            numbers = [c + self.start for c in chosen]
            self.inputs[name] = np.array(numbers if len(shape) == 2 else numbers[0])
            hot = f"np_eye[{chosen if len(shape) == 2 else chosen[0]}]"
            self.classes = {"np_eye": np.eye(shape[-1])}
        else:
            self.inputs[name] = onehot if len(shape) == 2 else onehot[0]
            hot = name
        op = (
            "softmax_cross_entropy({}, {})"
            if kind == "classes"
            else "cross_entropy(softmax({}), {})"
        )
        return self.close(op.format(h, name), op.format(h, hot))

    def close(self, text: str, code: str | None = None) -> str:
        return self.let(text, code, "L")

    classes: dict[str, Array] = {}  # noqa: RUF012

    def values(self, moved: str = "", by: Array | float = 0.0) -> dict[str, Array]:
        """All values, with one of them moved before it is used."""
        have: dict[str, Any] = {**NUMPY, **self.classes, **self.inputs, **self.weights}
        if moved in have:
            have[moved] = have[moved] + by
        have.update({alias: have[first] for alias, first in self.aliases.items()})
        for name, _, code in self.lines:
            have[name] = np.asarray(eval(code, {"__builtins__": {}}, have))
            if name == moved:
                have[name] = have[name] + by
        return have

    def yaml(self) -> str:
        lines = [f"index_from: {self.start}", "inputs:"]
        lines += [f"  {n}: {v.tolist()}" for n, v in self.inputs.items()]
        if self.weights:
            lines += ["weights:"]
            lines += [f"  {n}: {v.tolist()}" for n, v in self.weights.items()]
            lines += [f"  {a}: {first}" for a, first in self.aliases.items()]
        body = [line for line in self.lines if line[0] != "L"]
        if body:
            lines += ["network:", *(f"  {n}: '{text}'" for n, text, _ in body)]
        return "\n".join(lines + [f"loss: {text}" for n, text, _ in self.lines if n == "L"]) + "\n"


def difference(network: Network, name: str, direction: Array, upper: str) -> Array | None:
    """The central difference of a value along a direction, or nothing at a kink.

    Only where the slopes to both sides differ is there a kink, whatever the gradient says.
    """
    here = network.values()[upper]
    ahead = (network.values(name, STEP * direction)[upper] - here) / STEP
    behind = (here - network.values(name, -STEP * direction)[upper]) / STEP
    if np.any(np.abs(ahead - behind) > 1e-3 * (1 + np.abs(ahead))):
        return None
    return np.asarray((ahead + behind) / 2)


def test_few_networks_stand_at_a_kink() -> None:
    at_kink = 0
    for seed in range(240):
        network = Network(seed).build(1 + seed % 6)
        network.add_loss()
        x = network.inputs["x1"]
        at_kink += difference(network, "x1", np.ones(x.shape), "L") is None
    assert at_kink < 24


@pytest.mark.parametrize("seed", range(240))
def test_every_gradient_of_a_random_network(seed: int) -> None:
    network = Network(seed).build(1 + seed % 6)
    network.add_loss()
    floats = [n for n, v in network.inputs.items() if v.dtype == float]
    middle = [name for name, _, _ in network.lines if name != "L"]
    lowers = [*floats, *network.weights, *network.aliases, *middle]
    text = network.yaml()
    also = [f"dL/d{name}" for name in lowers]
    solution = solve(problem_from_text(text), also=also)
    expected = network.values()
    for name in (*middle, "L"):
        np.testing.assert_allclose(solution[name], expected[name], rtol=1e-9, atol=1e-12,
                                   err_msg=text)  # fmt: skip
    rng = np.random.default_rng(seed)
    for name in lowers:
        first = network.aliases.get(name, name)
        found = solution[f"dL/d{name}"]
        assert found.shape == network.shapes.get(name, np.shape(network.inputs.get(name))), text
        for _ in range(2):
            direction = rng.normal(size=found.shape)
            slope = difference(network, first, direction, "L")
            if slope is None:
                continue
            assert float(np.sum(found * direction)) == pytest.approx(
                float(slope), rel=2e-6, abs=2e-7
            ), f"dL/d{name}\n{text}"


@pytest.mark.parametrize("seed", range(1000, 1080))
def test_every_jacobian_of_a_random_network(seed: int) -> None:
    network = Network(seed).build(1 + seed % 4)
    upper = network.last
    lowers = [n for n in network.shapes if n != upper and n not in network.aliases]
    text = network.yaml() + f"find: [{', '.join(f'd{upper}/d{n}' for n in lowers)}]\n"
    solution = solve(problem_from_text(text))
    for name in lowers:
        found = solution[f"d{upper}/d{name}"]
        shape = network.shapes[name]
        expected = np.zeros(network.shapes[upper] + shape)
        for place in np.ndindex(shape):
            move = np.zeros(shape)
            move[place] = 1
            slope = difference(network, name, move, upper)
            expected[(..., *place)] = found[(..., *place)] if slope is None else slope
        assert found.shape == expected.shape, text
        np.testing.assert_allclose(found, expected, rtol=2e-6, atol=2e-7,
                                   err_msg=f"d{upper}/d{name}\n{text}")  # fmt: skip


def test_the_networks_are_not_all_alike() -> None:
    built = [Network(seed).build(1 + seed % 6) for seed in range(240)]
    for network in built:
        network.add_loss()
    texts = [network.yaml() for network in built]
    used = {op for op in NUMPY if any(f"{op}(" in text for text in texts)}
    assert used >= {*ACTIVATIONS, "concat", "mse", "huber", "bce", "cross_entropy", "norm"}
    assert sum(bool(network.aliases) for network in built) > 5
    assert sum(network.columns and network.batch > 0 for network in built) > 20
    assert sum(not network.columns and network.batch > 0 for network in built) > 20
    assert max(len(network.lines) for network in built) == 7
