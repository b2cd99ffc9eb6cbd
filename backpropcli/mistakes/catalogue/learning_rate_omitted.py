"""The learning rate is left out of the step, or applied twice."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.losses import step_forms
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
    remedy="{at} = {right}",
    edits=edits,
)
