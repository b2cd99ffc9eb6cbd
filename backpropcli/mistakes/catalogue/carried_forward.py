"""A wrong value is carried forward by a right method.

What it is
This value differs from the right one, but only because an earlier value of yours does.
From your earlier values it follows rightly.

Why it is wrong
It is not wrong: the method is right, and no new mistake is made here. It is told so
that you know where not to look.

Example
A network predicts yhat = -0.88 for the target y = 1. If you wrote -0.98, your loss
(-0.98 - 1)^2 / 2 = 1.96 follows from it, although the right one is 1.767.

How to avoid it
Mend the first wrong line and work on from there. The lines that only carry it come
right by themselves.
"""

from __future__ import annotations

from backpropcli.mistakes.entry import Example, Mistake

MISTAKE = Mistake(
    code="BP901",
    name="carried-forward",
    tier="A",
    message=(
        "{at} is off only because it goes on from an earlier value of yours that is wrong: "
        "the method is right."
    ),
    question="From which earlier value does {at} follow?",
    remedy="Mend the earlier value and work on from there.",
    examples=(Example("A", "h: [0, 1.55]\nyhat: -0.98\nL: 1.9602\ndL/dyhat: -1.98\n", "L"),),
)
