"""Digits are cut off instead of rounded.

What it is
The digits after the last one that is kept are cut off, where rounding would have made
the last digit larger by one.

Why it is wrong
It is accepted, but on average it doubles the error of the last digit, and always
towards 0. In small numbers that can be several per cent.

Example
A sigmoid unit has the output 0.82491. To three decimals that is 0.825. Cut off it is
0.824.

How to avoid it
Look at the first digit that you leave out. If it is 5 or more, raise the one before.
"""

from __future__ import annotations

from backpropcli.mistakes.entry import Example, Mistake

MISTAKE = Mistake(
    code="BP903",
    name="truncated-not-rounded",
    tier="A",
    message="{at} is cut off where rounding would give another last digit.",
    question="What is the first digit that you left out?",
    remedy="Round the last digit that you keep.",
    examples=(Example("S", "a: [0.197, 0.824]\n", "a"),),
)
