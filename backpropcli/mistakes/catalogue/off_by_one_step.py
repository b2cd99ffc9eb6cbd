"""A number of the step before or after is used.

What it is
A number of the step before is given, or that of one step more: the weight of another
step of the update, or in a recurrent network the state of another step of time.

Why it is wrong
With several steps each weight and each state has a whole list of values. The first
weight is the given one, before any step. And what a recurrent weight multiplies in step
t is the state of step t-1.

Example
A relu network with w2 = (0.3, -0.6) has w2 = (0.3, -0.3086) after one step with the
learning rate 0.1. The value (0.3, -0.6) belongs to no step yet. For h[t] =
tanh(0.5*h[t-1] + x[t]) with h[0] = 1 and x = (0.2, 0.3), h = (0.6044, 0.5386), and
dL/dw = dL/dz[1] * 1 + dL/dz[2] * 0.6044: to multiply by 0.6044 and 0.5386 is one step
too far.

How to avoid it
Number the steps in a table: in row 0 what is given, in row 1 what the first step makes
of it. Each row uses the row above.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.losses import other_step
from backpropcli.mistakes.shifts import shifted
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The weight before the step for the one after it; a sequence one step off in a gradient."""
    yield from other_step(world)
    yield from shifted(world)


MISTAKE = Mistake(
    code="BP613",
    name="off-by-one-step",
    tier="C",
    message="{at} {how}.",
    question="Which step does each number of {at} belong to?",
    remedy="{mend}.",
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
        Example(
            net="recurrent",
            answers=(
                "h[1]: 0.6044\nh[2]: 0.5386\nL: 0.5386\ndL/dh[2]: 1\ndL/dh[1]: 0.3550\n"
                "dL/dw: 0.5185\n"
            ),
            at="dL/dw",
        ),
    ),
    edits=edits,
    look_alikes=("wrong-parameter",),
)
