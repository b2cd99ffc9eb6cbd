"""The target is not subtracted from the softmax probabilities."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.slopes import output_pairs
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The probabilities themselves, or all of them minus 1."""
    for pair in output_pairs(world):
        if pair.activation == "softmax":
            yield from world.edit(pair.name, pair.per_row(pair.p), "none")
            yield from world.edit(pair.name, pair.per_row(pair.p - 1), "all")


MISTAKE = Mistake(
    code="BP207",
    name="softmax-target-not-subtracted",
    tier="B",
    message=(
        "{at} should subtract 1 at the true class, and there only, so that its entries sum to 0."
    ),
    question="To what do the entries of {at} sum, and to what should they?",
    remedy="{at} is the probabilities minus the one-hot target",
    edits=edits,
)
