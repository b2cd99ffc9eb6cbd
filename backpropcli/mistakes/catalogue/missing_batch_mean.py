"""The 1/N of a mean is left out of its gradient."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The gradients that come from a mean, times what it divides by."""
    for what, count in world.loss.averaged.items():
        yield from world.scaled_loss(count, what, count=str(count), what=what)


MISTAKE = Mistake(
    code="BP302",
    name="missing-batch-mean",
    tier="A",
    message=(
        "{at} is {count} times as large as it should be: the loss is a mean over "
        "{count} {what}, and its gradient carries the same factor."
    ),
    question="The loss is a mean: what does that do to its gradient?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=(
        "square-factor-kept",
        "loss-mean-vs-sum",
    ),
)
