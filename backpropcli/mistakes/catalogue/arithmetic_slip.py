"""The line is set up rightly and worked out wrongly."""

from __future__ import annotations

from backpropcli.mistakes.entry import Mistake

MISTAKE = Mistake(
    code="BP701",
    name="arithmetic-slip",
    tier="A",
    message="{at} is set up rightly, but the arithmetic does not come out: {arithmetic}.",
    question="Does this line still come out if you work it out once more?",
    remedy="work the line out again, factor by factor",
)
