"""All examples of an epoch are worked out with the weights of its beginning.

What it is
In stochastic gradient descent the weights of the beginning stand in every step of an
epoch. Their changes are added up at the end, or each step changes them anew.

Why it is wrong
One example at a time means that each step begins with the weights that the step before
has left. With the old weights in all of them the whole epoch is one step of a batch.

Example
For p = w*x with w = 0.5, the loss (p - y)^2/2 and the learning rate 0.1, the example
(1, 2) leads to w = 0.65. The next example (2, 3) then has p = 1.3; with the old weight
p would be 1.

How to avoid it
Begin each step with a line that says what the weights are now, and copy it from the end
of the step before.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.epochs import with_old_weights
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The weights of the first step of an epoch in all of its steps."""
    yield from with_old_weights(world)


MISTAKE = Mistake(
    code="BP512",
    name="old-weights-kept",
    tier="C",
    message="{at} uses the weights of the beginning; each step has those that the last one left.",
    question="Which weights does each step of the epoch begin with?",
    remedy="Go on with the new weights of the step before.",
    examples=(
        Example(
            "epoch",
            "steps:\n  - {p: 0.5, L: 1.125, dL/dp: -1.5, dL/dw: -1.5, w_new: 0.65}\n"
            "  - {p: 1, L: 2, dL/dp: -2, dL/dw: -4, w_new: 1.05}\n",
            "p",
        ),
        Example(
            "epoch",
            "steps:\n  - {p: 0.5, L: 1.125, dL/dp: -1.5, dL/dw: -1.5, w_new: 0.65}\n"
            "  - {p: 1, L: 2, dL/dp: -2, dL/dw: -4, w_new: 0.9}\n",
            "p",
        ),
    ),
    edits=edits,
    look_alikes=("off-by-one-step",),
)
