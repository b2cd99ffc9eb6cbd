"""A derivative is given where the value is asked."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name, call
from backpropcli.mistakes.entry import Edit, Mistake
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
    remedy="{at} = {right}",
    edits=edits,
)
