"""The catalogue of operations, by family; an op is one entry of one family."""

from __future__ import annotations

from backpropcli.ops import (
    activations,
    arithmetic,
    convolution,
    dropout,
    linear,
    losses,
    normalisation,
    pooling,
    reductions,
    sequences,
    shaping,
    statistics,
)
from backpropcli.ops.entry import Op
from backpropcli.ops.shorthands import SHORTHANDS
from backpropcli.registry import Registry

OPS: Registry[Op] = Registry("op")
FAMILIES = (
    arithmetic, linear, reductions, statistics, shaping, activations, losses, convolution, pooling,
    normalisation, dropout, sequences,
)  # fmt: skip
for family in FAMILIES:
    for op in family.OPS:
        OPS.add(op.name, op)

# Operators have signs of their own; these ops are not called by name.
SIGNS = frozenset({"add", "sub", "mul", "div", "over", "pow", "neg", "matmul", "index", "array"})
SPELLINGS = {"ReLU": "relu", "ln": "log", "linear": "identity", "swish": "silu"}
FUNCTIONS = frozenset(
    {name for name in OPS if name not in SIGNS and not name.endswith("'")}
    | set(SPELLINGS)
    | set(SHORTHANDS)
    | {"dot"}
)
LOSSES_WITH_CLASSES = frozenset({"cross_entropy", "softmax_cross_entropy", "hinge", "accuracy"})
