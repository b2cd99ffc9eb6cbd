"""The derivative of the output activation is applied a second time.

What it is
The difference of prediction and target is multiplied by the derivative of the softmax,
or of the sigmoid, once more.

Why it is wrong
With cross-entropy, p - y is already the gradient of the scores: the derivative of the
output activation has been worked in and has cancelled. The factor p(1 - p) belongs to a
squared loss.

Example
With p = (0.6652, 0.2447, 0.09003) and the second class true, dL/dz = (0.6652, -0.7553,
0.09003). Multiplied by p(1 - p) once more it becomes (0.1481, -0.1396, 0.007376).

How to avoid it
Decide on one way. Either take the short cut p - y, or go from dL/dp through the
derivative of the activation, but not both.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.slopes import output_pairs
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The difference p - y times p(1 - p), or times the whole Jacobian of softmax."""
    for pair in output_pairs(world):
        facts = {"activation": pair.activation}
        again = pair.slope * (pair.p * (1 - pair.p))
        yield from world.edit(pair.name, again, "diagonal", 0.0, **facts)
        if pair.activation == "softmax":
            inner = call("sum", pair.slope * pair.p, **pair.along)
            yield from world.edit(
                pair.name, pair.p * (pair.slope - inner), "jacobian", 0.0, **facts
            )


MISTAKE = Mistake(
    code="BP206",
    name="softmax-derivative-doubled",
    tier="B",
    message=(
        "{at} multiplies by the derivative of {activation} although the difference of "
        "prediction and target contains it already."
    ),
    question="Which derivatives have been worked into the difference of prediction and target?",
    remedy=(
        "Take the difference of prediction and target as it is, divided by the number of "
        "examples where the loss is a mean."
    ),
    examples=(
        Example(
            net="softmax",
            answers=(
                "p: [0.6652, 0.2447, 0.09003]\nL: 1.4076\ndL/dz: [0.1481, -0.1396, 0.007376]\n"
            ),
            at="dL/dz",
        ),
        Example(
            net="softmax",
            answers=(
                "p: [0.6652, 0.2447, 0.09003]\nL: 1.4076\ndL/dz: [0.2657, -0.2499, -0.01583]\n"
            ),
            at="dL/dz",
        ),
    ),
    edits=edits,
)
