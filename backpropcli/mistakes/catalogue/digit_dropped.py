"""A digit is lost."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.digits import dropped_digit
from backpropcli.mistakes.entry import Mistake, Slip
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
    question="Are all digits of {entry} there?",
    remedy="compare the digits with your own working",
    slips=slips,
)
