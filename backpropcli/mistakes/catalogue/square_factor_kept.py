"""The 2 of the square is kept although the loss has a factor 1/2."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The gradients that come from a half squared loss, doubled."""
    if world.loss.squared and world.loss.halves:
        yield from world.scaled_loss(2)


MISTAKE = Mistake(
    code="BP301",
    name="square-factor-kept",
    tier="A",
    message=(
        "{at} is twice as large as it should be: the factor 1/2 of the loss cancels the"
        " 2 of the square."
    ),
    question="What becomes of the factor 1/2 of the loss when the square is differentiated?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=(
        "missing-batch-mean",
        "different-loss",
    ),
)
