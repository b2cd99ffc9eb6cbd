"""The learning rate is left out of the step, or applied twice.

What it is
The gradient is subtracted from the weight as it is, or it is multiplied by the learning
rate twice.

Why it is wrong
The gradient gives the direction of the step, the learning rate its length. A step of
the whole gradient is usually much too long.

Example
A relu network with w2 = (0.3, -0.6), dL/dw2 = (0, -2.914) and the learning rate 0.1
gets w2 = (0.3, -0.6 + 0.2914) = (0.3, -0.3086). Without the learning rate it would be
(0.3, 2.314), and with it twice (0.3, -0.5709).

How to avoid it
Work out the step by itself first, learning rate times gradient, and ask whether its
size is sensible beside the weight.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.optimizers import step_forms
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A step of the whole gradient, or of the learning rate squared times it."""
    for equation, once, twice in step_forms(world):
        yield from world.edit(equation.name, once, "none", used="the whole gradient")
        yield from world.edit(
            equation.name, twice, "twice", used="the learning rate squared times the gradient"
        )


MISTAKE = Mistake(
    code="BP307",
    name="learning-rate-omitted",
    tier="B",
    message=(
        "{at} makes a step of {used}; the gradient has to be multiplied by the learning rate once."
    ),
    question="How long is the step that the learning rate allows?",
    remedy="Multiply the gradient by the learning rate once, then subtract: {at} = {right}.",
    examples=(
        Example(
            net="step",
            answers="dL/dyhat: -1.88\ndL/dw2: [0, -2.914]\nw2_new: [0.3, 2.314]\n",
            at="w2_new",
        ),
        Example(
            net="step",
            answers="dL/dyhat: -1.88\ndL/dw2: [0, -2.914]\nw2_new: [0.3, -0.5709]\n",
            at="w2_new",
        ),
    ),
    edits=edits,
    look_alikes=("decimal-slip",),
)
