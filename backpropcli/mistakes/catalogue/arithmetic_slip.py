"""The line is set up rightly and worked out wrongly.

What it is
The right numbers stand in the right places, but the line does not come out.

Why it is wrong
The method is understood. Only the last step, the arithmetic, went wrong, and later
lines may go on with it.

Example
A relu network with w2 = (0.3, -0.6), h = (0, 1.55) and b2 = 0.05 has yhat = 0.3*0 -
0.6*1.55 + 0.05 = -0.88. With 0.05 subtracted at the end it is -0.98.

How to avoid it
Estimate the result before you work it out, and work the line out a second time in
another order.
"""

from __future__ import annotations

from backpropcli.mistakes.entry import Example, Mistake

MISTAKE = Mistake(
    code="BP701",
    name="arithmetic-slip",
    tier="A",
    message="{at} {how}: {arithmetic}.",
    question="Does this line still come out if you work it out once more?",
    remedy="Work the line out again, factor by factor.",
    examples=(
        Example(
            net="A",
            answers="z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: 0.3*0 - 0.6*1.55 + 0.05 = -0.91\n",
            at="yhat",
        ),
    ),
)
