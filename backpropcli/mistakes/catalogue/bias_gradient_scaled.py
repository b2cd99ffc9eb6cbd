"""The gradient of a bias is multiplied by something.

What it is
The gradient of a bias is multiplied by the bias, by an input, or set to 0.

Why it is wrong
A bias is only added, so z changes by exactly as much as the bias does: dz/db = 1. The
gradient of the bias is that of z, summed over the examples if there are several.

Example
With z = W1 x + b1, b1 = (0.1, -0.2) and dL/dz = (0, 1.128), dL/db1 = (0, 1.128).
Multiplied by b1 it would be (0, -0.2256).

How to avoid it
Think of the bias as a weight whose input is always 1. Then its gradient is dL/dz times
1.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name, Number
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.layers import added_weights
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A bias gradient times the bias or an input, or 0."""
    for equation, weight, inputs in added_weights(world):
        name = equation.name
        yield from world.edit(name, equation.expr * Name(weight), "bias", used=weight)
        yield from world.edit(name, equation.expr * Number(0), "zero", used="0")
        for other in inputs:
            yield from world.edit(name, equation.expr * Name(other), "input", used=other)


MISTAKE = Mistake(
    code="BP224",
    name="bias-gradient-scaled",
    tier="C",
    message=(
        "{at} multiplies by {used}; a bias is only added, so its gradient is the gradient of "
        "what it is added to."
    ),
    question="By how much does a sum change if the bias in it grows by 1?",
    remedy="Take over the gradient of the sum in which the bias stands.",
    examples=(
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\nL: 1.7672\ndL/dyhat: -1.88\n"
                "dL/dz: [0, 1.128]\ndL/db1: [0, -0.2256]\n"
            ),
            at="dL/db1",
        ),
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\nL: 1.7672\ndL/dyhat: -1.88\n"
                "dL/dz: [0, 1.128]\ndL/db1: [0, 2.256]\n"
            ),
            at="dL/db1",
        ),
    ),
    edits=edits,
)
