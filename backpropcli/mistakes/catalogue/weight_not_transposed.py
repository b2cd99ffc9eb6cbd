"""The weight matrix is not transposed on the way back."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.layers import turned_weights
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A product with a square weight matrix turned, forward or backward."""
    for name, expr, weight in turned_weights(world):
        yield from world.edit(name, expr, "", weight=weight)


MISTAKE = Mistake(
    code="BP401",
    name="weight-not-transposed",
    tier="A",
    message=(
        "{at} multiplies by {weight} as it stands where its transpose belongs (or the "
        "reverse): the sums run over rows instead of columns."
    ),
    question="Over which index of {weight} does the sum run here?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=("wrong-parameter",),
)
