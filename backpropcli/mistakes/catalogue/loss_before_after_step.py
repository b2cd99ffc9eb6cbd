"""The loss before the step is given for the loss after it.

What it is
The loss at the old weights is given where the loss after the step is asked, or the
other way round.

Why it is wrong
A step changes the weights, and the loss has to be worked out anew with them. Only the
comparison of the two shows whether the step helped.

Example
A relu network with L = (yhat - y)^2 / 2 has L = 1.767 at the given weights. After one
step with the learning rate 0.1 on all weights it is 0.5320; to give 1.767 for it is to
take the old weights.

How to avoid it
Mark every value with the step that it belongs to, and make a whole forward pass after
the update.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.losses import before_after
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The old loss for the new one, and the reverse."""
    yield from before_after(world)


MISTAKE = Mistake(
    code="BP612",
    name="loss-before-after-step",
    tier="C",
    message="{at} is the loss at the {used} weights.",
    question="At which weights is this loss taken?",
    remedy="Put the {right_ones} weights into the loss.",
    examples=(
        Example(
            net="after",
            answers=(
                "yhat: -0.88\nL: 1.7672\ndL/dyhat: -1.88\ndL/dw2: [0, -2.914]\nw2_new: [0.3, "
                "-0.3086]\nL_new: 1.7672\n"
            ),
            at="L_new",
        ),
    ),
    edits=edits,
    look_alikes=("copied-stale-value", "wrong-parameter"),
)
