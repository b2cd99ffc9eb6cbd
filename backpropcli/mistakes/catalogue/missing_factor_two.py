"""The 2 of a differentiated square is missing."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.losses import through_squares
from backpropcli.mistakes.parts import scaled
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The gradients that come from a square without 1/2, halved."""
    if world.loss.squared and not world.loss.halves:
        yield from world.scaled_loss(Fraction(1, 2))
    for equation in through_squares(world):
        yield from world.edit(equation.name, scaled(equation.expr, Fraction(1, 2)), "inner")


MISTAKE = Mistake(
    code="BP303",
    name="missing-factor-two",
    tier="A",
    message="{at} is half as large as it should be: the derivative of u**2 is 2*u.",
    question="What is the derivative of a square?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=("extra-batch-mean",),
)
