"""One digit is wrong, or two neighbours are exchanged."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.digits import changed_digits
from backpropcli.mistakes.entry import Mistake, Slip
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
    question="Are all digits of {entry} copied rightly?",
    remedy="compare the digits with your own working",
    slips=slips,
)
