"""The 1/N of a mean is left out of its gradient.

What it is
The loss is a mean, but its gradient is worked out as if it were a sum: the 1/N is lost
on the way back. The value of the loss is right.

Why it is wrong
A constant factor of the loss is a factor of every gradient too. Without it all
gradients are N times too large.

Example
For X = [1 2; 3 -1], w = (0.5, -0.5), b = 0.1 and y = (1, 0) the residuals are (-1.4,
2.1). The loss is the mean of their squares over N = 2, so dL/dyhat = 2 * (-1.4, 2.1) /
2 = (-1.4, 2.1). Without the 1/2 it is (-2.8, 4.2), and dL/dw is (9.8, -9.8) in place of
(4.9, -4.9).

How to avoid it
Write the 1/N in front of the sum and carry it along while you differentiate. One step
size should do for a small batch and for a large one; that is what the mean is for.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.batches import gradient_totals
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import scaled
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The gradients that come from a mean, times what it divides by."""
    for what, count in world.loss.averaged.items():
        yield from world.scaled_loss(count, what, count=str(count), what=what)
    for equation, parts in gradient_totals(world) if world.problem.reduce == "mean" else ():
        facts = {"count": str(len(parts)), "what": "examples"}
        yield Edit(equation.name, {equation.name: scaled(equation.expr, len(parts))}, facts)


MISTAKE = Mistake(
    code="BP302",
    name="missing-batch-mean",
    tier="A",
    message=(
        "{at} is {count} times as large as it should be: the loss is a mean over {count} {what}, "
        "and its gradient carries the same factor."
    ),
    question="The loss is a mean: what does that do to its gradient?",
    remedy="Divide by {count} once, in the first gradient of the backward pass.",
    examples=(
        Example(
            net="B",
            answers=(
                "yhat: [-0.4, 2.1]\nL: 3.185\ndL/dyhat: [-2.8, 4.2]\ndL/dw: [9.8, -9.8]\ndL/db: "
                "1.4\n"
            ),
            at="dL/dyhat",
        ),
        Example(
            net="decay",
            answers=(
                "yhat: [-0.4, 2.1, -0.4]\nL: 4.0683\ndL/dyhat: [-2.8, 4.2, -4.8]\ndL/dw: [9.85, "
                "-14.65]\ndL/db: -3.4\n"
            ),
            at="dL/dyhat",
        ),
    ),
    edits=edits,
    look_alikes=("square-factor-kept", "loss-mean-vs-sum"),
)
