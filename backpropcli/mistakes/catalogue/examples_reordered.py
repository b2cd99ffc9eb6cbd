"""The examples of an epoch are gone through in another order.

What it is
In stochastic gradient descent the examples are taken in the reverse order, or in
another one than the exercise gives.

Why it is wrong
Each example changes the weights that the next one sees. So another order gives other
numbers at every step, although all examples were used.

Example
For p = w*x with w = 0.5, the loss (p - y)^2/2 and the learning rate 0.1, the example
(1, 2) leads to w = 0.5 + 0.1*1.5 = 0.65, and then (2, 3) to 0.65 + 0.1*1.7*2 = 0.99.
With (2, 3) first, w is 0.9 and then 1.01.

How to avoid it
Write the number of the example in front of each step before you start.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.epochs import reordered
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The data of each step of an epoch from another step."""
    yield from reordered(world)


MISTAKE = Mistake(
    code="BP614",
    name="examples-reordered",
    tier="D",
    message="The examples are taken {how}; the exercise takes them in the order {asked}.",
    question="Which example does each step see?",
    remedy="Take the examples in the order {asked}: each step changes the weights for the next.",
    examples=(
        Example(
            "epoch",
            "steps:\n  - {p: 1, L: 2, dL/dp: -2, dL/dw: -4, w_new: 0.9}\n"
            "  - {p: 0.9, L: 0.605, dL/dp: -1.1, dL/dw: -1.1, w_new: 1.01}\n",
            "p",
        ),
    ),
    edits=edits,
)
