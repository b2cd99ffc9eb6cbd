"""The derivative of the activation is left out."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.slopes import slope_text
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A gradient without one of its activation slopes."""
    for slope in world.slopes:
        if slope.activation in ("relu", "identity", "exp", "log", "sqrt", "sin", "cos"):
            continue
        name, text = slope.equation.name, slope_text(world, slope)
        yield from world.edit(
            name, slope.replaced_by(None), "all", activation=slope.activation, slope=text
        )


MISTAKE = Mistake(
    code="BP201",
    name="missing-activation-derivative",
    tier="A",
    message=("{at} lets the gradient through {activation} unchanged: it lacks the factor {slope}."),
    question="What does the chain rule ask for on the way back through {activation}?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=(
        "missing-term-in-chain",
        "wrong-upstream",
    ),
)
