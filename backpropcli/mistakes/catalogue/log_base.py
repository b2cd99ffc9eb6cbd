"""Another logarithm than the natural one is used."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import log

from backpropcli.language.nodes import Number
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.losses import value_equations
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The loss with logarithms to base 10 or 2."""
    if world.loss.kind in (
        "cross_entropy",
        "softmax_cross_entropy",
        "bce",
        "bce_with_logits",
        "log",
    ):
        for equation in value_equations(world):
            for base in (10, 2):
                factor = Number(Fraction(1 / log(base)))
                yield from world.edit(
                    equation.name, factor * equation.expr, str(base), base=str(base)
                )


MISTAKE = Mistake(
    code="BP802",
    name="log-base",
    tier="C",
    message="{at} fits the logarithm to base {base}: the natural logarithm is meant.",
    question="Which key of the calculator is the natural logarithm?",
    remedy="use ln, the natural logarithm",
    edits=edits,
)
