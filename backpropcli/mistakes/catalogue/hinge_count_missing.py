"""The true class does not count every violated margin.

What it is
The true class gets -1 however many margins are violated, or a margin of its own is
counted.

Why it is wrong
The score of the true class stands in the margin of every wrong class. Each margin that
is violated takes 1 away, so its gradient is minus their number.

Example
Scores (2, 1.5, 1), and the third class is true. Both margins, 2 - 1 + 1 and 1.5 - 1 +
1, are above 0, so the gradient is (1, 1, -2) and not (1, 1, -1).

How to avoid it
Add the entries up: they have to give 0, because the margins depend on differences of
scores only.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Expr, call
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.losses import hinge_parts
from backpropcli.mistakes.slopes import along_last
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """-1 at the true class, or its own margin kept."""
    for name, violated, target, rows in hinge_parts(world):
        yield from world.edit(name, _mean(violated - target, rows), "once", how=HOW["once"])
        along = along_last(world.shape(violated) or ())
        kept = violated + target - target * call("sum", violated, **along)
        yield from world.edit(name, _mean(kept, rows), "kept", how=HOW["kept"])


HOW = {
    "once": "takes off 1 at the true class only once",
    "kept": "counts a margin of the true class itself",
}


def _mean(total: Expr, rows: int) -> Expr:
    return total / rows if rows > 1 else total


MISTAKE = Mistake(
    code="BP225",
    name="hinge-count-missing",
    tier="D",
    message=("{at} {how}; the true class loses 1 for each margin that is violated."),
    question="In how many of the violated margins does the score of the true class stand?",
    remedy="Count the violated margins, and give the true class minus that number.",
    examples=(Example("hinge", "L: 3.5\ndL/dz: [1, 1, -1]\n", "dL/dz"),),
    edits=edits,
    look_alikes=("missing-term-in-chain",),
)
