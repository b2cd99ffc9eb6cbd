"""The value is right, but does not follow from the earlier ones.

What it is
This value is right, but it does not follow from the earlier values on the same sheet.
Two slips may have cancelled, or it was known beforehand.

Why it is wrong
It is not wrong and counts as right. It is told because one of the lines before it
deserves a second look.

Example
With yhat = -0.98 written for -0.88 and y = 1, dL/dyhat = -1.98 follows, and the loss
would be 1.96. If 1.767 is written, that is the right loss, but not one that follows
from -0.98.

How to avoid it
Go through the line with the numbers that you wrote before it, and see which of the two
has to be mended.
"""

from __future__ import annotations

from backpropcli.mistakes.entry import Example, Mistake

MISTAKE = Mistake(
    code="BP905",
    name="right-by-luck",
    tier="B",
    message="{at} is right, although it does not follow from your own earlier values.",
    question="How does {at} follow from your earlier values?",
    remedy="Look at the earlier values once more.",
    examples=(Example("A", "h: [0, 1.55]\nyhat: -0.98\nL: 1.7672\ndL/dyhat: -1.98\n", "L"),),
)
