"""The relu mask is inverted.

What it is
The gradient is set to 0 at the units that were active, and passes at those that were
off.

Why it is wrong
The slope of a relu is 1 where z is above 0 and 0 where it is below. An active unit
changes the loss, a unit that is off does not.

Example
With z = (-1.4, 1.55) the second unit is active. So dL/dh = (-0.564, 1.128) becomes
dL/dz = (0, 1.128). Inverted it would be (-0.564, 0).

How to avoid it
Compare with the forward pass: where h is 0, dL/dz is 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """1 - mask."""
    for slope in world.slopes:
        if slope.activation == "relu":
            expr = slope.replaced_by(1 - call("step", slope.argument))
            yield from world.edit(
                slope.equation.name, expr, "all", argument=world.text(slope.argument)
            )


MISTAKE = Mistake(
    code="BP218",
    name="mask-inverted",
    tier="C",
    message=(
        "{at} sets the active units to 0 and lets the others through: units with {argument} "
        "above 0 pass the gradient on."
    ),
    question="Which units pass the gradient on: those above 0, or the others?",
    remedy="Multiply by 1 where {argument} is above 0, and by 0 elsewhere.",
    examples=(
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\nL: 1.7672\ndL/dyhat: -1.88\n"
                "dL/dh: [-0.564, 1.128]\ndL/dz: [-0.564, 0]\n"
                "dL/dW1: [[-0.564, -1.128], [0, 0]]\n"
            ),
            at="dL/dz",
        ),
    ),
    edits=edits,
    look_alikes=("mask-from-gradient",),
)
