"""The gradient of the regulariser is missing."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.losses import penalised
from backpropcli.mistakes.parts import summed
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A weight's gradient without the penalty's part."""
    for equation, data, penalty in penalised(world):
        text = world.text(summed(penalty))
        yield from world.edit(equation.name, summed(data), "all", penalty=text)


MISTAKE = Mistake(
    code="BP208",
    name="reg-gradient-missing",
    tier="B",
    message="{at} lacks the part of the penalty: {penalty}.",
    question="Which other term of the loss contains this weight?",
    remedy="{at} = {right}",
    edits=edits,
)
