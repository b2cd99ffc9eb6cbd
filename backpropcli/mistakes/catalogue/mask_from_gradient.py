"""The relu mask is taken from the sign of the gradient."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call
from backpropcli.mistakes.entry import Edit, Mistake
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
        "{at} sets negative gradients to 0; the mask is decided in the forward pass, by"
        " {argument} above 0."
    ),
    question="What decides whether a relu lets a gradient through?",
    remedy="{at} = {right}",
    edits=edits,
)
