"""Everything follows another loss.

What it is
The value of the loss and all gradients fit another loss: with or without a factor 1/2,
a sum for a mean.

Why it is wrong
Both losses are used in practice, and they have their minimum in the same place. But the
numbers differ by a constant, and the exercise has chosen one.

Example
With yhat = -0.88, y = 1 and the loss (yhat - y)^2 / 2, L = 1.767 and dL/dyhat = -1.88.
Who takes (yhat - y)^2 gets 3.534 and -3.76, both twice as large.

How to avoid it
Copy the loss from the exercise before you start, even if your course book writes it
otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.losses import other_losses
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The loss and its gradients times one constant."""
    yield from other_losses(world)


MISTAKE = Mistake(
    code="BP801",
    name="different-loss",
    tier="B",
    message="All your numbers fit a loss that is {ratio} the one of this exercise.",
    question="Which constant factor does the loss of this exercise have?",
    remedy="Take the loss as it is defined in the exercise: {at} = {right}.",
    examples=(
        Example(
            net="A",
            answers="yhat: -0.88\nL: 3.534\ndL/dyhat: -3.76\ndL/dw2: [0, -5.828]\ndL/db2: -3.76\n",
            at="L",
        ),
    ),
    edits=edits,
    look_alikes=("loss-half-missing", "square-factor-kept", "loss-mean-vs-sum"),
)
