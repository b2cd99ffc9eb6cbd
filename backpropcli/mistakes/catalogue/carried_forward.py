"""A wrong value is carried forward by a right method."""

from __future__ import annotations

from backpropcli.mistakes.entry import Mistake

MISTAKE = Mistake(
    code="BP901",
    name="carried-forward",
    tier="A",
    message=(
        "{at} is off only because it goes on from an earlier value of yours that is "
        "wrong: the method is right."
    ),
    question="From which earlier value does {at} follow?",
    remedy="mend the earlier value and work on from there",
)
