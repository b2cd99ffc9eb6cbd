"""The whole sheet follows another legal convention.

What it is
All values of the sheet are right in another convention than that of the exercise, such
as transposed matrices, or target minus prediction with a step that is added.

Why it is wrong
It is not wrong: courses differ, and the result is the same. It is told because mixing
two conventions leads to real mistakes.

Example
A network predicts yhat = -0.88 for the target y = 1. Some courses call y - yhat = 1.88
the error term and add eta times it, with the same new weights as from dL/dyhat = -1.88
and a step that is subtracted.

How to avoid it
State your convention in the first line and keep to it throughout.
"""

from __future__ import annotations

from backpropcli.mistakes.entry import Example, Mistake

MISTAKE = Mistake(
    code="BP904",
    name="convention-variant",
    tier="B",
    message="All your numbers are right in another convention: {convention}.",
    question="Which convention does the exercise use?",
    remedy="The result is the same; say which convention you use.",
    examples=(
        Example(
            net="step",
            answers="yhat: -0.88\ndL/dyhat: 1.88\ndL/dw2: [0, 2.914]\nw2_new: [0.3, -0.3086]\n",
            at="dL/dyhat",
        ),
    ),
)
