"""The mask of the relu is forgotten on the way back.

What it is
The gradient passes back through a relu unchanged, even at units that the relu had
switched off.

Why it is wrong
Where z is negative the output is 0, however z moves a little. Such a unit has no
influence on the loss, so its gradient is 0.

Example
With z = (-1.4, 1.55) and dL/dh = (-0.564, 1.128) the first unit is off, so dL/dz = (0,
1.128). Without the mask it is (-0.564, 1.128), and the first row of dL/dW1 gets numbers
that should be 0.

How to avoid it
Write the mask beside z in the forward pass, a 1 where z > 0 and a 0 elsewhere. On the
way back multiply by it.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A gradient without one of its relu slopes."""
    for slope in world.slopes:
        if slope.activation == "relu":
            name, text = slope.equation.name, world.text(slope.argument)
            yield from world.edit(name, slope.replaced_by(None), "all", argument=text)


MISTAKE = Mistake(
    code="BP202",
    name="missing-relu-mask",
    tier="A",
    message=(
        "{at} lets the gradient through where {argument} is not above 0: relu switched these "
        "units off, so nothing passes there."
    ),
    question=(
        "Which units were switched off in the forward pass, and what does that mean on the "
        "way back?"
    ),
    remedy="Multiply by the mask: 1 where {argument} is above 0, and 0 elsewhere.",
    examples=(
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\nL: 1.7672\ndL/dyhat: -1.88\n"
                "dL/dh: [-0.564, 1.128]\ndL/dz: [-0.564, 1.128]\n"
                "dL/dW1: [[-0.564, -1.128], [1.128, 2.256]]\n"
            ),
            at="dL/dz",
        ),
    ),
    edits=edits,
    look_alikes=("missing-activation-derivative", "missing-term-in-chain", "wrong-upstream"),
)
