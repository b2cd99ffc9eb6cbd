"""The value before the activation is used in place of the activation."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name, names
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.parts import replaced
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """Z in place of a where a layer or a weight's gradient uses a."""
    for equation in (*world.forward, *world.gradients):
        for name in names(equation.expr):
            z = world.preactivation(name)
            if not z or is_slope_of(world, equation.name, name):
                continue

            def before(node: object, old: str = name, new: str = z) -> Name | None:
                return Name(new) if node == Name(old) else None

            yield from world.edit(
                equation.name, replaced(equation.expr, before), "", used=z, meant=name
            )


def is_slope_of(world: World, gradient: str, value: str) -> bool:
    """Whether a gradient uses a value only for the slope of its activation."""
    return any(s.equation.name == gradient and s.value == value for s in world.slopes)


MISTAKE = Mistake(
    code="BP602",
    name="preactivation-used",
    tier="B",
    message=("{at} uses {used}, the value before the activation; what enters here is {meant}."),
    question="What enters the next layer: the value before or after the activation?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=(
        "activation-skipped",
        "wrong-parameter",
    ),
)
