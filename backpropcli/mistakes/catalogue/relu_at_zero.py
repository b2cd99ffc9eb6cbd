"""The slope of relu at exactly 0."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.language.nodes import Number, call
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """1, or 1/2, as the slope where z is exactly 0."""
    for slope in world.slopes:
        if slope.activation in ("relu", "leaky_relu") and not slope.chain.path:
            z = slope.argument
            at_zero = 1 - call("step", z) - call("step", -z)
            text = world.text(z)
            right = call(slope.activation + "'", z, **dict(slope.params))
            for share in (Fraction(1), Fraction(1, 2)):
                form = right + Number(share) * at_zero
                yield from world.edit(
                    slope.equation.name, slope.replaced_by(form), str(share), argument=text
                )


MISTAKE = Mistake(
    code="BP906",
    name="relu-at-zero",
    tier="A",
    message="at {argument} = 0 every slope from 0 to 1 is legal; this exercise uses 0.",
    question="What is the slope of relu at exactly 0?",
    remedy="nothing has to be mended",
    edits=edits,
)
