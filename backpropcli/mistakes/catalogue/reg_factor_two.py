"""The gradient of the penalty has a factor 2 too many or too few.

What it is
The gradient of a weight contains the penalty's part twice, or only half of it.

Why it is wrong
The penalty is differentiated with the constant that it has: lambda/2 * w^2 gives lambda
* w, and lambda * w^2 gives 2 * lambda * w. The two are easily mixed up.

Example
A relu network with the penalty lambda/2 * w2^2 and lambda = 0.1 has w2 = (0.3, -0.6)
and dL/dw2 = (0, -2.914) + 0.1 * (0.3, -0.6) = (0.03, -2.974). With a 2 too many it is
(0.06, -3.034).

How to avoid it
Write the penalty down with its constant, differentiate the square, and cancel only what
is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import scaled, summed, terms
from backpropcli.mistakes.penalties import penalised
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A weight's gradient with the penalty's part doubled or halved."""
    for equation, data, penalty in penalised(world):
        for factor, ratio in ((Fraction(2), "twice"), (Fraction(1, 2), "half")):
            expr = summed([*data, *terms(scaled(summed(penalty), factor))])
            yield from world.edit(equation.name, expr, ratio, ratio=ratio)
            for i, one in enumerate(penalty if len(penalty) > 1 else ()):
                rest = [*data, *(t for j, t in enumerate(penalty) if j != i)]
                expr = summed([*rest, *terms(scaled(summed([one]), factor))])
                yield from world.edit(equation.name, expr, f"{ratio} of {i}", 1.0, ratio=ratio)


MISTAKE = Mistake(
    code="BP306",
    name="reg-factor-two",
    tier="B",
    message="{at} has the penalty's part {ratio} as large as it should be.",
    question="What is the derivative of the penalty, with its own constant factor?",
    remedy="Differentiate the penalty together with its constant: {at} = {right}.",
    examples=(
        Example(
            net="penalty",
            answers=(
                "yhat: -0.88\nL: 1.7897\ndL/dyhat: -1.88\ndL/dw2: [0.06, -3.034]\ndL/db2: -1.88\n"
            ),
            at="dL/dw2",
        ),
        Example(
            net="penalty",
            answers=(
                "yhat: -0.88\nL: 1.7897\ndL/dyhat: -1.88\ndL/dw2: [0.015, -2.944]\ndL/db2: -1.88\n"
            ),
            at="dL/dw2",
        ),
    ),
    edits=edits,
    look_alikes=("reg-scale-mismatch",),
)
