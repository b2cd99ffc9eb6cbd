"""A dot product stands for an outer product.

What it is
Two vectors are multiplied to one number where every entry of one meets every entry of
the other.

Why it is wrong
A weight matrix joins every unit to every input, and each of these weights has a
gradient of its own: dL/dz[i] * x[j]. Their sum over equal positions is the gradient of
none of them.

Example
In a relu network with z = W1 x + b1, x = (1, 2) and dL/dz = (0, 1.128), dL/dW1 = [0 0;
1.128 2.256]. The dot product is the single number 0 * 1 + 1.128 * 2 = 2.256.

How to avoid it
Start from the shape: the gradient of a matrix is a matrix. Draw its frame first, with
the units at the side and the inputs on top.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call, is_op
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import put, walk
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The sum of the products in place of all of them."""
    for equation in world.gradients:
        for path, node in walk(equation.expr):
            if is_op(node, "outer") and world.shape(node.args[0]) == world.shape(node.args[1]):
                dot = put(equation.expr, path, call("sum", node.args[0] * node.args[1]))
                yield Edit(equation.name, {equation.name: dot}, {}, 0.0, "number")
                yield from world.edit(equation.name, dot, "everywhere")


MISTAKE = Mistake(
    code="BP409",
    name="dot-for-outer",
    tier="C",
    message=(
        "{at} is one number where a matrix belongs: the gradient of a weight matrix pairs every "
        "unit with every input."
    ),
    question="Which shape has the gradient of a weight matrix?",
    remedy="Multiply every entry of the one by every entry of the other: {at} = {right}.",
    examples=(
        Example(
            net="A",
            answers=(
                "dL/dh: [-0.564, 1.128]\ndL/dz: [0, 1.128]\ndL/dW1: 2.256\ndL/db1: [0, 1.128]\n"
            ),
            at="dL/dW1",
        ),
    ),
    edits=edits,
    look_alikes=("matmul-for-elementwise",),
)
