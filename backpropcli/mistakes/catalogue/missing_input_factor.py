"""The gradient of a weight lacks the input that the weight multiplied."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.layers import weight_products
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A weight's gradient without the input."""
    for product in weight_products(world):
        facts = {"weight": product.weight, "input": world.text(product.input)}
        yield from world.edit(product.name, product.bare, "all", **facts)


MISTAKE = Mistake(
    code="BP204",
    name="missing-input-factor",
    tier="A",
    message=(
        "{at} is only the gradient of what {weight} feeds; it has to be multiplied by "
        "{input}, which {weight} multiplied on the way forward."
    ),
    question="What did {weight} multiply in the forward pass?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=(
        "bias-dropped",
        "upstream-dropped",
    ),
)
