"""The activation is not applied.

What it is
The activation is not applied: the weighted sum itself is given as the output of the
layer, in all entries or in one.

Why it is wrong
Without its activation a layer is linear, and several linear layers are no more than
one.

Example
A relu network with z = (-1.4, 1.55) has h = relu(z) = (0, 1.55). Without the relu h is
(-1.4, 1.55), and yhat = 0.3*h1 - 0.6*h2 + 0.05 comes out as -1.3 in place of -0.88.

How to avoid it
Give the value after the activation a line and a letter of its own. A relu or a sigmoid
never has negative outputs, which is quickly checked.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backpropcli.language.nodes import At, Expr, Name, call, is_op
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import put, walk
from backpropcli.mistakes.world import ACTIVATIONS, World

MOST_ENTRIES = 8


def edits(world: World) -> Iterator[Edit]:
    """Z for f(z)."""
    for equation in world.forward:
        for path, node in walk(equation.expr):
            if is_op(node, *ACTIVATIONS, "softmax"):
                expr = put(equation.expr, path, node.args[0])
                yield from world.edit(equation.name, expr, "all", activation=node.op, where="")
    for name, expr, activation, entry in single_entries(world):
        where = f" at {entry}"
        yield from world.edit(name, expr, "entry", 1.0, activation=activation, where=where)


def single_entries(world: World) -> Iterator[tuple[str, Expr, str, str]]:
    """Relu units of which one entry below 0 is left as it is."""
    for equation, root in world.activated():
        z, shape = root.args[0], equation.shape
        numbers = np.asarray(world.values.get(world.preactivation(equation.name), 0.0), float)
        below = [At(tuple(int(i) for i in where)) for where in np.argwhere(numbers < 0)]
        if root.op not in ("relu", "leaky_relu") or numbers.shape != shape or len(below) < 2:
            continue
        for at in below[:MOST_ENTRIES]:
            entry = call("index", z, at=at) - call("index", root, at=at)
            told = world.text(call("index", Name(equation.name), at=at))
            yield equation.name, root + call("place", entry, at=at, shape=shape), root.op, told


MISTAKE = Mistake(
    code="BP603",
    name="activation-skipped",
    tier="B",
    message="{at} is the value before the activation{where}: {activation} has to be applied to it.",
    question="What does {activation} do to these numbers?",
    remedy="Apply the activation to every entry: {at} = {right}.",
    examples=(
        Example("A", "z: [-1.4, 1.55]\nh: [-1.4, 1.55]\nyhat: -1.3\nL: 2.645\n", "h"),
        Example("off", "z: [-1.4, -0.85, 2.15]\nh: [0, -0.85, 2.15]\n", "h"),
    ),
    edits=edits,
    look_alikes=("preactivation-used", "wrong-parameter"),
)
