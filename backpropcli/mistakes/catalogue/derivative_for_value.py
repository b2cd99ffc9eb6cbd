"""A derivative is given where the value is asked.

What it is
The exercise asks for a value, and a derivative is given: the slope of the activation,
or the gradient of the quantity.

Why it is wrong
The forward pass needs values. Derivatives come in on the way back.

Example
A network with z = (-1.4, 1.55) and t = tanh(z) has t = (-0.8854, 0.9138). The slopes 1
- t^2 = (0.2162, 0.165) answer another question.

How to avoid it
Finish the forward pass before you write the first derivative, and read the name of what
is asked: t, or dL/dt.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name, call
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World
from backpropcli.problem.quantities import split_derivative


def edits(world: World) -> Iterator[Edit]:
    """d<value>/d<other> or dL/d<value>, or the slope of the activation, for the value."""
    for equation in world.forward:
        root = world.activation(equation.name)
        if root is not None and root.op not in ("identity",):
            slope = call(root.op + "'", root.args[0], **dict(root.params))
            yield from world.edit(equation.name, slope, "slope", used=world.text(slope))
        for gradient in world.gradients:
            upper, lower = split_derivative(gradient.name) or ("", "")
            if (
                equation.name in (upper, lower)
                and gradient.shape == equation.shape
                and equation.shape == ()
            ) or (equation.name == lower and gradient.shape == equation.shape):
                yield from world.edit(
                    equation.name, Name(gradient.name), "gradient", 1.0, used=gradient.name
                )


MISTAKE = Mistake(
    code="BP609",
    name="derivative-for-value",
    tier="C",
    message="{at} is {used}, a derivative; the value itself is asked.",
    question="Is the value asked, or its derivative?",
    remedy="Give the value: {at} = {right}.",
    examples=(
        Example(
            net="T",
            answers="z: [-1.4, 1.55]\nt: [0.2162, 0.165]\nyhat: 0.01586\n",
            at="t",
        ),
    ),
    edits=edits,
    look_alikes=("wrong-parameter",),
)
