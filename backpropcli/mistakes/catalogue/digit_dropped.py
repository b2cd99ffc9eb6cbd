"""A digit of a number is lost.

What it is
A digit is lost from a number when it is copied or typed.

Why it is wrong
The digits that are left move together, and the number is another one.

Example
A relu network with yhat = -0.88 and y = 1 has the loss 1.88^2 / 2 = 1.7672. Copied as
1.672 it has lost its first 7.

How to avoid it
Count the digits when you copy a number, and read it back once.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.digits import dropped_digit
from backpropcli.mistakes.entry import Example, Mistake, Slip
from backpropcli.mistakes.writing import Shown


def slips(shown: Shown) -> Iterator[Slip]:
    """A number that fits if one digit is put in."""
    for position in shown.wrong:
        found = dropped_digit(shown, position)
        if found is not None:
            facts = {"entry": shown.entry(position), "written": shown.text(position)}
            yield Slip((position,), facts, found + shown.place_bits)


MISTAKE = Mistake(
    code="BP705",
    name="digit-dropped",
    tier="C",
    message="{entry}: a digit of {written} is missing.",
    question="Is {entry} the number that came out of your working, digit by digit?",
    remedy="Compare the digits with your own working.",
    examples=(
        Example(
            net="A",
            answers="h: [0, 1.55]\nyhat: -0.88\nL: 1.672\ndL/dyhat: -1.88\n",
            at="L",
        ),
    ),
    slips=slips,
    look_alikes=("digit-slip",),
)
