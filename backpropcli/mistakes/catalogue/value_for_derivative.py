"""A value is given where its derivative is asked."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.world import World
from backpropcli.problem.quantities import split_derivative


def edits(world: World) -> Iterator[Edit]:
    """The upper or the lower value in place of the derivative."""
    for gradient in world.gradients:
        for used in split_derivative(gradient.name) or ():
            if world.program.shapes.get(used) == gradient.shape:
                yield from world.edit(gradient.name, Name(used), "", used=used)


MISTAKE = Mistake(
    code="BP610",
    name="value-for-derivative",
    tier="C",
    message="{at} is the value of {used}; its derivative is asked.",
    question="Is the value asked, or its derivative?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=(
        "upstream-dropped",
        "wrong-parameter",
    ),
)
