"""The penalty is applied to the biases as well."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.losses import penalty_on_others
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The penalty's gradient, or its value, for a parameter that it leaves out."""
    yield from penalty_on_others(world)


MISTAKE = Mistake(
    code="BP803",
    name="reg-on-bias",
    tier="C",
    message=("{at} contains a penalty on {weight}, which is not in the penalty of this exercise."),
    question="Which parameters does the penalty contain?",
    remedy="{at} = {right}",
    edits=edits,
)
