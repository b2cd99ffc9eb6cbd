"""One digit is wrong, or two neighbours are exchanged.

What it is
One digit of a number is another than it should be, or two neighbours are exchanged.

Why it is wrong
It is a slip of the pen or of the eye, not of the method. What is worked out from the
number afterwards is off as well.

Example
A relu network with h = (0, 1.55) and dL/dyhat = -1.88 has dL/dw2 = (0, -2.914). In (0,
-2.974) a 1 has become a 7.

How to avoid it
Compare every number with the line from which it was copied, digit by digit. Write 1 and
7, 4 and 9 clearly.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.digits import changed_digits
from backpropcli.mistakes.entry import Example, Mistake, Slip
from backpropcli.mistakes.writing import Shown


def slips(shown: Shown) -> Iterator[Slip]:
    """A number that fits if one digit is another, or two neighbours change places."""
    for position in shown.wrong:
        found = changed_digits(shown, position)
        if found is not None:
            facts = {"entry": shown.entry(position), "written": shown.text(position)}
            yield Slip((position,), facts, found + shown.place_bits)


MISTAKE = Mistake(
    code="BP703",
    name="digit-slip",
    tier="B",
    message="{entry}: check the digits of {written}; one of them is off.",
    question="Is {entry} the number that came out of your working, digit by digit?",
    remedy="Compare the digits with your own working.",
    examples=(
        Example(
            net="A",
            answers=(
                "h: [0, 1.55]\nyhat: -0.88\ndL/dyhat: -1.88\ndL/dw2: [0, -2.974]\ndL/dh: [-0.564, "
                "1.128]\n"
            ),
            at="dL/dw2",
        ),
    ),
    slips=slips,
    look_alikes=("misread-given",),
)
