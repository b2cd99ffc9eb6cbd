"""An earlier value was rounded, and the rest follows from it."""

from __future__ import annotations

from backpropcli.mistakes.entry import Mistake

MISTAKE = Mistake(
    code="BP902",
    name="rounded-intermediate",
    tier="A",
    message="{at} is right; the last digit differs because an earlier value was rounded.",
    question="With how many digits did you go on?",
    remedy="keep four digits on the way",
)
