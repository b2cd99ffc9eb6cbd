"""The loss has a factor 1/2 too few or too many."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.losses import scaled_values
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The value of a squared loss doubled where it has 1/2, halved where it has none."""
    if world.loss.squared:
        factor = Fraction(2) if world.loss.halves else Fraction(1, 2)
        ratio = "twice what" if world.loss.halves else "half of what"
        for name, expr in scaled_values(world, factor):
            yield from world.edit(name, expr, "value", ratio=ratio)


MISTAKE = Mistake(
    code="BP305",
    name="loss-half-missing",
    tier="B",
    message=("{at} is {ratio} it should be: look at the factor 1/2 in the definition of the loss."),
    question="Which constant factor does the loss of this exercise have?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=("different-loss",),
)
