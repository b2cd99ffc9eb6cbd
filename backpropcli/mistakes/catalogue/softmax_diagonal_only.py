"""Only the diagonal of the softmax Jacobian is used."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.slopes import output_pairs
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """dL/dp times p(1 - p)."""
    for pair in output_pairs(world):
        if pair.activation == "softmax":
            yield from world.edit(pair.name, pair.before * (pair.p * (1 - pair.p)), "all")


MISTAKE = Mistake(
    code="BP214",
    name="softmax-diagonal-only",
    tier="B",
    message=(
        "{at} treats each probability as if it depended on its own score only; every "
        "probability depends on every score."
    ),
    question="On which scores does each probability depend?",
    remedy="{at} = {right}",
    edits=edits,
)
