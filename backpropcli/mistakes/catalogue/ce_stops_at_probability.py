"""The gradient stops at the probabilities."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.slopes import output_pairs
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """-y/p given for the gradient of the scores."""
    for pair in output_pairs(world):
        yield from world.edit(pair.name, pair.before, "all", activation=pair.activation)


MISTAKE = Mistake(
    code="BP215",
    name="ce-stops-at-probability",
    tier="B",
    message=(
        "{at} is the derivative with respect to the probabilities; one more step leads "
        "through {activation}."
    ),
    question="Is this the derivative with respect to the probability or to the score?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=("missing-activation-derivative",),
)
