"""The loss has a factor 1/2 too few or too many.

What it is
The value of a squared loss is worked out without its factor 1/2, or with one that it
does not have. The gradients are right.

Why it is wrong
The factor belongs to the loss by definition. It changes no minimum, but the number is
another one.

Example
With yhat = -0.88, y = 1 and the loss (yhat - y)^2 / 2 the residual is -1.88 and its
square 3.534. The loss is half of that, 1.767.

How to avoid it
Copy the definition of the loss with its constant before you put numbers in.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.losses import scaled_values
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The value of a squared loss doubled where it has 1/2, halved where it has none."""
    if world.loss.squared:
        factor = Fraction(2) if world.loss.halves else Fraction(1, 2)
        ratio = "twice what" if world.loss.halves else "half of what"
        for name, expr in scaled_values(world, factor):
            yield from world.edit(name, expr, "value", ratio=ratio)


MISTAKE = Mistake(
    code="BP305",
    name="loss-half-missing",
    tier="B",
    message="{at} is {ratio} it should be: look at the factor 1/2 in the definition of the loss.",
    question="Which constant factor does the loss of this exercise have?",
    remedy="Take the loss as the exercise defines it: {at} = {right}.",
    examples=(
        Example(
            net="A",
            answers="z: [-1.4, 1.55]\nyhat: -0.88\nL: 3.534\ndL/dyhat: -1.88\n",
            at="L",
        ),
        Example(
            net="B",
            answers="yhat: [-0.4, 2.1]\nL: 1.5925\ndL/dyhat: [-1.4, 2.1]\n",
            at="L",
        ),
    ),
    edits=edits,
    look_alikes=("different-loss", "loss-mean-vs-sum"),
)
