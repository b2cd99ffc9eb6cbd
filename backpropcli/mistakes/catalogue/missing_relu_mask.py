"""The mask of the relu is forgotten on the way back."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
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
        "{at} lets the gradient through where {argument} is not above 0: relu switched "
        "these units off, so their gradient is 0."
    ),
    question="Which units were switched off in the forward pass, and what is their slope?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=(
        "missing-activation-derivative",
        "wrong-upstream",
    ),
)
