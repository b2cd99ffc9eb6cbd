"""A value is copied from another example or step.

What it is
A value is copied from another example, or from another step, in place of being worked
out anew.

Why it is wrong
Each example has inputs of its own, so its values differ from those of the others, even
if only a little.

Example
With z = w*x + b, w = 0.5 and b = 0.1, the input x = 1 gives z = 0.6 and sigmoid(z) =
0.6457. For x = 3, z = 1.6 and sigmoid(z) = 0.8320; to write 0.6457 there is to copy the
first example.

How to avoid it
Begin each example on a line of its own with its inputs, and compare: equal numbers in
two examples deserve a second look.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backpropcli.mistakes.entry import Example, Mistake, Slip
from backpropcli.mistakes.writing import Shown


def slips(shown: Shown) -> Iterator[Slip]:
    """The same quantity of another example or step."""
    same = [other for other in shown.others if other.same]
    bits = float(np.log2(max(1, len(same))))
    for other in same:
        if np.all((shown.written == other.written) | shown.fit(other.meant, 0.0)):
            yield Slip(tuple(shown.wrong), {"source": other.quantity}, bits, other.which)


MISTAKE = Mistake(
    code="BP604",
    name="copied-stale-value",
    tier="B",
    message="{at} repeats {source}; here it has inputs of its own.",
    question="Was {at} worked out anew with the numbers of this example?",
    remedy="Work this line out with the numbers of its own example.",
    examples=(
        Example(
            net="samples",
            answers=(
                "examples:\n  - {z: 0.6, a: 0.6457, L: 0.06278}\n  - {z: -0.9, a: 0.2891, L: "
                "0.04178}\n  - {z: 1.6, a: 0.6457, L: 0.06278}\n"
            ),
            at="a",
        ),
    ),
    slips=slips,
    look_alikes=("swapped-answers", "wrong-parameter"),
)
