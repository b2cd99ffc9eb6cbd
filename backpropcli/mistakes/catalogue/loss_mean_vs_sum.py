"""The loss is summed where it is averaged, or averaged where it is summed.

What it is
The value of the loss is added up where its definition takes a mean, or averaged where
it is a sum. The gradients are right.

Why it is wrong
A mean and a sum differ by the number of what is added up. The mean does not grow with
the batch, the sum does.

Example
For X = [1 2; 3 -1], w = (0.5, -0.5), b = 0.1 and y = (1, 0) the squared residuals are
1.96 and 4.41. The mean squared error is 6.37 / 2 = 3.185; the sum alone is 6.37.

How to avoid it
Count what is added up and look for the 1/N in the definition. Rows may be averaged
while columns are added.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.language.nodes import names
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.losses import scaled_values
from backpropcli.mistakes.parts import scaled
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The value of the loss times a count it divides by, or divided by one it does not."""
    for what, count in world.loss.counts.items():
        averaged = world.loss.averaged.get(what) == count
        factor = Fraction(count) if averaged else Fraction(1, count)
        why = (
            f"it is the mean over the {count} {what}"
            if averaged
            else f"it is the sum over the {count} {what}"
        )
        ratio = f"{count} times what" if averaged else f"1/{count} of what"
        for name, expr in scaled_values(world, factor):
            yield from world.edit(name, expr, what, ratio=ratio, why=why)
    yield from _total(world)


def _total(world: World) -> Iterator[Edit]:
    """The loss of all examples, added up instead of averaged or the reverse."""
    for equation in world.totals:
        if equation.name == world.problem.loss:
            count, is_mean = len(names(equation.expr)), world.problem.reduce == "mean"
            factor = Fraction(count) if is_mean else Fraction(1, count)
            ratio = f"{count} times what" if is_mean else f"1/{count} of what"
            why = f"it is the {'mean' if is_mean else 'sum'} over the {count} examples"
            changes = {equation.name: scaled(equation.expr, factor)}
            yield Edit(equation.name, changes, {"ratio": ratio, "why": why}, 0.0, "examples")


MISTAKE = Mistake(
    code="BP308",
    name="loss-mean-vs-sum",
    tier="B",
    message="{at} is {ratio} it should be: {why}.",
    question="Is this loss a sum or a mean, and over what?",
    remedy="Take the sum or the mean that the exercise defines: {at} = {right}.",
    examples=(
        Example(
            net="B",
            answers="yhat: [-0.4, 2.1]\nL: 6.37\ndL/dyhat: [-1.4, 2.1]\ndL/db: 0.7\n",
            at="L",
        ),
    ),
    edits=edits,
    look_alikes=("different-loss", "loss-half-missing"),
)
