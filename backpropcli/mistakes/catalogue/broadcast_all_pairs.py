"""Every prediction is compared with every target."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.losses import all_pairs
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The loss, and its gradient, over the outer difference."""
    yield from all_pairs(world)


MISTAKE = Mistake(
    code="BP408",
    name="broadcast-all-pairs",
    tier="C",
    message=(
        "{at} sums over all pairs of predictions and targets: a column and a row were "
        "subtracted and broadcast to a matrix."
    ),
    question="With how many targets is each prediction compared?",
    remedy="{at} = {right}",
    edits=edits,
)
