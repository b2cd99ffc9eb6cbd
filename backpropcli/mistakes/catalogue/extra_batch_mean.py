"""The gradient is divided by N once more.

What it is
A gradient is divided by the number of examples, or of steps of time, although the
mean is already in the gradient from which it follows, or although no mean is taken.

Why it is wrong
The 1/N of a mean belongs into the backward pass once, at its beginning. Each further
division makes everything that follows N times too small.

Example
For X = [1 2; 3 -1] and y = (1, 0) with the mean squared error, dL/dyhat = (-1.4, 2.1)
already contains the 1/2. So dL/db = -1.4 + 2.1 = 0.7. Divided by N = 2 once more it is
0.35.

How to avoid it
Decide where the 1/N goes before you start, and go on with plain sums from there. Some
courses put it into dL/dW instead; then it is not in dL/dZ.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.mistakes.batches import batch_sizes, gradient_totals
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.over_time import means_over_steps
from backpropcli.mistakes.parts import scaled, summed, terms
from backpropcli.mistakes.penalties import penalised
from backpropcli.mistakes.world import World

MEAN_IS_IN = "a second time: the gradient from which it follows contains the mean already"


def edits(world: World) -> Iterator[Edit]:
    """A gradient divided by the number of examples, or at the loss by that of outputs."""
    slopes = {e.name for e in world.loss_slopes}
    for count, what in batch_sizes(world).items():
        averaged = {what, "entries"} & set(world.loss.averaged)
        facts = {
            "count": str(count),
            "why": MEAN_IS_IN if averaged else f"although no mean over the {what} is taken here",
        }
        share, bits = Fraction(1, count), 0.0 if what == "examples" else 1.0
        for equation in world.gradients:
            at_loss = equation.name in slopes
            if equation.name in world.loss.parts_slopes or not (at_loss or what == "examples"):
                continue
            kind = what if at_loss else what + " below"
            yield from world.edit(equation.name, scaled(equation.expr, share), kind, bits, **facts)
        for equation, data, penalty in penalised(world) if what == "examples" else ():
            part = summed([*terms(scaled(summed(data), share)), *penalty])
            yield from world.edit(equation.name, part, what + " below", 0.0, **facts)
    for equation, count, mean in means_over_steps(world):
        facts = {"count": str(count), "why": "although the steps are added up, not averaged"}
        yield from world.edit(equation.name, mean, "steps below", 0.0, **facts)
    is_sum = world.problem.reduce != "mean"
    for equation, parts in gradient_totals(world):
        count = len(parts)
        why = "although no mean over the examples is taken here" if is_sum else MEAN_IS_IN
        facts = {"count": str(count), "why": why}
        part = scaled(equation.expr, Fraction(1, count))
        yield Edit(equation.name, {equation.name: part}, facts, 0.0, "totals")


MISTAKE = Mistake(
    code="BP304",
    name="extra-batch-mean",
    tier="A",
    message="{at} is divided by {count} {why}.",
    question="Where does the backward pass have to divide by a count, and how often?",
    remedy="Divide no more often than the loss does: {at} = {right}.",
    examples=(
        Example("B", "L: 3.185\ndL/dyhat: [-1.4, 2.1]\ndL/dw: [4.9, -4.9]\ndL/db: 0.35\n", "dL/db"),
        Example(
            "batch", "Z: [[5.5, 0], [2.5, 1]]\ndL/dW: [[1, 2], [5, 3]]\ndL/db: [2, 0.5]\n", "dL/db"
        ),
    ),
    edits=edits,
    look_alikes=("missing-factor-two",),
)
