"""The new weight, or the step, is given as the gradient.

What it is
What is given as the gradient is already the new weight, the weight minus its gradient,
or the step.

Why it is wrong
The gradient says how the loss changes with the weight. The update is what is made of it
afterwards.

Example
A relu network with w2 = (0.3, -0.6) has dL/dw2 = (0, -2.914). With the learning rate
0.1 the new weight is (0.3, -0.3086), and w2 - dL/dw2 would be (0.3, 2.314); neither is
the gradient.

How to avoid it
Keep two lines: first the gradient, then the update that uses it.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """W - g, the new weight, or the step in place of the gradient."""
    for equation in world.gradients:
        weight = equation.name.rpartition("/d")[2]
        if weight not in world.weights or world.program.shapes[weight] != equation.shape:
            continue
        minus, used = Name(weight) - equation.expr, "the weight minus its gradient"
        yield from world.edit(equation.name, minus, "minus", used=used)
        update = world.problem.update
        if update is not None and f"{weight}_new" in world.equations:
            lr = update.lr
            new = Name(weight) - lr * equation.expr
            yield from world.edit(equation.name, new, "new", used="the new weight")
            used = "the step: the learning rate is already in it"
            yield from world.edit(equation.name, lr * equation.expr, "step", used=used)


MISTAKE = Mistake(
    code="BP608",
    name="update-reported-as-gradient",
    tier="C",
    message="{at} is {used}, not the gradient.",
    question="Is this the gradient, or what the update makes of it?",
    remedy="Give the gradient by itself: {at} = {right}.",
    examples=(
        Example(
            net="step",
            answers="yhat: -0.88\ndL/dyhat: -1.88\ndL/dw2: [0.3, 2.314]\ndL/db2: -1.88\n",
            at="dL/dw2",
        ),
        Example(
            net="step",
            answers="yhat: -0.88\ndL/dyhat: -1.88\ndL/dw2: [0.3, -0.3086]\ndL/db2: -1.88\n",
            at="dL/dw2",
        ),
    ),
    edits=edits,
    look_alikes=("learning-rate-omitted",),
)
