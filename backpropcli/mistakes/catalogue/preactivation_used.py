"""The value before the activation is used in place of the activation.

What it is
The value before an activation is put in where the value after it belongs: z for h.

Why it is wrong
The next layer receives what the activation gave. So its gradient, too, contains the
activation's output.

Example
A relu network with z = (-1.4, 1.55) and h = relu(z) = (0, 1.55) has dL/dw2 = -1.88 * h
= (0, -2.914). With z it is (2.632, -2.914): the weight of a unit that is off gets a
gradient.

How to avoid it
Give z and h letters of their own, and read off the network which of them the weight
multiplies.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name, names, substitute
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """Z in place of a where a layer or a weight's gradient uses a."""
    for equation in (*world.forward, *world.gradients):
        for name in names(equation.expr):
            z = world.preactivation(name)
            if not z or is_slope_of(world, equation.name, name):
                continue
            expr = substitute(equation.expr, {name: Name(z)})
            yield from world.edit(equation.name, expr, "", used=z, meant=name)


def is_slope_of(world: World, gradient: str, value: str) -> bool:
    """Whether a gradient uses a value only for the slope of its activation."""
    return any(s.equation.name == gradient and s.value == value for s in world.slopes)


MISTAKE = Mistake(
    code="BP602",
    name="preactivation-used",
    tier="B",
    message="{at} uses {used}, the value before the activation; what enters here is {meant}.",
    question="What enters the next layer: the value before or after the activation?",
    remedy="Use the value after the activation: {at} = {right}.",
    examples=(
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\ndL/dyhat: -1.88\ndL/dw2: [2.632, "
                "-2.914]\n"
            ),
            at="dL/dw2",
        ),
        Example(
            net="A",
            answers="z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -1.3\nL: 2.645\n",
            at="yhat",
        ),
    ),
    edits=edits,
    look_alikes=("activation-skipped", "wrong-parameter"),
)
