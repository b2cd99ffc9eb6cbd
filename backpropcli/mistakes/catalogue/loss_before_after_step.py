"""The loss before the step is given for the loss after it."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.losses import before_after
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The old loss for the new one, and the reverse."""
    yield from before_after(world)


MISTAKE = Mistake(
    code="BP612",
    name="loss-before-after-step",
    tier="C",
    message="{at} is the loss at the {used} weights.",
    question="At which weights is this loss taken?",
    remedy="put the {right_ones} weights into the loss",
    edits=edits,
)
