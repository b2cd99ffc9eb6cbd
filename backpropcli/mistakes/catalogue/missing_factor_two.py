"""The 2 of a differentiated square is missing.

What it is
A square without a factor 1/2 is differentiated, and the 2 in front is left out.

Why it is wrong
The derivative of u^2 is 2*u. Only a factor 1/2 in the loss would cancel the 2, and here
there is none. Every gradient that follows is half as large as it should be.

Example
With u = 2*x + 3*y and the loss u^2, at x = 1 and y = 2 the value is u = 8 and dL/du = 2
* 8 = 16. Without the 2 it is 8, and dL/dx = 2 * dL/du becomes 16 in place of 32.

How to avoid it
Look whether the loss has a 1/2 before you drop the 2. If it has none, the 2 stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.losses import through_squares
from backpropcli.mistakes.parts import scaled
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The gradients that come from a square without 1/2, halved."""
    if world.loss.squared and not world.loss.halves:
        yield from world.scaled_loss(Fraction(1, 2))
    for equation in through_squares(world):
        yield from world.edit(equation.name, scaled(equation.expr, Fraction(1, 2)), "inner")


MISTAKE = Mistake(
    code="BP303",
    name="missing-factor-two",
    tier="A",
    message=(
        "{at} is half as large as it should be: the derivative of u^2 is 2*u, and no factor 1/2 "
        "cancels the 2."
    ),
    question="What is the derivative of a square?",
    remedy=(
        "Differentiate the square as 2*u, and cancel the 2 only against a 1/2 that is really there."
    ),
    examples=(
        Example(
            net="chain",
            answers="u: 8\nL: 64\ndL/du: 8\ndL/dx: 16\ndL/dy: 24\n",
            at="dL/du",
        ),
        Example(
            net="B",
            answers="yhat: [-0.4, 2.1]\nL: 3.185\ndL/dyhat: [-0.7, 1.05]\ndL/dw: [2.45, -2.45]\n",
            at="dL/dyhat",
        ),
    ),
    edits=edits,
    look_alikes=("extra-batch-mean",),
)
