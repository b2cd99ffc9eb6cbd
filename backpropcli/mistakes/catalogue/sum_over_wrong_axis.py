"""The gradient is summed over the wrong axis."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.layers import axis_sums
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The sum over the units, or over everything."""
    for name, expr, over, fits in axis_sums(world):
        if fits:
            yield from world.edit(name, expr, over, over=over)
        else:
            yield Edit(name, {name: expr}, {"over": over}, 0.0, over)


MISTAKE = Mistake(
    code="BP407",
    name="sum-over-wrong-axis",
    tier="C",
    message=(
        "{at} is summed over {over}: a bias has one entry for each unit, so the sum "
        "runs over the examples."
    ),
    question="How many entries does this bias have, and what is summed for each?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=("batch-not-summed",),
)
