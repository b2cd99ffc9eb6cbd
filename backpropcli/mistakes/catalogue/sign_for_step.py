"""The sign, or relu itself, is used as the derivative of relu.

What it is
The slope of the relu is taken as the sign of z, or as relu(z) itself.

Why it is wrong
A relu is flat below 0 and rises with slope 1 above. Its slope is 0 or 1, never -1 and
never the value itself.

Example
With z = (-1.4, 1.55) and dL/dh = (-0.564, 1.128), dL/dz = (0, 1.128). The sign of z
gives (0.564, 1.128), and relu(z) = (0, 1.55) as a slope gives (0, 1.748).

How to avoid it
Draw the relu once and read the slope off: a horizontal line on the left, a line with
slope 1 on the right.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """sign(z) or relu(z) for the slope."""
    for slope in world.slopes:
        if slope.activation == "relu":
            for op in ("sign", "relu"):
                used = call(op, slope.argument)
                yield from world.edit(
                    slope.equation.name, slope.replaced_by(used), op, used=world.text(used)
                )


MISTAKE = Mistake(
    code="BP219",
    name="sign-for-step",
    tier="C",
    message="{at} uses {used} as the slope of relu, which is 0 or 1.",
    question="Which values can the slope of relu have?",
    remedy="Use 1 where relu was active, and 0 elsewhere.",
    examples=(
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\nL: 1.7672\ndL/dyhat: -1.88\n"
                "dL/dh: [-0.564, 1.128]\ndL/dz: [0.564, 1.128]\n"
                "dL/dW1: [[0.564, 1.128], [1.128, 2.256]]\n"
            ),
            at="dL/dz",
        ),
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\nL: 1.7672\ndL/dyhat: -1.88\n"
                "dL/dh: [-0.564, 1.128]\ndL/dz: [0, 1.748]\n"
            ),
            at="dL/dz",
        ),
    ),
    edits=edits,
    look_alikes=("sign-slip",),
)
