"""The gradient of a max-pool is spread over the window.

What it is
All cells of a window get the upstream gradient, in full or in equal shares, or it goes
to another cell than the largest.

Why it is wrong
The maximum is one of the cells and follows that cell alone: its slope is 1, and the
slopes of the others are 0, since the maximum stays as it is when they change a little.

Example
In the window (1, 5; 2, 3) the 5 wins. An upstream gradient of 4 goes to it whole: (0,
4; 0, 0). Spread over the four cells it would be (1, 1; 1, 1).

How to avoid it
Mark the winner of each window during the forward pass. On the way back write the
upstream gradient there, and zeros into all other cells.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Expr, Number, call
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.windows import both, cells, uses
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The upstream gradient for all cells, in shares or in full, or for the smallest cell."""
    for use in uses(world.gradients, *both("maxpool*d_input")):
        g, x = use.node.args
        name, op = use.equation.name, use.node.op
        shape = world.shape(x)
        shares: Expr = call(op.replace("max", "avg"), g, shape=shape, **use.params)
        facts = {"how": "is shared out among all cells of a window"}
        yield from world.edit(name, use.put(shares), "shares", 0.0, **facts)
        facts = {"how": "goes in full to all cells of a window"}
        yield from world.edit(name, use.put(Number(cells(use)) * shares), "full", 0.0, **facts)
        facts = {"how": "goes to the smallest cell of a window"}
        yield from world.edit(name, use.called(op, g, -x), "smallest", 1.0, **facts)


MISTAKE = Mistake(
    code="BP231",
    name="maxpool-spread",
    tier="C",
    message="{at}: the upstream gradient {how}; only the largest cell has a slope that is not 0.",
    question="Which cells of a window change its maximum when they grow a little?",
    remedy="Give the upstream gradient to the cell that held the maximum, and 0 to the others.",
    examples=(
        Example(
            "maximum",
            "m: [[5, 7], [9, 8]]\n"
            "dL/dx: [[1, 1, -0.25, -0.25], [1, 1, -0.25, -0.25], [0.5, 0.5, 0.75, 0.75], "
            "[0.5, 0.5, 0.75, 0.75]]\n",
            "dL/dx",
        ),
        Example(
            "maximum",
            "m: [[5, 7], [9, 8]]\n"
            "dL/dx: [[4, 4, -1, -1], [4, 4, -1, -1], [2, 2, 3, 3], [2, 2, 3, 3]]\n",
            "dL/dx",
        ),
    ),
    edits=edits,
)
