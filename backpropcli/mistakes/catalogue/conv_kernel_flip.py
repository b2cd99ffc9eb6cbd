"""The kernel is turned round before it is laid on the input.

What it is
The convolution is worked out with the kernel reversed, as in signal processing: its
last entry meets the first entry of the window.

Why it is wrong
What deep learning calls a convolution slides the kernel as it is, which is a
cross-correlation. The sheet says so, and the gradients follow from it. A symmetric
kernel gives the same numbers both ways.

Example
For x = (1, 2, 0, -1) and k = (2, -1, 3) the first number is 2 * 1 - 1 * 2 + 3 * 0 = 0
and the second 2 * 2 - 1 * 0 + 3 * (-1) = 1. With the kernel turned round they are 1 and
4.

How to avoid it
Lay the kernel on the window as it is printed: top left on top left. Multiply what lies
on each other, and add.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.windows import both, turned, uses
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The kernel of a convolution turned; the backward pass may follow from that, or not."""
    for use in uses(world.forward, *both("conv*d")):
        x, kernel, *bias = use.node.args
        other = use.called(use.node.op, x, turned(world, kernel, use.rank), *bias)
        facts = {"kernel": world.text(kernel)}
        name = use.equation.name
        yield from world.edit(name, other, "forward", 0.0, **facts)
        changes = {name: other}
        for back in uses(world.gradients, *both("conv*d_input")):
            if back.node.args[1] == kernel:
                turn = turned(world, kernel, use.rank)
                changes[back.equation.name] = back.called(back.node.op, back.node.args[0], turn)
        if len(changes) > 1:  # the gradient of the kernel may be that of the turned one
            yield Edit(name, dict(changes), facts, 0.0, "input")
        before = len(changes)
        for back in uses(world.gradients, *both("conv*d_kernel")):
            if back.node.args[0] == x:
                changes[back.equation.name] = back.put(turned(world, back.node, use.rank))
        if len(changes) > before:
            yield Edit(name, changes, facts, 0.0, "throughout")


MISTAKE = Mistake(
    code="BP804",
    name="conv-kernel-flip",
    tier="C",
    message="{at} uses the kernel {kernel} turned round; here it is laid on the input as it is.",
    question="Which entry of {kernel} lies on the first entry of a window?",
    remedy='"Convolution" slides the kernel without turning it: {at} = {right}.',
    examples=(
        Example("slide", "z: [0, 3]\n", "z", ("dL/dk", "dL/dx", "dL/db")),
        Example(
            "image",
            "z: [[8, 3.5, 0.5], [-2.5, 18, 2.5], [-10.5, -0.5, 24]]\n"
            "h: [[8, 3.5, 0.5], [0, 18, 2.5], [0, 0, 24]]\n",
            "z",
        ),
    ),
    edits=edits,
)
