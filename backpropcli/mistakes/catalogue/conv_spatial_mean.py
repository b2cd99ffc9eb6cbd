"""The gradient of a kernel or its bias is averaged over the positions.

What it is
The gradient of a kernel, or of its bias, is divided by the number of positions at which
the kernel stands, or not added up over them at all.

Why it is wrong
One and the same kernel is used at every position, and the loss hears of it from all of
them. Like every value that is used several times it gets the sum of what comes back.

Example
For x = (1, 2, 0, -1), a kernel of length 3 and dL/dz = (1, -2) the bias gets dL/db = 1
- 2 = -1. Divided by the two positions it would be -0.5.

How to avoid it
A mean belongs into a gradient only where the loss has one. Count how often the kernel
is used, and write down as many summands.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.language.nodes import Name
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.layers import lower
from backpropcli.mistakes.parts import scaled
from backpropcli.mistakes.windows import both, positions, uses
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The gradients of a convolution's kernel and bias over the number of positions."""
    for use in uses(world.gradients, *both("conv*d_kernel")):
        count = positions(world, use)
        if count is not None:
            other = scaled(use.equation.expr, Fraction(1, count))
            facts = {"how": f"divided by the {count} positions of the kernel"}
            yield from world.edit(use.equation.name, other, "mean", 0.0, **facts)
    for use in uses(world.forward, *both("conv*d")):
        if len(use.node.args) == 3 and isinstance(use.node.args[2], Name):
            yield from _bias(world, use.equation.name, use.node.args[2].name, use.rank)


def _bias(world: World, z: str, bias: str, rank: int) -> Iterator[Edit]:
    """The gradient of a bias averaged, and that of the values before they are added up."""
    sizes = world.program.shapes[z][-rank:]
    count = 1
    for size in sizes:
        count *= size if isinstance(size, int) else 0
    if count < 2:
        return
    for equation in world.gradients:
        if lower(equation) == bias:
            facts = {"how": f"divided by the {count} positions of the kernel"}
            other = scaled(equation.expr, Fraction(1, count))
            yield from world.edit(equation.name, other, "mean", 0.0, **facts)
            kept = [n for n in world.upstreams(equation.expr) if n.endswith("/d" + z)]
            for upstream in kept:
                facts = {"how": "not added up over the positions of the kernel"}
                yield from world.edit(equation.name, Name(upstream), "kept apart", 0.0, **facts)


MISTAKE = Mistake(
    code="BP310",
    name="conv-spatial-mean",
    tier="C",
    message="{at} is {how}; a kernel that all positions share gets their sum.",
    question="At how many positions is the kernel used, and what does each send back?",
    remedy="Add up what comes back from all positions: {at} = {right}.",
    examples=(
        Example("slide", "dL/db: -0.5\n", "dL/db", ("z", "dL/dk", "dL/dx")),
        Example("slide", "dL/db: [1, -2]\n", "dL/db", ("z", "dL/dk", "dL/dx")),
        Example(
            "image",
            "dL/dK: [[0.5, 0.22222], [0.97222, -0.5]]\n",
            "dL/dK",
            ("z", "h", "dL/dz", "dL/db", "dL/dx"),
        ),
    ),
    edits=edits,
    look_alikes=("batch-not-summed", "missing-input-factor"),
)
