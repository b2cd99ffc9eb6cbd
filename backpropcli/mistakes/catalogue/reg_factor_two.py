"""The gradient of the penalty has a factor 2 too many or too few."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.losses import penalised
from backpropcli.mistakes.parts import scaled, summed, terms
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A weight's gradient with the penalty's part doubled or halved."""
    for equation, data, penalty in penalised(world):
        for factor, ratio in ((Fraction(2), "twice"), (Fraction(1, 2), "half")):
            expr = summed([*data, *terms(scaled(summed(penalty), factor))])
            yield from world.edit(equation.name, expr, ratio, ratio=ratio)


MISTAKE = Mistake(
    code="BP306",
    name="reg-factor-two",
    tier="B",
    message="{at} has the penalty's part {ratio} as large as it should be.",
    question="What is the derivative of the penalty, with its own constant factor?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=("reg-scale-mismatch",),
)
