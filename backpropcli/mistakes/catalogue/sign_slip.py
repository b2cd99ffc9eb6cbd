"""A sign is lost, or put where none belongs.

What it is
The digits are right and the sign is not. Usually a minus is lost on the way, or the
minus of a negative weight is overlooked.

Why it is wrong
A gradient says in which direction the loss grows, and that is all in the sign. Later
lines often go on with it.

Example
With dL/dyhat = -1.88 and w2 = (0.3, -0.6), dL/dh = (-1.88 * 0.3, -1.88 * -0.6) =
(-0.564, 1.128). Written as (-0.564, -1.128) the second entry has lost one of its two
minus signs.

How to avoid it
Settle the sign of a product first, by counting its negative factors, and then work out
the digits. Put negative numbers in brackets.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backpropcli.mistakes.entry import Edit, Example, Mistake, Slip
from backpropcli.mistakes.signs import lost_signs, lost_signs_in_steps
from backpropcli.mistakes.world import World
from backpropcli.mistakes.writing import Shown

WRONG = "has the right size and the wrong sign"


def edits(world: World) -> Iterator[Edit]:
    """The minus sign of a given number overlooked within a line, or that of a gradient's entry."""
    yield from lost_signs(world)
    yield from lost_signs_in_steps(world)


def slips(shown: Shown) -> Iterator[Slip]:
    """One entry negated, or all of them."""
    hit = shown.off & shown.fit(-shown.meant, 1.0) & (shown.meant != 0)
    positions = [int(i) for i in np.flatnonzero(hit)]
    alive = int(np.count_nonzero(shown.meant))
    turned = shown.fit(-shown.meant, 1.0)
    if len(positions) > 1 and bool(np.all(turned)):
        facts = {"entry": shown.quantity, "trouble": WRONG}
        yield Slip(tuple(shown.wrong), facts, 1.0, factor=-1.0)
    bits = float(np.log2(max(1, alive)))
    for position in positions:
        facts = {"entry": shown.entry(position), "trouble": WRONG}
        yield Slip((position,), facts, bits, factor=-1.0)


MISTAKE = Mistake(
    code="BP102",
    name="sign-slip",
    tier="A",
    message="{entry} {trouble}.",
    question="Is the sign of {at} the one that the signs of its parts lead to?",
    remedy="Count the minus signs of the parts once more before you look at the digits.",
    examples=(
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\nL: 1.7672\ndL/dyhat: -1.88\n"
                "dL/dw2: [0, 2.914]\ndL/dh: [-0.564, 1.128]\ndL/dz: [0, 1.128]\n"
            ),
            at="dL/dw2",
        ),
        Example("A", "z: [2.6, 1.55]\nh: [2.6, 1.55]\nyhat: -0.1\nL: 0.605\n", "z"),
    ),
    edits=edits,
    slips=slips,
    look_alikes=("residual-reversed", "loss-sign-missing"),
)
