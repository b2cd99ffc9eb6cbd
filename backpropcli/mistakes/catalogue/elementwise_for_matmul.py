"""An elementwise product stands for a matrix product."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.layers import products_by_entry
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """Hadamard with broadcasting, or its diagonal."""
    for name, expr, fits in products_by_entry(world):
        if fits:
            yield from world.edit(name, expr, "")
        else:
            yield Edit(name, {name: expr}, {}, 0.0, "shape")


MISTAKE = Mistake(
    code="BP404",
    name="elementwise-for-matmul",
    tier="B",
    message=(
        "{at} multiplies entry by entry; the matrix product multiplies and sums over "
        "the shared index."
    ),
    question="Is this product taken entry by entry, or does it sum over an index?",
    remedy="{at} = {right}",
    edits=edits,
)
