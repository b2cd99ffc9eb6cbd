"""The gradient of a convolution's input is collected with the kernel the wrong way round.

What it is
The upstream gradient is correlated with the kernel as it stands, or turned by 90
degrees, or only where the kernel lies wholly inside.

Why it is wrong
Going forward, position i of the output collects k[j] * x[i+j]. Going back, x[m]
collects k[j] from position m - j: the index of the kernel runs the other way. That is
the full correlation of the upstream gradient with the kernel turned by 180 degrees.

Example
For k = (2, -1, 3) and dL/dz = (1, -2) the kernel is put down twice, (2, -1, 3, 0) and
-2 * (0, 2, -1, 3), which add up to dL/dx = (2, -5, 5, -6). With the kernel not turned
it would be (3, -7, 4, -4).

How to avoid it
Do not think of turning anything: put the kernel, times each entry of dL/dz, where it
stood when that entry was computed, and add everything up.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Expr, call
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.windows import both, last_axes, turned, uses
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The kernel not turned, turned by 90 degrees, or a correlation that is not full."""
    for use in uses(world.gradients, *both("conv*d_input")):
        g, kernel = use.node.args
        name, facts = use.equation.name, {"kernel": world.text(kernel)}
        turn = turned(world, kernel, use.rank)
        how = "with the kernel {kernel} as it stands, not turned by 180 degrees".format(**facts)
        yield from world.edit(
            name, use.called(use.node.op, g, turn), "not turned", 0.0, how=how, **facts
        )
        for quarter in _quarters(world, kernel, use.rank):
            how = "with the kernel turned by 90 degrees instead of 180"
            other = use.called(use.node.op, g, quarter)
            yield from world.edit(name, other, "quarter", 1.0, how=how, **facts)
        forward = use.node.op.removesuffix("_input")
        for one in (kernel, turn):
            how = "only where the kernel lies wholly inside"
            inside = use.put(call(forward, g, one))
            yield from world.edit(name, inside, "inside", 1.0, how=how, **facts)


def _quarters(world: World, kernel: Expr, rank: int) -> Iterator[Expr]:
    """A square kernel turned by 90 degrees, one way and the other."""
    shape = world.shape(kernel) or ()
    if rank == 2 and shape[-1] == shape[-2] != 1:
        for axis in last_axes(world, kernel, rank):
            yield call("flip", call("swap", kernel), axis=axis)


MISTAKE = Mistake(
    code="BP230",
    name="conv-input-grad-not-flipped",
    tier="C",
    message="{at} correlates the upstream gradient {how}.",
    question="Which entries of {kernel} reach the first entry of the input?",
    remedy=(
        "Place {kernel}, times each entry of the upstream gradient, where it was used: a full "
        "correlation with the kernel turned by 180 degrees."
    ),
    examples=(
        Example("slide", "dL/dx: [3, -7, 4, -4]\n", "dL/dx", ("z", "dL/dk", "dL/db")),
        Example(
            "image",
            "dL/dx: [[0, 4, -2, 0.25], [-6, -0.5, -9.5, 2.5], [2.5, 9.125, 2, 6], "
            "[0.25, 0.75, 0, 0]]\n",
            "dL/dx",
            ("z", "h", "dL/dz", "dL/dK", "dL/db"),
        ),
    ),
    edits=edits,
)
