"""Right numbers stand in the wrong places.

What it is
The right numbers stand in the wrong places of a list or a matrix.

Why it is wrong
Each place belongs to one unit or one weight, and the numbers are not interchangeable.

Example
A relu network with h = (0, 1.55) and dL/dyhat = -1.88 has dL/dw2 = (0, -2.914). Written
as (-2.914, 0) the gradient went to the wrong weight.

How to avoid it
Check one entry by its index: the first entry of dL/dw2 contains the first entry of h.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from backpropcli.mistakes.entry import Example, Mistake, Slip
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
    remedy="Put each number in the place of its own unit.",
    examples=(
        Example(
            net="A",
            answers=(
                "h: [0, 1.55]\nyhat: -0.88\ndL/dyhat: -1.88\ndL/dw2: [-2.914, 0]\ndL/dh: [-0.564, "
                "1.128]\n"
            ),
            at="dL/dw2",
        ),
    ),
    slips=slips,
    look_alikes=("transposed-outer-product", "wrong-parameter"),
)
