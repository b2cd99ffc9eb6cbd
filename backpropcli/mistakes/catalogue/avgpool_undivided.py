"""The gradient of an average pool is not divided by the size of the window.

What it is
Each cell of a window gets the whole upstream gradient, or one cell gets it alone.

Why it is wrong
A mean of four cells changes by a quarter of what one cell changes by. So each cell gets
a quarter of the upstream gradient, and all of them get it.

Example
For windows of 2 x 2 and an upstream gradient of 1 each of the four cells gets 0.25.
Copied without the division each would get 1.

How to avoid it
Write the mean as a sum with its factor, a = x1/4 + x2/4 + x3/4 + x4/4. The factors are
the slopes.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Number, call
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.layers import lower
from backpropcli.mistakes.parts import scaled
from backpropcli.mistakes.windows import both, cells, uses
from backpropcli.mistakes.world import World
from backpropcli.ops.sizes import product


def edits(world: World) -> Iterator[Edit]:
    """The upstream gradient undivided for all cells, or for the largest alone."""
    for use in uses(world.gradients, *both("avgpool*d_input")):
        (g,) = use.node.args
        name, count = use.equation.name, cells(use)
        facts = {"count": str(count), "how": "without a division by"}
        yield from world.edit(name, use.put(Number(count) * use.node), "undivided", 0.0, **facts)
        facts["how"] = "for one cell alone, in place of a share for each of"
        kept = {k: v for k, v in use.params.items() if k != "shape"}
        for forward in uses(world.forward, use.node.op.removesuffix("_input")):
            x = forward.node.args[0]
            if world.shape(x) == tuple(use.params["shape"]) and forward.params == kept:
                one = call(use.node.op.replace("avg", "max"), g, x, **kept)
                yield from world.edit(name, use.put(one), "one cell", 1.0, **facts)
    yield from _of_global(world)


def _of_global(world: World) -> Iterator[Edit]:
    """The same where the window is the whole plane."""
    for use in uses(world.forward, "globalavgpool"):
        count = product((world.shape(use.node.args[0]) or ())[-2:])
        for equation in world.gradients:
            same = world.program.shapes.get(lower(equation)) == world.shape(use.node.args[0])
            if equation.through == (use.equation.name,) and isinstance(count, int) and same:
                facts = {"count": str(count), "how": "without a division by"}
                other = scaled(equation.expr, count)
                yield from world.edit(equation.name, other, "undivided", 0.0, **facts)


MISTAKE = Mistake(
    code="BP311",
    name="avgpool-undivided",
    tier="C",
    message="{at} passes the gradient of a mean on {how} the {count} cells of a window.",
    question="By how much does the mean of {count} numbers change if one of them grows by 1?",
    remedy="Each cell gets the upstream gradient divided by {count}.",
    examples=(
        Example(
            "average",
            "a: [[2.75, 2.5], [3.25, 3.5]]\n"
            "dL/dx: [[4, 4, -1, -1], [4, 4, -1, -1], [2, 2, 3, 3], [2, 2, 3, 3]]\n",
            "dL/dx",
        ),
        Example(
            "average",
            "a: [[2.75, 2.5], [3.25, 3.5]]\n"
            "dL/dx: [[0, 4, -1, 0], [0, 0, 0, 0], [0, 0, 0, 3], [0, 2, 0, 0]]\n",
            "dL/dx",
        ),
    ),
    edits=edits,
    look_alikes=("missing-batch-mean",),
)
