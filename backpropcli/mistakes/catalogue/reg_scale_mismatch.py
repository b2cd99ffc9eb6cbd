"""The gradient of the penalty is scaled otherwise than the penalty.

What it is
The penalty enters the gradient with another scale than the loss: divided by the number
of examples or multiplied by it, or with a minus.

Why it is wrong
What is differentiated is the loss with the penalty as it stands. If only the data part
is a mean, the penalty is not divided by N.

Example
Three examples, X = [1 2; 3 -1; 0 1], y = (1, 0, 2), w = (0.5, -0.5), b = 0.1: the mean
squared error plus lambda/2 * w^2 with lambda = 0.1 has dL/dw = (3.2667, -4.8667) +
(0.05, -0.05) = (3.3167, -4.9167). With the penalty divided by 3 it is (3.2833,
-4.8833).

How to avoid it
Mark in the definition which terms the 1/N stands in front of, and differentiate term by
term.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.mistakes.batches import batch_size
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import scaled, summed, terms
from backpropcli.mistakes.penalties import penalised
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The penalty's part divided or multiplied by the batch size, or with the other sign."""
    forms = {Fraction(-1): "with the wrong sign"}
    count = batch_size(world)
    if count:
        forms[Fraction(1, count)] = f"divided by {count}"
        forms[Fraction(count)] = f"multiplied by {count}"
    for equation, data, penalty in penalised(world):
        for factor, how in forms.items():
            expr = summed([*data, *terms(scaled(summed(penalty), factor))])
            yield from world.edit(equation.name, expr, how, how=how)


MISTAKE = Mistake(
    code="BP309",
    name="reg-scale-mismatch",
    tier="C",
    message="{at} has the penalty's part {how}.",
    question=(
        "Is the penalty averaged over the batch in this exercise, and with which sign does it "
        "enter?"
    ),
    remedy="Differentiate the penalty as it stands in the loss: {at} = {right}.",
    examples=(
        Example(
            net="decay",
            answers=(
                "yhat: [-0.4, 2.1, -0.4]\nL: 4.06833\ndL/dyhat: [-0.93333, 1.4, -1.6]\ndL/dw: "
                "[3.28333, -4.88333]\ndL/db: -1.13333\n"
            ),
            at="dL/dw",
        ),
        Example(
            net="penalty",
            answers=(
                "yhat: -0.88\nL: 1.7897\ndL/dyhat: -1.88\ndL/dw2: [-0.03, -2.854]\ndL/db2: -1.88\n"
            ),
            at="dL/dw2",
        ),
    ),
    edits=edits,
    look_alikes=("reg-factor-two",),
)
