"""Digits are cut off instead of rounded."""

from __future__ import annotations

from backpropcli.mistakes.entry import Mistake

MISTAKE = Mistake(
    code="BP903",
    name="truncated-not-rounded",
    tier="A",
    message="{at} is cut off where rounding would give another last digit.",
    question="Is the last digit rounded?",
    remedy="round the last digit that you keep",
)
