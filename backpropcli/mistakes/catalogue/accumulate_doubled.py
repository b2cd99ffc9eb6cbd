"""A contribution is counted twice."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.parts import summed, terms
from backpropcli.mistakes.paths import is_residual
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """One summand of a gradient added once more."""
    for equation in world.gradients:
        parts = terms(equation.expr)
        reused = (len(parts) > 1 or len(equation.through) > 1) and not is_residual(world, equation)
        for one in parts:
            if reused:
                text = world.text(one.expr)
                yield from world.edit(equation.name, summed([*parts, one]), "", 0.0, counted=text)


MISTAKE = Mistake(
    code="BP506",
    name="accumulate-doubled",
    tier="C",
    message="{at} counts {counted} twice.",
    question="How often is each path counted?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=("square-factor-kept",),
)
