"""The weights of the step before or after are used."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.losses import other_step
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The weight before the step in place of the one after it, or one step too many."""
    yield from other_step(world)


MISTAKE = Mistake(
    code="BP613",
    name="off-by-one-step",
    tier="C",
    message="{at} belongs to the step {side}.",
    question="After how many steps is this value asked?",
    remedy="count the steps from the given weights",
    edits=edits,
)
