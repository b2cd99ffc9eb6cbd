"""The weights of the step before or after are used.

What it is
The weight of the step before is given, or that of one step more.

Why it is wrong
With several steps each weight has a whole list of values. The first one is the given
weight, before any step.

Example
A relu network with w2 = (0.3, -0.6) has w2 = (0.3, -0.3086) after one step with the
learning rate 0.1. The value (0.3, -0.6) belongs to no step yet.

How to avoid it
Number the steps in a table: in row 0 the given weights, in row 1 those after the first
step.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.losses import other_step
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The weight before the step in place of the one after it, or one step too many."""
    yield from other_step(world)


MISTAKE = Mistake(
    code="BP613",
    name="off-by-one-step",
    tier="C",
    message="{at} belongs to the step {side} the one that is asked.",
    question="After how many steps is this value asked?",
    remedy="Count the steps from the given weights.",
    examples=(
        Example(
            net="step",
            answers="yhat: -0.88\nL: 1.7672\ndL/dw2: [0, -2.914]\nw2_new: [0.3, -0.6]\n",
            at="w2_new",
        ),
        Example(
            net="step",
            answers="yhat: -0.88\nL: 1.7672\ndL/dw2: [0, -2.914]\nw2_new: [0.3, -0.0172]\n",
            at="w2_new",
        ),
    ),
    edits=edits,
    look_alikes=("wrong-parameter",),
)
