"""Every prediction is compared with every target.

What it is
Every prediction is compared with every target, in place of its own one. In a program
this happens when a column and a row are subtracted.

Why it is wrong
Each example has one target. The differences to the targets of other examples say
nothing about the fit.

Example
For yhat = (-0.4, 2.1) and y = (1, 0) the residuals are (-1.4, 2.1), and the mean of
their squares is 3.185. All pairs have the differences -1.4, -0.4, 1.1 and 2.1, and the
mean of those squares is 1.935.

How to avoid it
Check the shape of yhat - y: it has as many entries as there are examples, and no more.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.losses import all_pairs
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The loss, and its gradient, over the outer difference."""
    yield from all_pairs(world)


MISTAKE = Mistake(
    code="BP408",
    name="broadcast-all-pairs",
    tier="C",
    message=(
        "{at} runs over all pairs of predictions and targets: a column and a row were subtracted "
        "and broadcast to a matrix."
    ),
    question="With how many targets is each prediction compared?",
    remedy="Compare each prediction with its own target: {at} = {right}.",
    examples=(
        Example(
            net="B",
            answers="yhat: [-0.4, 2.1]\nL: 1.935\ndL/dyhat: [-1.4, 2.1]\n",
            at="L",
        ),
        Example(
            net="B",
            answers="yhat: [-0.4, 2.1]\nL: 1.935\ndL/dyhat: [-0.9, 1.6]\ndL/db: 0.7\n",
            at="L",
        ),
    ),
    edits=edits,
)
