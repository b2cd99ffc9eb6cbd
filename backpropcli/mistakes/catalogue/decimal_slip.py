"""The decimal point is misplaced."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backpropcli.mistakes.entry import Mistake, Slip
from backpropcli.mistakes.writing import Shown


def slips(shown: Shown) -> Iterator[Slip]:
    """One entry, or all that are off, times a power of ten."""
    for power in (-2, -1, 1, 2):
        factor = 10.0**power
        hit = shown.off & shown.fit(shown.meant * factor, factor) & (shown.meant != 0)
        positions = [int(i) for i in np.flatnonzero(hit)]
        bits = 1.0 if abs(power) == 1 else 2.0
        if len(positions) > 1:
            names = " and ".join(shown.entry(i) for i in positions[:3])
            yield Slip(tuple(positions), {"entry": names}, bits + 1.0)
        for position in positions:
            place = float(np.log2(max(1, np.size(shown.meant))))
            yield Slip((position,), {"entry": shown.entry(position)}, bits + place)


MISTAKE = Mistake(
    code="BP702",
    name="decimal-slip",
    tier="A",
    message="{entry} has the right digits and a misplaced decimal point.",
    question="Where does the decimal point belong?",
    remedy="estimate the size first: round the factors to one digit",
    slips=slips,
)
