"""Two answers are exchanged."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backpropcli.mistakes.entry import Mistake, Slip
from backpropcli.mistakes.writing import Shown


def slips(shown: Shown) -> Iterator[Slip]:
    """What was meant here stands at another quantity, and the reverse."""
    bits = float(np.log2(max(1, len(shown.others))))
    for other in shown.others:
        here = bool(np.all(shown.fit(other.meant, 1.0)))
        there = bool(np.allclose(other.written, shown.meant, rtol=2e-2, atol=1e-9))
        if here and there and not np.array_equal(shown.meant, other.meant):
            yield Slip(tuple(shown.wrong), {"other": other.quantity}, bits, other.which)


MISTAKE = Mistake(
    code="BP605",
    name="swapped-answers",
    tier="B",
    message="{at} and {other} look exchanged: each fits in the place of the other.",
    question="Which of your results belongs to which quantity?",
    remedy="put each result to its own quantity",
    slips=slips,
)
