"""A row that is looked up twice keeps only the gradient of its last use.

What it is
The same row of a table is used at several places, and the gradient of the last one
replaces those of the others.

Why it is wrong
If the row changes, all of its uses change. What comes back from each of them is added,
as for every value that is used several times.

Example
The ids (1, 1) take row 1 twice, and (2) and (3) come back. The gradient of row 1 is 2 +
3 = 5; the last use alone gives 3.

How to avoid it
Go through the ids one by one and add to the row of each, in place of writing into it.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.over_time import repeated_rows
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The gradient of a table with the last use of each row kept."""
    for name, expr, rows in repeated_rows(world):
        yield from world.edit(name, expr, "", 0.0, rows=rows)


MISTAKE = Mistake(
    code="BP511",
    name="embedding-duplicate-overwritten",
    tier="D",
    message="{at} keeps only the last use of {rows}: what comes back from all uses is added.",
    question="How often does each id occur, and what does its row get each time?",
    remedy="Add the gradients of all places that use {rows}: {at} = {right}.",
    examples=(
        Example(
            net="rows",
            answers="dL/dX: [[2, 1], [3, -1], [1, 4]]\ndL/dE: [[1, 4], [3, -1], [0, 0]]\n",
            at="dL/dE",
            right=("X", "L"),
        ),
    ),
    edits=edits,
    look_alikes=("accumulate-overwritten", "fanout-path-dropped"),
)
