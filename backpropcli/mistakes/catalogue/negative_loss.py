"""A loss below zero that cannot be below zero."""

from __future__ import annotations

from backpropcli.mistakes.entry import Mistake

MISTAKE = Mistake(
    code="BP105",
    name="negative-loss",
    tier="D",
    message=(
        "{at} cannot be negative: it is a sum of squares, or of minus logarithms of probabilities."
    ),
    question="Can this loss be negative?",
    remedy="work the line out again",
)
