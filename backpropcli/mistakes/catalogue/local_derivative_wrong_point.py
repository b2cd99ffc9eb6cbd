"""A local derivative is evaluated at the wrong point."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Number
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.parts import put, walk
from backpropcli.mistakes.slopes import is_local_point, points_of
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """Another known value, or 0 or 1, where a derivative depends on a value."""
    for equation in world.gradients:
        for path, node in walk(equation.expr):
            if not is_local_point(world, equation, path, node):
                continue
            for other in points_of(world, node):
                bits = 1.0 if isinstance(other, Number) else 2.0
                yield from world.edit(
                    equation.name, put(equation.expr, path, other), "", bits,
                    used=world.text(other), point=world.text(node),
                )  # fmt: skip


MISTAKE = Mistake(
    code="BP213",
    name="local-derivative-wrong-point",
    tier="B",
    message="{at} puts {used} in place of {point} into the local derivative.",
    question="At which point has this derivative to be evaluated?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=(
        "wrong-parameter",
        "derivative-at-wrong-value",
    ),
)
