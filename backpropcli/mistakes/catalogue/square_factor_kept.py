"""The 2 of the square is kept although the loss has a factor 1/2.

What it is
The loss is (yhat - y)^2 / 2, and its derivative is written as 2*(yhat - y). The loss
itself is right.

Why it is wrong
The square brings down a 2, and the 1/2 in front of it is still there: together they are
1. Every gradient that follows is twice too large.

Example
A relu network with yhat = -0.88, y = 1 and the loss (yhat - y)^2 / 2 has dL/dyhat =
-0.88 - 1 = -1.88. With the 2 kept it is -3.76, and dL/dw2 becomes (0, -5.828) in place
of (0, -2.914).

How to avoid it
Write the constant of the loss down before you differentiate: 1/2 * 2 * (yhat - y). Then
cancel.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The gradients that come from a half squared loss, doubled."""
    if world.loss.squared and world.loss.halves:
        yield from world.scaled_loss(2)


MISTAKE = Mistake(
    code="BP301",
    name="square-factor-kept",
    tier="A",
    message=(
        "{at} is twice as large as it should be: the factor 1/2 of the loss cancels the 2 of the "
        "square."
    ),
    question="What becomes of the factor 1/2 of the loss when the square is differentiated?",
    remedy=(
        "Keep the factor 1/2 in front while you differentiate the square, then cancel it against "
        "the 2."
    ),
    examples=(
        Example(
            net="A",
            answers="yhat: -0.88\nL: 1.7672\ndL/dyhat: -3.76\ndL/dw2: [0, -5.828]\n",
            at="dL/dyhat",
        ),
    ),
    edits=edits,
    look_alikes=("missing-batch-mean", "different-loss", "accumulate-doubled"),
)
