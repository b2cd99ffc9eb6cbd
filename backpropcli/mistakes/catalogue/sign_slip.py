"""A sign is lost, or put where none belongs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backpropcli.mistakes.entry import Edit, Mistake, Slip
from backpropcli.mistakes.operands import lost_signs
from backpropcli.mistakes.world import World
from backpropcli.mistakes.writing import Shown


def edits(world: World) -> Iterator[Edit]:
    """The minus sign of a given number overlooked within a line."""
    yield from lost_signs(world)


def slips(shown: Shown) -> Iterator[Slip]:
    """One entry negated, or all of them."""
    hit = shown.off & shown.fit(-shown.meant, 1.0) & (shown.meant != 0)
    positions = [int(i) for i in np.flatnonzero(hit)]
    alive = int(np.count_nonzero(shown.meant))
    if len(positions) > 1 and len(positions) == alive:
        yield Slip(tuple(positions), {"entry": shown.quantity}, 1.0)
    for position in positions:
        yield Slip((position,), {"entry": shown.entry(position)}, float(np.log2(max(1, alive))))


MISTAKE = Mistake(
    code="BP102",
    name="sign-slip",
    tier="A",
    message="{entry} has the right size and the wrong sign.",
    question="Is the sign of {at} what the product of its factors says?",
    remedy="count the minus signs of the factors once more",
    edits=edits,
    slips=slips,
    look_alikes=("residual-reversed",),
)
