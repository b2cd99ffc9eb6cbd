"""The loss is summed where it is averaged, or averaged where it is summed."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.losses import scaled_values
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The value of the loss times a count it divides by, or divided by one it does not."""
    for what, count in world.loss.counts.items():
        averaged = world.loss.averaged.get(what) == count
        factor = Fraction(count) if averaged else Fraction(1, count)
        why = (
            f"it is the mean over the {count} {what}"
            if averaged
            else f"it is the sum over the {count} {what}"
        )
        ratio = f"{count} times what" if averaged else f"1/{count} of what"
        for name, expr in scaled_values(world, factor):
            yield from world.edit(name, expr, what, ratio=ratio, why=why)


MISTAKE = Mistake(
    code="BP308",
    name="loss-mean-vs-sum",
    tier="B",
    message="{at} is {ratio} it should be: {why}.",
    question="Is this loss a sum or a mean, and over what?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=("different-loss",),
)
