"""The sign, or relu itself, is used as the derivative of relu."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call
from backpropcli.mistakes.entry import Edit, Mistake
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
    question="Which values can the derivative of relu have?",
    remedy="{at} = {right}",
    edits=edits,
)
