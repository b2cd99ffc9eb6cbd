"""The minus sign of a cross-entropy is missing.

What it is
The minus sign in front of a cross-entropy is left out, so that the loss comes out
negative.

Why it is wrong
The logarithm of a probability is never above 0. The minus makes the loss 0 for a
perfect prediction and positive for every other one.

Example
Scores (2, 1, 0) give the probabilities p = (0.6652, 0.2447, 0.09003). If the second
class is the true one, L = -ln 0.2447 = 1.408. Without the minus it is -1.408.

How to avoid it
Check the sign at the end: a cross-entropy below 0 cannot be right.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.losses import scaled_values
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The loss with the other sign, with or without its gradient."""
    if world.loss.kind in (
        "cross_entropy",
        "softmax_cross_entropy",
        "bce",
        "bce_with_logits",
        "log",
    ):
        for name, expr in scaled_values(world, Fraction(-1)):
            for value in world.edit(name, expr, "value"):
                yield value
                for slope in world.scaled_loss(-1):
                    changes = {**value.changes, **slope.changes}
                    yield Edit(name, changes, {}, 1.0, "both")


MISTAKE = Mistake(
    code="BP104",
    name="loss-sign-missing",
    tier="C",
    message=(
        "{at} has lost its leading minus sign: a cross-entropy is minus the sum of the logarithms."
    ),
    question=(
        "What sign has the logarithm of a number between 0 and 1, and what sign has this loss?"
    ),
    remedy="Put the minus sign in front of the sum of the logarithms.",
    examples=(
        Example(
            net="softmax",
            answers=(
                "p: [0.6652, 0.2447, 0.09003]\nL: -1.4076\ndL/dz: [0.6652, -0.7553, 0.09003]\n"
            ),
            at="L",
        ),
    ),
    edits=edits,
    look_alikes=("sign-slip",),
)
