"""An earlier value was rounded, and the rest follows from it.

What it is
An earlier value was rounded and used in that form, so this one differs a little from
the exact result.

Why it is wrong
It is not wrong: every written number has only some digits. It is told because small
roundings grow, above all where numbers are subtracted or small.

Example
sigmoid(0.07) = 0.517493 is written as 0.52. Then 0.04 * 0.52 = 0.0208, and the exact
value is 0.0207.

How to avoid it
Keep four digits on the way, or the number in the calculator's memory, and round the
last line only.
"""

from __future__ import annotations

from backpropcli.mistakes.entry import Example, Mistake

MISTAKE = Mistake(
    code="BP902",
    name="rounded-intermediate",
    tier="A",
    message="{at} is right; the last digit differs because an earlier value was rounded.",
    question="With how many digits did you go on?",
    remedy="Keep four digits on the way, and round the last line only.",
    examples=(Example("neuron", "h: 0.52\nyhat: 0.0208\n", "yhat"),),
)
