"""The gradient of the regulariser is missing.

What it is
The loss has a penalty on the weights, but the gradient of a weight comes from the
prediction error alone.

Why it is wrong
The weight stands in both parts of the loss, so both have a derivative with respect to
it. Without the second part the penalty would have no effect on learning.

Example
The prediction error gives dL/dw2 = (0, -2.914) for w2 = (0.3, -0.6). The penalty
lambda/2 * sum(w2^2) with lambda = 0.1 adds 0.1 * w2, so that dL/dw2 = (0.03, -2.974).

How to avoid it
Before you start, underline every place of the loss in which the weight stands. Each of
them gives a summand of its gradient.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import summed
from backpropcli.mistakes.penalties import penalised
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A weight's gradient without the penalty's part."""
    for equation, data, penalty in penalised(world):
        text = world.text(summed(penalty))
        yield from world.edit(equation.name, summed(data), "all", penalty=text)
        for i, one in enumerate(penalty if len(penalty) > 1 else ()):
            rest = [*data, *(t for j, t in enumerate(penalty) if j != i)]
            text = world.text(summed([one]))
            yield from world.edit(equation.name, summed(rest), f"part {i}", 1.0, penalty=text)


MISTAKE = Mistake(
    code="BP208",
    name="reg-gradient-missing",
    tier="B",
    message="{at} lacks the part that comes from the penalty: {penalty}.",
    question="In how many terms of the loss does this weight stand?",
    remedy="Add the derivative of the penalty, {penalty}.",
    examples=(
        Example(
            net="penalty",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\nL: 1.7897\ndL/dyhat: -1.88\n"
                "dL/dw2: [0, -2.914]\ndL/dh: [-0.564, 1.128]\n"
            ),
            at="dL/dw2",
        ),
    ),
    edits=edits,
    look_alikes=("missing-term-in-chain",),
)
