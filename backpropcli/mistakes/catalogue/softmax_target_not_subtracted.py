"""The target is not subtracted from the softmax probabilities.

What it is
The gradient of the scores is given as the probabilities alone, or 1 is subtracted at
every class.

Why it is wrong
For softmax with cross-entropy the gradient is p - y, and y is 1 at the true class and 0
elsewhere. Its entries sum to 0, because p and y both sum to 1.

Example
With p = (0.6652, 0.2447, 0.09003) and the second class true, dL/dz = (0.6652, -0.7553,
0.09003). The probabilities alone sum to 1. With 1 subtracted everywhere, (-0.3348,
-0.7553, -0.91) sums to -2.

How to avoid it
Write the target as a row of zeros with a single 1 and subtract it. Then add the entries
up: they have to give 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.slopes import output_pairs
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The probabilities themselves, or all of them minus 1."""
    for pair in output_pairs(world):
        if pair.activation == "softmax":
            yield from world.edit(pair.name, pair.per_row(pair.p), "none")
            yield from world.edit(pair.name, pair.per_row(pair.p - 1), "all")


MISTAKE = Mistake(
    code="BP207",
    name="softmax-target-not-subtracted",
    tier="B",
    message=(
        "{at} should have 1 subtracted at the true class, and only there, so that its entries "
        "sum to 0."
    ),
    question="To what do the entries of {at} sum, and to what should they?",
    remedy="Subtract the one-hot target from the probabilities.",
    examples=(
        Example(
            net="softmax",
            answers="p: [0.6652, 0.2447, 0.09003]\nL: 1.4076\ndL/dz: [0.6652, 0.2447, 0.09003]\n",
            at="dL/dz",
        ),
        Example(
            net="softmax",
            answers="p: [0.6652, 0.2447, 0.09003]\nL: 1.4076\ndL/dz: [-0.3348, -0.7553, -0.91]\n",
            at="dL/dz",
        ),
    ),
    edits=edits,
    look_alikes=("missing-term-in-chain",),
)
