"""The decimal point is misplaced.

What it is
The digits are right, and the decimal point stands in the wrong place.

Why it is wrong
The number is ten or a hundred times too large or too small, which an update would feel
at once.

Example
A relu network with h = (0, 1.55) and dL/dyhat = -1.88 has dL/dw2 = (0, -2.914). Written
as (0, -29.14) the point has moved by one place.

How to avoid it
Estimate the size first: round each factor to one digit, here 2 * 1.5 = 3, and compare.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backpropcli.mistakes.entry import Example, Mistake, Slip
from backpropcli.mistakes.writing import Shown


def slips(shown: Shown) -> Iterator[Slip]:
    """One entry, or all that are off, times a power of ten."""
    for power in (-2, -1, 1, 2):
        factor = 10.0**power
        fit = shown.roughly or shown.fit
        sane = (shown.meant != 0) & (shown.written != 0)
        hit = shown.off & fit(shown.meant * factor, factor) & sane
        positions = [int(i) for i in np.flatnonzero(hit)]
        bits = 1.0 if abs(power) == 1 else 2.0
        if len(positions) > 1:
            names = " and ".join(shown.entry(i) for i in positions[:3])
            yield Slip(tuple(positions), {"entry": names}, bits + 1.0, factor=factor)
        for position in positions:
            place = float(np.log2(max(1, np.size(shown.meant))))
            yield Slip((position,), {"entry": shown.entry(position)}, bits + place, factor=factor)


MISTAKE = Mistake(
    code="BP702",
    name="decimal-slip",
    tier="A",
    message="{entry}: the digits are right, and the decimal point is misplaced.",
    question="Roughly how large does {entry} have to be?",
    remedy="Estimate the size first: round the factors to one digit.",
    examples=(
        Example(
            net="A",
            answers=(
                "h: [0, 1.55]\nyhat: -0.88\ndL/dyhat: -1.88\ndL/dw2: [0, -29.14]\ndL/dh: [-0.564, "
                "1.128]\n"
            ),
            at="dL/dw2",
        ),
    ),
    slips=slips,
    look_alikes=("learning-rate-omitted",),
)
