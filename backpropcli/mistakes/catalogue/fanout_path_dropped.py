"""A value has several uses, and one path back is left out.

What it is
A value feeds several others, and its gradient counts only some of the ways back from
them.

Why it is wrong
If the value changes, everything that uses it changes, and each of these changes moves
the loss. The gradient is the sum over all of them.

Example
For z = V h with V = [1 2; 3 -1] and dL/dz = (0.5, -2), h feeds both entries of z: dL/dh
= 0.5 * (1, 2) - 2 * (3, -1) = (-5.5, 3). The first entry of z alone gives (0.5, 1).

How to avoid it
Count the arrows that leave a value in the drawing of the network. Its gradient has as
many summands.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.paths import paths_kept
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A sum of paths with one left out, or with one kept."""
    for kept in paths_kept(world):
        if kept.role == "fanout":
            facts = {"kept": kept.text, "value": kept.value}
            yield from world.edit(kept.name, kept.expr, "", kept.bits, **facts)


MISTAKE = Mistake(
    code="BP501",
    name="fanout-path-dropped",
    tier="A",
    message=(
        "{at} counts only {kept}: {value} has several uses, and its gradient is the sum over all "
        "of them."
    ),
    question="In how many places is {value} used?",
    remedy="Add up what comes back from every use: {at} = {right}.",
    examples=(
        Example(
            net="square",
            answers="z: [4, 5]\ndL/dh: [0.5, 1]\n",
            at="dL/dh",
        ),
        Example(
            net="skip",
            answers="x1: 0.4\ny1: -0.38\nz: 0.62\ndz/dw1: 0.4\ndz/dw0: -0.2\ndz/dx0: 1.00\n",
            at="dz/dx0",
        ),
    ),
    edits=edits,
    look_alikes=("accumulate-overwritten", "skip-path-dropped", "elementwise-for-matmul"),
)
