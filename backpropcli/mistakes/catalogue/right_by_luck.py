"""The value is right, but does not follow from the earlier ones."""

from __future__ import annotations

from backpropcli.mistakes.entry import Mistake

MISTAKE = Mistake(
    code="BP905",
    name="right-by-luck",
    tier="B",
    message="{at} is right, although it does not follow from your own earlier values.",
    question="How does {at} follow from your earlier values?",
    remedy="look at the earlier values once more",
)
