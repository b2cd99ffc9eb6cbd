"""A value is copied from another example or step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backpropcli.mistakes.entry import Mistake, Slip
from backpropcli.mistakes.writing import Shown


def slips(shown: Shown) -> Iterator[Slip]:
    """The same quantity of another example or step."""
    same = [other for other in shown.others if other.same]
    bits = float(np.log2(max(1, len(same))))
    for other in same:
        equal = shown.off & ((shown.written == other.written) | shown.fit(other.meant, 0.0))
        if np.any(equal):
            entries = tuple(int(i) for i in np.flatnonzero(equal))
            yield Slip(entries, {"source": other.quantity}, bits, other.which)


MISTAKE = Mistake(
    code="BP604",
    name="copied-stale-value",
    tier="B",
    message="{at} is the value of {source}.",
    question="Was {at} worked out anew with the numbers of this example?",
    remedy="work this line out with the numbers of its own example",
    slips=slips,
)
