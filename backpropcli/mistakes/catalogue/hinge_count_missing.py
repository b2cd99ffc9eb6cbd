"""The true class does not count every violated margin."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.losses import hinge_parts
from backpropcli.mistakes.slopes import along_last
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """-1 at the true class, or its own margin kept."""
    for name, violated, target, rows in hinge_parts(world):
        yield from world.edit(name, (violated - target) / rows, "once")
        along = along_last(world.shape(violated) or ())
        kept = violated + target - target * call("sum", violated, **along)
        yield from world.edit(name, kept / rows, "kept")


MISTAKE = Mistake(
    code="BP225",
    name="hinge-count-missing",
    tier="D",
    message=(
        "{at} takes 1 off at the true class once; it loses 1 for each margin that is violated."
    ),
    question="In how many of the margins does the score of the true class stand?",
    remedy="{at} = {right}",
    edits=edits,
)
