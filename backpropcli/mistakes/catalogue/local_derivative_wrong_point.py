"""A local derivative is evaluated at the wrong point.

What it is
The formula of a derivative is right, but another number is put into it: that of an
earlier part, 0, 1, or the value of a neighbour.

Why it is wrong
A derivative depends on where it is taken. In the chain rule each one is taken at the
value that its function got in the forward pass.

Example
F(x, y) = (x^2 + 2y, 3x + 4y^2) has the Jacobian [2x 2; 3 8y]. After G(x) = (x, x^2) at
x = 2 it is taken at (2, 4) and is [4 2; 3 32]. With x = 1 from an earlier part the
first entry would be 2.

How to avoid it
Write the point beside the derivative before you work it out, as in F'(2, 4). Take it
from the forward pass.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.slopes import other_points
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """Another known value, or 0 or 1, where a derivative depends on a value."""
    for name, expr, bits, used, point in other_points(world):
        yield from world.edit(name, expr, "", bits, used=world.text(used), point=world.text(point))


MISTAKE = Mistake(
    code="BP213",
    name="local-derivative-wrong-point",
    tier="B",
    message="{at} puts {used} in place of {point} into the local derivative.",
    question="At which point has this derivative to be evaluated?",
    remedy="Evaluate the derivative at {point}, as it came out of the forward pass.",
    examples=(
        Example(
            net="composed",
            answers="G: [2, 4]\ndG/dx: [1, 4]\ndF/dG: [[2, 2], [3, 32]]\ndF/dx: [12, 131]\n",
            at="dF/dG",
        ),
    ),
    edits=edits,
    generic=True,
    look_alikes=("wrong-parameter", "derivative-at-wrong-value", "missing-term-in-chain"),
)
