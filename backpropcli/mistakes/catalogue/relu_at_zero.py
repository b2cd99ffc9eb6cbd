"""The slope of relu at exactly 0.

What it is
At a unit with z exactly 0 another slope of the relu is used than in this exercise.

Why it is wrong
It is not wrong: the relu has a corner at 0, and every slope from 0 to 1 is legal there.
This exercise takes 0, as most software does.

Example
With z = (0, 2) and dL/dh = (3, 3), dL/dz = (0, 3) with the slope 0 at the corner. (3,
3) and (1.5, 3) are accepted as well.

How to avoid it
Nothing has to be mended. If an exercise has a z of exactly 0, say which slope you take
there.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.language.nodes import Number, call
from backpropcli.mistakes.entry import Edit, Example, Mistake
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
    message=(
        "At {argument} = 0 every slope from 0 to 1 is legal; this exercise uses another one "
        "than you do."
    ),
    question="Which slope of relu at exactly 0 does the exercise use?",
    remedy="Nothing has to be mended.",
    examples=(Example("kink", "h: [0, 2]\ndL/dz: [3, 3]\n", "dL/dz"),),
    edits=edits,
)
