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

from backpropcli.language.nodes import At, Expr, Name, call, index, is_op
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
    """A vector of relu units in which one entry below 0 is left as it is."""
    for equation, root in world.activated():
        z, shape = root.args[0], equation.shape
        numbers = np.ravel(world.values.get(world.preactivation(equation.name), 0.0))
        below = [int(i) for i in np.flatnonzero(numbers < 0)]
        if root.op not in ("relu", "leaky_relu") or len(shape) != 1 or len(below) < 2:
            continue
        for i in below[:MOST_ENTRIES]:
            kept = call("place", index(z, i) - index(root, i), at=At((i,)), shape=shape)
            yield equation.name, root + kept, root.op, world.text(index(Name(equation.name), i))


MISTAKE = Mistake(
    code="BP603",
    name="activation-skipped",
    tier="B",
    message="{at} is the value before the activation{where}: {activation} has to be applied to it.",
    question="What does {activation} do to these numbers?",
    remedy="Apply the activation to every entry: {at} = {right}.",
    examples=(
        Example(
            net="A",
            answers="z: [-1.4, 1.55]\nh: [-1.4, 1.55]\nyhat: -1.3\nL: 2.645\n",
            at="h",
        ),
        Example(
            net="off",
            answers="z: [-1.4, -0.85, 2.15]\nh: [0, -0.85, 2.15]\n",
            at="h",
        ),
    ),
    edits=edits,
    look_alikes=("preactivation-used", "wrong-parameter"),
)
