"""The gradient is summed over the wrong axis.

What it is
The gradient of a bias is summed over the units, or over everything, in place of the
examples.

Why it is wrong
Each unit has a bias of its own, which all examples share. So the sum runs over the
examples and leaves one entry for each unit.

Example
A batch of two examples with dL/dZ = [1 2; 3 -1], one example in each row, has dL/db =
(1 + 3, 2 - 1) = (4, 1). Summed along the rows it is (3, 2), and summed over everything
5.

How to avoid it
Give the gradient as many entries as the bias has. With as many examples as units the
shape does not warn you, so name the index that you sum over.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.batches import axis_sums
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The sum over the units, or over everything."""
    for name, expr, over, fits in axis_sums(world):
        if fits:
            yield from world.edit(name, expr, over, over=over)
        else:
            yield Edit(name, {name: expr}, {"over": over}, 0.0, over)


MISTAKE = Mistake(
    code="BP407",
    name="sum-over-wrong-axis",
    tier="C",
    message=(
        "{at} is summed over {over}: a bias has one entry for each unit, so the sum runs over the "
        "examples."
    ),
    question="How many entries does this bias have, and what is summed for each?",
    remedy="Sum over the examples, for each unit by itself: {at} = {right}.",
    examples=(
        Example(
            net="batch",
            answers="Z: [[5.5, 0], [2.5, 1]]\ndL/dW: [[1, 2], [5, 3]]\ndL/db: [3, 2]\n",
            at="dL/db",
        ),
        Example(
            net="batch",
            answers="Z: [[5.5, 0], [2.5, 1]]\ndL/dW: [[1, 2], [5, 3]]\ndL/db: [5, 5]\n",
            at="dL/db",
        ),
    ),
    edits=edits,
    look_alikes=("batch-not-summed",),
)
