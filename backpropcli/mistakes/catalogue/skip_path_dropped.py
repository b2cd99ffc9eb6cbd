"""The direct path of a skip connection is left out.

What it is
The path of a skip connection is left out: of the sum on the way forward, or of the
gradient.

Why it is wrong
The input reaches the sum twice: through the layers, and directly. The direct path has
slope 1, and this 1 is added.

Example
For x1 = relu(x0*w0 + b0), y1 = x1*w1 + b1 and z = relu(y1 + x0) with x0 = 1, w0 = 0.3,
b0 = 0.1, w1 = -0.2, b1 = -0.3: the path through the layers gives w1*w0 = -0.06, and
with the skip connection dz/dx0 = 1 - 0.06 = 0.94.

How to avoid it
At every plus sign of the forward pass, send the gradient down both branches.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import names
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.layers import Sum, biased_sums
from backpropcli.mistakes.paths import paths_kept
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A sum of paths without the one that has no weight in it."""
    for one in biased_sums(world):
        if one.term not in world.weights and is_skip(world, one):
            without = one.put([t for j, t in enumerate(one.parts) if j != one.bias])
            yield from world.edit(one.equation.name, without, "", value=one.term)
    for kept in paths_kept(world):
        if kept.role == "skip":
            yield from world.edit(kept.name, kept.expr, "", kept.bits, value=kept.value)


def is_skip(world: World, one: Sum) -> bool:
    """Whether a summand reaches the sum by another way as well."""
    waiting = [n for i, t in enumerate(one.parts) if i != one.bias for n in names(t.expr)]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += names(world.equations[name].expr) if name in world.equations else []
    return one.term in seen


MISTAKE = Mistake(
    code="BP504",
    name="skip-path-dropped",
    tier="B",
    message=(
        "{at} lacks the direct path: {value} also reaches the output through the skip connection."
    ),
    question="By which paths does {value} reach the output?",
    remedy="Add the direct path: {at} = {right}.",
    examples=(
        Example(
            net="skip",
            answers="x1: 0.4\ny1: -0.38\nz: 0.62\ndz/dw1: 0.4\ndz/dw0: -0.2\ndz/dx0: -0.06\n",
            at="dz/dx0",
        ),
    ),
    edits=edits,
    look_alikes=("fanout-path-dropped", "accumulate-overwritten"),
)
