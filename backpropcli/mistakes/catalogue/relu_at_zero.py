"""The slope of relu at exactly 0, or of a max with equal entries.

What it is
At a unit with z exactly 0 another slope of the relu is used than in this exercise, or
another one of several equal entries gets the gradient of their max.

Why it is wrong
It is not wrong: there the function has a corner, and every slope between those on its
two sides is legal. This exercise takes 0 for a relu and the first of equal entries, as
most software does.

Example
With z = (0, 2) and dL/dh = (3, 3), dL/dz = (0, 3) with the slope 0 at the corner. (3,
3) and (1.5, 3) are accepted as well.

How to avoid it
Nothing has to be mended. If an exercise has a z of exactly 0, say which slope you take
there.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.kinks import other_slopes
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """Another slope where z is exactly 0, or another of equal entries of a max."""
    yield from other_slopes(world)


MISTAKE = Mistake(
    code="BP906",
    name="relu-at-zero",
    tier="A",
    message=("Where {where} several slopes are legal; this exercise uses another one than you do."),
    question="Which slope does the exercise use where {where}?",
    remedy="Nothing has to be mended.",
    examples=(
        Example("kink", "h: [0, 2]\ndL/dz: [3, 3]\n", "dL/dz"),
        Example("ties", "m: 2\ndL/dz: [0, 0, 3]\n", "dL/dz"),
    ),
    edits=edits,
)
