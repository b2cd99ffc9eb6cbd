"""An elementwise product stands for a matrix product.

What it is
A matrix product is taken entry by entry, without the sum over the shared index.

Why it is wrong
In a matrix product each result collects from a whole row: it multiplies and adds. Entry
by entry nothing is collected, and most connections are lost.

Example
For z = V h with V = [1 2; 3 -1] and dL/dz = (0.5, -2) the product of V transposed and
dL/dz is (-5.5, 3). Entry by entry V * dL/dz is [0.5 -4; 1.5 2], and its diagonal alone
(0.5, 2).

How to avoid it
Ask how many numbers flow into one entry of the result. If several units feed it, a sum
belongs there.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
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
        "{at} multiplies entry by entry; the matrix product multiplies and sums over the shared "
        "index."
    ),
    question="Is this product taken entry by entry, or does it sum over an index?",
    remedy="Multiply and add up over the shared index: {at} = {right}.",
    examples=(
        Example(
            net="square",
            answers="z: [4, 5]\ndL/dh: [0.5, 2]\n",
            at="dL/dh",
        ),
        Example(
            net="square",
            answers="z: [4, 5]\ndL/dh: [[0.5, -4], [1.5, 2]]\n",
            at="dL/dh",
        ),
    ),
    edits=edits,
    look_alikes=("fanout-path-dropped",),
)
