"""Two answers are exchanged.

What it is
Two results are right, or right for their own working, but each is written to the
other's name.

Why it is wrong
An update that uses them would move each of the two by the gradient of the other.

Example
A relu network has dL/dw2 = (0, -2.914) and dL/db1 = (0, 1.128). If they are handed in
as dL/dw2 = (0, 1.128) and dL/db1 = (0, -2.914), they are exchanged.

How to avoid it
Write the name in front of every result at once, and copy name and number together.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backpropcli.mistakes.entry import Example, Mistake, Slip
from backpropcli.mistakes.writing import Shown, is_about


def slips(shown: Shown) -> Iterator[Slip]:
    """What was meant here stands at another quantity, and the reverse."""
    bits = float(np.log2(max(1, len(shown.others))))
    for other in shown.others:
        here = bool(np.all(shown.fit(other.beside, 1.0)))
        there = is_about(other.written, shown.meant)
        if here and there and not np.array_equal(shown.meant, other.beside):
            yield Slip(tuple(shown.wrong), {"other": other.quantity}, bits, other.which)


MISTAKE = Mistake(
    code="BP605",
    name="swapped-answers",
    tier="B",
    message="{at} and {other} look exchanged: each fits in the place of the other.",
    question="From which line of your working does the number at {at} come?",
    remedy="Put each result to its own quantity.",
    examples=(
        Example(
            net="A",
            answers=(
                "yhat: -0.88\ndL/dyhat: -1.88\ndL/dw2: [0, 1.128]\ndL/dh: [-0.564, 1.128]\ndL/dz: "
                "[0, 1.128]\ndL/db1: [0, -2.914]\n"
            ),
            at="dL/dw2",
        ),
    ),
    slips=slips,
    look_alikes=("crossed-wiring", "wrong-parameter"),
)
