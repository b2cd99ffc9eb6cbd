"""The whole sheet follows another legal convention."""

from __future__ import annotations

from backpropcli.mistakes.entry import Mistake

MISTAKE = Mistake(
    code="BP904",
    name="convention-variant",
    tier="B",
    message="all your numbers are right in another convention: {convention}.",
    question="Which convention does the exercise use?",
    remedy="the result is the same; say which convention you use",
)
