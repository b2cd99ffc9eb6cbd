"""The gradient is not summed over the examples of the batch."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.layers import batch_terms
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The contribution of one example, or the unsummed list of a bias."""
    for name, expr, how, shaped in batch_terms(world):
        if shaped:
            yield from world.edit(name, expr, how, 0.0, how=how)
        else:
            yield Edit(name, {name: expr}, {"how": how}, 0.0, how)


MISTAKE = Mistake(
    code="BP403",
    name="batch-not-summed",
    tier="B",
    message="{at} {how}: every example contributes, and the contributions are added.",
    question="How do the examples of a batch come together in the gradient of a parameter?",
    remedy="{at} = {right}",
    edits=edits,
)
