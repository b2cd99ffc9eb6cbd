"""A later contribution overwrites an earlier one instead of being added.

What it is
A value or a parameter is used several times, and the contribution of one use replaces
those of the others.

Why it is wrong
Each use passes a part of the gradient back, and the parts are added. In a program this
is the difference between = and +=.

Example
For f = x*x + 3*x at x = 2 the first term contributes 2*x = 4 and the second 3, so df/dx
= 7. If the last one overwrites the first, 3 is left.

How to avoid it
Start every gradient at 0 and add to it. At the end count the summands against the uses.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.paths import paths_kept
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """One path of a parameter kept, or the last one visited."""
    for kept in paths_kept(world):
        if kept.role == "overwritten":
            facts = {"kept": kept.text, "value": kept.value}
            yield from world.edit(kept.name, kept.expr, "", kept.bits, **facts)


MISTAKE = Mistake(
    code="BP503",
    name="accumulate-overwritten",
    tier="B",
    message=(
        "{at} keeps only {kept}: {value} is used several times, and the contributions are added up."
    ),
    question="What happens to the first contribution when the second arrives?",
    remedy="Add the contributions of all uses: {at} = {right}.",
    examples=(
        Example(
            net="tied",
            answers="f: 10\ndf/dx: 3\n",
            at="df/dx",
        ),
        Example(
            net="shared",
            answers=(
                "a: 0.728\nb: 1.728\nyhat: 2.456\ndL/dyhat: 1.256\ndL/da: 1.256\ndL/db: 1.256\n"
                "dL/dw: 0.7033\n"
            ),
            at="dL/dw",
        ),
    ),
    edits=edits,
    look_alikes=("fanout-path-dropped", "skip-path-dropped"),
)
