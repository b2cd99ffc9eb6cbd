"""The gradient stops at the probabilities.

What it is
The derivative with respect to the probability, -y / p, is given as the gradient of the
score.

Why it is wrong
Between the score and the probability lies the softmax or the sigmoid. Its derivative
has to be a factor too, and with cross-entropy the product is simply p - y.

Example
With p = (0.6652, 0.2447, 0.09003) and the second class true, dL/dp has -1 / p at
the true class, (0, -4.086, 0). One step further dL/dz = (0.6652, -0.7553, 0.09003).

How to avoid it
Give p and z a line each on the way back. The gradient of a score lies between -1 and 1
for one example, so -4.086 must have stopped too early.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.slopes import output_pairs
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The derivative -y/p given for the gradient of the scores."""
    for pair in output_pairs(world):
        yield from world.edit(pair.name, pair.before, "all", activation=pair.activation)


MISTAKE = Mistake(
    code="BP215",
    name="ce-stops-at-probability",
    tier="B",
    message=(
        "{at} is the derivative with respect to the probabilities; one more step leads back "
        "through {activation}."
    ),
    question="Is this the derivative with respect to the probability or to the score?",
    remedy="Go one step further, through the derivative of {activation}.",
    examples=(
        Example(
            net="softmax",
            answers="p: [0.6652, 0.2447, 0.09003]\nL: 1.4076\ndL/dz: [0, -4.086, 0]\n",
            at="dL/dz",
        ),
        Example("bce", "p: 0.4048\nL: 0.5188\ndL/ds: 1.68\ndL/dw2: [0.3323, 1.3859]\n", "dL/ds"),
    ),
    edits=edits,
    look_alikes=("missing-activation-derivative",),
)
