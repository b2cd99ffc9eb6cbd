"""The step goes uphill: the gradient is added instead of subtracted."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.parts import Term, summed, terms
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A new weight or a change with the sign of its step turned."""
    for equation in world.program.updates:
        parts = terms(equation.expr)
        turned = [Term(-t.sign, t.expr) if world.upstreams(t.expr) else t for t in parts]
        yield from world.edit(equation.name, summed(turned), "ascent")


MISTAKE = Mistake(
    code="BP103",
    name="update-ascent",
    tier="A",
    message=(
        "{at} moves along the gradient, so the loss grows: gradient descent subtracts, {right}."
    ),
    question="In which direction does gradient descent move a weight?",
    remedy="{at} = {right}",
    edits=edits,
)
