"""The weight matrix is not transposed on the way back.

What it is
A product with a square weight matrix runs over the rows where it should run over the
columns, or the other way round.

Why it is wrong
Going forward, unit i collects V[i,j] * h[j] over j. Going back, h[j] collects from
every unit i that it feeds, so the sum of V[i,j] * dL/dz[i] runs over i: the matrix is
transposed.

Example
For z = V h with V = [1 2; 3 -1] and dL/dz = (0.5, -2), dL/dh = (1 * 0.5 + 3 * (-2), 2 *
0.5 - 1 * (-2)) = (-5.5, 3). Without the transpose it is (-3.5, 3.5).

How to avoid it
Follow one arrow of the network backwards: h1 feeds both units, by V[1,1] and V[2,1], so
these two weights occur. Shapes do not help with a square matrix.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.layers import turned_weights
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A product with a square weight matrix turned, forward or backward."""
    for name, expr, weight in turned_weights(world):  # or a gradient: that of K in Q @ K.T
        yield from world.edit(name, expr, "", weight=weight)


MISTAKE = Mistake(
    code="BP401",
    name="weight-not-transposed",
    tier="A",
    message=(
        "{at} multiplies by {weight} as it stands where its transpose belongs, or the reverse: "
        "the sums run over rows instead of columns."
    ),
    question="Over which index of {weight} does the sum run here?",
    remedy="Going forward use the matrix, going back its transpose: {at} = {right}.",
    examples=(
        Example(
            net="square",
            answers="z: [4, 5]\ndL/dh: [-3.5, 3.5]\n",
            at="dL/dh",
        ),
        Example(
            net="A",
            answers="z: [1.1, 0.3]\nh: [1.1, 0.3]\nyhat: 0.2\nL: 0.32\n",
            at="z",
        ),
    ),
    edits=edits,
    look_alikes=("wrong-parameter", "crossed-wiring"),
)
