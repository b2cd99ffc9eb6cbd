"""A velocity or a moment of the update rule is made or used wrongly.

What it is
The update keeps numbers beside the weights: a velocity, averages of the gradient and of
its square. One of them is built wrongly, not carried on, not corrected, or put into the
step in the wrong way.

Why it is wrong
The rules differ just there: in what is averaged with which shares, what is squared,
where the root stands, and how a start at 0 is corrected. A small change makes quite
another step.

Example
In the first step of Adam with the gradient 2 and beta1 = 0.9, m = 0.1 * 2 = 0.2 and
mhat = 0.2 / (1 - 0.9) = 2. To use 0.2 for mhat is to leave out the bias correction.

How to avoid it
Keep a table with a row for each step and a column for each quantity of the rule: t, g,
m, v, mhat, vhat, w. Fill it from left to right, and begin each row with the last one.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.moments import slips
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """Velocities, moments, corrections and steps that are made otherwise."""
    yield from slips(world)


MISTAKE = Mistake(
    code="BP320",
    name="optimizer-state-slip",
    tier="D",
    message="{used}.",
    question="How does the rule make {at}, and from which numbers?",
    remedy="{mend}.",
    examples=(
        Example(
            net="adam",
            answers="dL/dw: 2.4\nw_m: 0.24\nw_v: 0.00576\nw_mhat: 0.24\nw_vhat: 5.76\n",
            at="w_mhat",
        ),
        Example(
            net="adam",
            answers=("dL/dw: 2.4\nw_m: 0.24\nw_v: 0.0024\nw_mhat: 2.4\nw_vhat: 2.4\n"),
            at="w_v",
        ),
        Example(
            net="momentum",
            answers="steps:\n  - {w_v: 0.24, w_new: 0.76}\n  - {dL/dw: 1.344, w_v: 0.1344}\n",
            at="w_v",
        ),
    ),
    edits=edits,
    weight=5.0,
)
