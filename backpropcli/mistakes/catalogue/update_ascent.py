"""The step goes uphill: the gradient is added instead of subtracted.

What it is
The step is added to the weight: w + eta * gradient instead of w - eta * gradient.

Why it is wrong
The gradient points to where the loss grows. Gradient descent wants it to shrink and
goes the other way.

Example
With w2 = (0.3, -0.6), dL/dw2 = (0, -2.914) and eta = 0.1 the new weights are (0.3, -0.6
+ 0.2914) = (0.3, -0.3086). With the wrong sign they become (0.3, -0.8914).

How to avoid it
Write the rule down before the numbers: new = old - eta * gradient. A negative gradient
makes the weight larger.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.optimizers import ascents
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A new weight or a change with the sign of its step turned."""
    for equation, turned in ascents(world):
        yield from world.edit(equation.name, turned, "ascent")


MISTAKE = Mistake(
    code="BP103",
    name="update-ascent",
    tier="A",
    message=(
        "{at} moves along the gradient, so the loss grows: gradient descent subtracts the step."
    ),
    question="In which direction does gradient descent move a weight whose gradient is positive?",
    remedy="Subtract the learning rate times the gradient from the old weight.",
    examples=(Example("step", "dL/dw2: [0, -2.914]\nw2_new: [0.3, -0.8914]\n", "w2_new"),),
    edits=edits,
    look_alikes=("residual-reversed", "sign-slip"),
)
