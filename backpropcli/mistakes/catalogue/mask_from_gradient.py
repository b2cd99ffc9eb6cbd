"""The relu mask is taken from the sign of the gradient.

What it is
The gradient is set to 0 where it is negative itself, instead of where the relu was off.

Why it is wrong
A relu lets the gradient through where z was above 0 in the forward pass. Its sign on
the way back does not matter: a negative gradient passes an active unit as well.

Example
With z = (-1.4, 1.55, 0.8) and dL/dh = (0.5, -1, 0.75) only the first unit was off, so
dL/dz = (0, -1, 0.75). A mask taken from the gradient gives (0.5, 0, 0.75).

How to avoid it
Write the mask down in the forward pass, next to z. On the way back copy it and do not
look at the gradient.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The mask of the upstream gradient, alone or beside the right one."""
    for slope in world.slopes:
        if slope.activation == "relu":
            text = world.text(slope.argument)
            g = slope.upstream
            mask = call("step", g)
            name = slope.equation.name
            yield from world.edit(name, slope.replaced_by(mask), "gradient", argument=text)
            both = call("step", slope.argument) * mask
            yield from world.edit(name, slope.replaced_by(both), "both", 1.0, argument=text)


MISTAKE = Mistake(
    code="BP217",
    name="mask-from-gradient",
    tier="C",
    message=(
        "{at} sets negative gradients to 0; the mask is decided in the forward pass, by "
        "{argument} above 0."
    ),
    question="What decides whether a relu lets a gradient through?",
    remedy="Take the mask from {argument}, whatever the sign of the gradient is.",
    examples=(Example("mask", "h: [0, 1.55, 0.8]\ndL/dz: [0.5, 0, 0.75]\n", "dL/dz"),),
    edits=edits,
    look_alikes=("mask-inverted",),
)
