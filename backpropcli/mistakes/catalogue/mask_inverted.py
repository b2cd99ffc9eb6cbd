"""The relu mask is inverted."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call
from backpropcli.mistakes.entry import Edit, Mistake
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
        "{at} sets the active units to 0 and lets the others through: units with "
        "{argument} above 0 pass the gradient on."
    ),
    question="Which units pass the gradient on: those above 0, or the others?",
    remedy="{at} = {right}",
    edits=edits,
)
