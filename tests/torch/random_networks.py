"""Random networks over all ops, as problem files."""

from __future__ import annotations

import math

import numpy as np

from backpropcli.language.nodes import Name, call
from backpropcli.language.text import to_text
from backpropcli.ops import OPS, SIGNS
from backpropcli.ops.entry import Sample

# Ops whose operands are no random numbers: a use of each, with a value of the network for {x},
# and the constants that it takes.
SPECIAL = {
    "onehot": ("onehot({k}, 4)", (), (3, 4), {"k": [2, 4, 1]}),
    "eye": ("eye(3)", (), (3, 3), {}),
    "causal_mask": ("causal_mask(3)", (), (3, 3), {}),
    "positional_encoding": ("positional_encoding(3, 4)", (), (3, 4), {}),
    "embedding": ("embedding({x}, {k})", (4, 2), (3, 2), {"k": [3, 1, 3]}),
    "masked_softmax": ("masked_softmax({x}, {m})", (2, 3), (2, 3), {"m": [[1, 0, 1], [1, 1, 1]]}),
    "softmax_cross_entropy": (
        "softmax_cross_entropy({x}, {t})", (2, 3), (), {"t": [[0, 1, 0], [1, 0, 0]]}
    ),
    "hinge": ("hinge({x}, {t})", (2, 3), (), {"t": [[0, 0, 1], [1, 0, 0]]}),
    "accuracy": ("accuracy({x}, {t})", (2, 3), (), {"t": [[0, 0, 1], [1, 0, 0]]}),
}  # fmt: skip
OPERATORS = {
    "add": "{0} + {1}", "sub": "{0} - {1}", "mul": "{0} * {1}", "div": "{0} / {1}",
    "pow": "{0} ** {1}", "neg": "-{0}", "matmul": "{0} @ {1}", "array": "[{0}, {1}]",
}  # fmt: skip
MASKS = {"dropout": 1}  # the operand that is a mask
# `over` stands in gradients only, as what no problem file writes.
NEVER_WRITTEN = {"over"}
USABLE = [name for name in OPS if name not in NEVER_WRITTEN]


def drawn(generator, name: str, position: int, shape, sample: Sample) -> np.ndarray:
    """Random numbers for an operand of a sample."""
    if MASKS.get(name) == position:
        return np.asarray(generator.integers(0, 2, shape), float)
    return np.asarray(generator.uniform(sample.low, sample.high, shape))


def numbers(value) -> str:
    value = np.asarray(value, float)
    return repr(float(value)) if value.ndim == 0 else "[" + ", ".join(map(numbers, value)) + "]"


class Network:
    """Grows op by op; each op takes values that are there already, or new weights."""

    def __init__(self, seed: int, length: int = 5) -> None:
        self.random = np.random.default_rng(seed)
        self.inputs: dict[str, str] = {}
        self.weights: dict[str, str] = {}
        self.lines: dict[str, str] = {}
        self.values: list[tuple[str, tuple[int, ...]]] = []
        self.free: list[str] = []
        self.used: list[str] = []
        for i in range(length):
            # every op takes its turn, in an order of its own in each round
            turn = seed * length + i
            order = np.random.default_rng(turn // len(USABLE)).permutation(len(USABLE))
            self.apply(USABLE[order[turn % len(USABLE)]])

    def weight(self, shape) -> str:
        name = f"w{len(self.weights) + 1}"
        self.weights[name] = numbers(self.random.uniform(-1.5, 1.5, shape))
        return name

    def constant(self, value) -> str:
        name = f"c{len(self.inputs) + 1}"
        self.inputs[name] = numbers(value)
        return name

    def operand(self, shape, low: float = -2.0, high: float = 2.0) -> str:
        """A value of this shape within these bounds, made of an earlier one if there is one."""
        fitting = [name for name, known in self.values if known == shape]
        size = math.prod(shape)
        if fitting and self.random.random() < 0.7:
            found = fitting[self.random.integers(len(fitting))]
            self._use(found)
        elif self.values:
            name, known = self.values[self.random.integers(len(self.values))]
            self._use(name)
            if math.prod(known) >= size:
                part = f"flatten({name})[1:{size}]" if known else name
                found = f"reshape({part}, [{', '.join(map(str, shape))}])" if shape else part
                found = f"sum({found})" if not shape and known else found
            else:
                found = f"{self.weight(shape)} + mean({name})"
        else:
            found = self.weight(shape)
        if (low, high) == (-2.0, 2.0):
            return f"(2*tanh({found}))" if self.random.random() < 0.8 else f"({found})"
        return f"({low} + {high - low}*sigmoid({found}))"

    def _use(self, name: str) -> None:
        if name in self.free:
            self.free.remove(name)

    def apply(self, op: str) -> None:
        if op in SPECIAL:
            text, taken, shape, constants = SPECIAL[op]
            known = {key: self.constant(value) for key, value in constants.items()}
            text = text.format(x=self.operand(taken) if taken else "", **known)
        else:
            # zeros have no direction where nothing is added to their size
            samples = [s for s in OPS[op].samples if s.params.get("eps") != 0]
            sample = samples[self.random.integers(len(samples))]
            shape = OPS[op].shape(sample.shapes, dict(sample.params))
            text = self.sampled(op, sample)
        self.used.append(op)
        self._add(text, tuple(shape))

    def sampled(self, op: str, sample: Sample) -> str:
        """A use of an op on operands of the shapes of a sample."""
        operands = []
        for position, shape in enumerate(sample.shapes):
            if MASKS.get(op) == position:
                operands.append(self.constant(drawn(self.random, op, position, shape, sample)))
            else:
                operands.append(self.operand(tuple(shape), sample.low, sample.high))
        if op in OPERATORS:
            return OPERATORS[op].format(*operands)
        names = [f"operand{i}" for i in range(len(operands))]
        text = to_text(call(op, *map(Name, names), **dict(sample.params)))
        for name, operand in zip(names, operands, strict=True):
            text = text.replace(name, f"({operand})" if op in SIGNS else operand)
        return text

    def _add(self, text: str, shape: tuple[int, ...]) -> None:
        name = f"v{len(self.lines) + 1}"
        self.lines[name] = text
        self.values.append((name, shape))
        self.free.append(name)

    def text(self) -> str:
        """The problem file: the loss sums what no op has taken, with random factors."""
        shapes = dict(self.values)
        terms = []
        for name in self.free:
            factor = self.constant(self.random.uniform(-1, 1, shapes[name]))
            terms.append(f"sum({factor} * {name})")
        parts = []
        for title, entries in (
            ("inputs", self.inputs),
            ("weights", self.weights),
            ("network", self.lines),
        ):
            if entries:
                quote = '"' if title == "network" else ""
                parts.append(f"{title}:")
                parts += [f"  {key}: {quote}{value}{quote}" for key, value in entries.items()]
        return "\n".join([*parts, f'loss: "{" + ".join(terms)}"', ""])
