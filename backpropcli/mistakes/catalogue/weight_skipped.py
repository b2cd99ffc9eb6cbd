"""The way back through a layer leaves out its weights."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.layers import input_products
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The gradient of an input without the weights: delta, or the sum of delta."""
    for product in input_products(world):
        facts = {"weight": product.weight}
        yield from world.edit(product.name, product.put(product.g), "delta", **facts)
        along = (
            {} if len(product.g_shape) < 2 else {"axis": len(product.g_shape) - 1, "keepdims": True}
        )
        if product.g_shape:
            yield from world.edit(
                product.name, product.put(call("sum", product.g, **along)), "sum", 1.0, **facts
            )


MISTAKE = Mistake(
    code="BP211",
    name="weight-skipped",
    tier="B",
    message=(
        "{at} takes over the gradient behind the layer unchanged: it has to be "
        "multiplied by {weight}."
    ),
    question="What lies between {at} and the gradient behind it?",
    remedy="{at} = {right}",
    edits=edits,
)
