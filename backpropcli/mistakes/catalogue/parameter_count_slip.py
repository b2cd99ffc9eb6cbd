"""The parameters are counted wrongly."""

from __future__ import annotations

from backpropcli.mistakes.entry import Mistake

MISTAKE = Mistake(
    code="BP704",
    name="parameter-count-slip",
    tier="C",
    message="{at} {how}.",
    question="How many weights and how many biases does each layer have?",
    remedy="count (inputs + 1) times outputs for each layer with a bias",
)
