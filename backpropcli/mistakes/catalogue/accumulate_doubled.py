"""A contribution is counted twice.

What it is
One contribution to a gradient is added twice.

Why it is wrong
Each use of a value contributes once. Twice counted, the gradient is too large by
exactly that summand.

Example
For f = x*x + 3*x at x = 2 the contributions are 4 and 3, so df/dx = 7. With the second
counted twice it is 4 + 3 + 3 = 10.

How to avoid it
Tick off each path when you have added it. In a program, set the gradients back to zero
before each backward pass.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.batches import doubled_examples
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import summed, terms
from backpropcli.mistakes.paths import doubled_units, is_residual
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
    for name, expr, number in doubled_examples(world):
        yield from world.edit(name, expr, "", counted=f"example {number}")
    for name, expr, number in doubled_units(world):
        yield from world.edit(name, expr, "", counted=f"the path through unit {number} behind it")


MISTAKE = Mistake(
    code="BP506",
    name="accumulate-doubled",
    tier="C",
    message="{at} counts {counted} twice.",
    question="How often is each path counted?",
    remedy="Add each contribution once: {at} = {right}.",
    examples=(
        Example(
            net="tied",
            answers="f: 10\ndf/dx: 11\n",
            at="df/dx",
        ),
        Example(
            net="skip",
            answers="x1: 0.4\ny1: -0.38\nz: 0.62\ndz/dw1: 0.4\ndz/dw0: -0.2\ndz/dx0: 0.88\n",
            at="dz/dx0",
        ),
    ),
    edits=edits,
    look_alikes=("square-factor-kept",),
)
