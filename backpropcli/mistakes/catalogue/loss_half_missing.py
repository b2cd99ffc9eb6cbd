"""The loss has a factor 1/2 too few or too many.

What it is
The value of a squared loss, or that of its penalty, is worked out without its factor
1/2, or with one that it does not have.

Why it is wrong
The factor belongs to the loss by definition. It changes no minimum, but the number is
another one.

Example
With yhat = -0.88, y = 1 and the loss (yhat - y)^2 / 2 the residual is -1.88 and its
square 3.534. The loss is half of that, 1.767. A penalty lambda/2 * w2^2 with w2 = (0.3,
-0.6) and lambda = 0.1 adds 0.05 * 0.45 = 0.0225, and not 0.045.

How to avoid it
Copy the definition of the loss with its constant before you put numbers in.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.losses import scaled_values
from backpropcli.mistakes.parts import terms
from backpropcli.mistakes.penalties import scaled_penalties
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A squared loss, or its penalty, doubled where it has 1/2 and halved where it has none."""
    if world.loss.squared:
        factor = Fraction(2) if world.loss.halves else Fraction(1, 2)
        ratio = "twice what" if world.loss.halves else "half of what"
        for name, expr in scaled_values(world, factor):
            held = any(t in world.loss.penalties for t in terms(world.equations[name].expr))
            part = f"the squared error in {name}" if held else name
            yield from world.edit(name, expr, "value", part=part, ratio=ratio)
    yield from scaled_penalties(world)


MISTAKE = Mistake(
    code="BP305",
    name="loss-half-missing",
    tier="B",
    message="{part} is {ratio} it should be: look at the factor 1/2 in its definition.",
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
        Example("penalty", "yhat: -0.88\nL: 1.8122\ndL/dyhat: -1.88\n", "L"),
    ),
    edits=edits,
    look_alikes=("different-loss", "loss-mean-vs-sum"),
)
