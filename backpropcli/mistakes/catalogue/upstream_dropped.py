"""Only the local derivative is given: the upstream gradient is left out."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.layers import without_upstream
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A gradient with 1 in place of the upstream gradient."""
    for equation in world.gradients:
        used = world.upstreams(equation.expr)
        if used:
            expr = without_upstream(world, equation.expr)
            yield from world.edit(equation.name, expr, "all", upstream=" and ".join(used))


MISTAKE = Mistake(
    code="BP212",
    name="upstream-dropped",
    tier="B",
    message=(
        "{at} is only the local derivative; it has to be multiplied by {upstream}, the "
        "gradient that comes from behind."
    ),
    question="Is this the derivative of the loss, or only of the next value?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=("missing-term-in-chain",),
)
