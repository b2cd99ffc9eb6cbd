"""The direct path of a skip connection is left out."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.paths import paths_kept
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A sum of paths without the one that has no weight in it."""
    for kept in paths_kept(world):
        if kept.role == "skip":
            yield from world.edit(kept.name, kept.expr, "", kept.bits, value=kept.value)


MISTAKE = Mistake(
    code="BP504",
    name="skip-path-dropped",
    tier="B",
    message=(
        "{at} lacks the direct path: {value} also reaches the output through the skip connection."
    ),
    question="By which paths does {value} reach the output?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=("fanout-path-dropped",),
)
