"""The gradient of the penalty is scaled otherwise than the penalty."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.losses import batch_sizes, penalised
from backpropcli.mistakes.parts import scaled, summed, terms
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The penalty's part divided or multiplied by the batch size, or with the other sign."""
    forms = {Fraction(-1): "with the wrong sign"}
    for count in batch_sizes(world):
        forms[Fraction(1, count)] = f"divided by {count}"
        forms[Fraction(count)] = f"multiplied by {count}"
    for equation, data, penalty in penalised(world):
        for factor, how in forms.items():
            expr = summed([*data, *terms(scaled(summed(penalty), factor))])
            yield from world.edit(equation.name, expr, how, how=how)


MISTAKE = Mistake(
    code="BP309",
    name="reg-scale-mismatch",
    tier="C",
    message="{at} has the penalty's part {how}.",
    question=(
        "Is the penalty averaged over the batch in this exercise, and with which sign "
        "does it enter?"
    ),
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=("reg-factor-two",),
)
