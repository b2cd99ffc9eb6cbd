"""Right numbers stand in the wrong places."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from backpropcli.mistakes.entry import Mistake, Slip
from backpropcli.mistakes.writing import Shown


def slips(shown: Shown) -> Iterator[Slip]:
    """Two entries exchanged, or the order reversed."""
    written, meant = np.ravel(shown.written), np.ravel(shown.meant)
    wrong = shown.wrong
    if len(wrong) < 2:
        return
    if len(wrong) <= 8:
        bits = float(np.log2(max(1, len(meant) * (len(meant) - 1) // 2)))
        for i, j in combinations(wrong, 2):
            order = list(range(len(meant)))
            order[i], order[j] = j, i
            fit = np.ravel(shown.fit(meant[order].reshape(np.shape(shown.meant)), 1.0))
            if fit[i] and fit[j] and written[i] != written[j]:
                text = f"{shown.entry(i)} and {shown.entry(j)} are exchanged"
                yield Slip((i, j), {"which": text}, bits)
    for axis in range(np.ndim(shown.meant)):
        if bool(np.all(shown.fit(np.flip(shown.meant, axis), 1.0))) and len(wrong) > 2:
            yield Slip(tuple(wrong), {"which": "their order is reversed"}, 1.0)


MISTAKE = Mistake(
    code="BP607",
    name="swapped-entries",
    tier="C",
    message="{at} has the right numbers in the wrong places: {which}.",
    question="Which entry belongs to which unit?",
    remedy="put each number in the place of its own unit",
    slips=slips,
)
