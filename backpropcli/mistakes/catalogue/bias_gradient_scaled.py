"""The gradient of a bias is multiplied by something."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name, Number
from backpropcli.mistakes.entry import Edit, Mistake
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
        "{at} multiplies by {used}; a bias is only added, so its gradient is the "
        "gradient of what it is added to."
    ),
    question="What is the derivative of z with respect to a bias that is added to it?",
    remedy="{at} = {right}",
    edits=edits,
)
