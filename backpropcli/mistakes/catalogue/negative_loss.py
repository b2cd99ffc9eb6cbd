"""A loss below zero that cannot be below zero.

What it is
The number given for the loss is below 0. For this kind of loss that is impossible,
whatever went wrong on the way.

Why it is wrong
Squares are never negative, and neither is minus the logarithm of a probability. So a
sum or a mean of them cannot be negative.

Example
A prediction yhat = -0.88 for the target y = 1 has the loss (-1.88)^2 / 2 = 1.767. A
loss of -1.767 is negative, so it cannot be right.

How to avoid it
Look at the sign of a loss before you go on. It costs a second and finds a lost bracket
or a lost minus.
"""

from __future__ import annotations

from backpropcli.mistakes.entry import Example, Mistake

MISTAKE = Mistake(
    code="BP105",
    name="negative-loss",
    tier="D",
    message=(
        "{at} cannot be negative: it is a sum of squares, or of minus logarithms of probabilities."
    ),
    question="Can this loss be negative?",
    remedy="Work the line out again, and watch the sign.",
    examples=(Example("A", "yhat: -0.88\nL: -1.7672\n", "L"),),
)
