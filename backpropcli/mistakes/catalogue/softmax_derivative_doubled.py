"""The derivative of the output activation is applied a second time."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.slopes import output_pairs
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """P - y times p(1 - p), or times the whole Jacobian of softmax."""
    for pair in output_pairs(world):
        facts = {"activation": pair.activation}
        again = pair.slope * (pair.p * (1 - pair.p))
        yield from world.edit(pair.name, again, "diagonal", **facts)
        if pair.activation == "softmax":
            inner = call("sum", pair.slope * pair.p, **pair.along)
            yield from world.edit(pair.name, pair.p * (pair.slope - inner), "jacobian", **facts)


MISTAKE = Mistake(
    code="BP206",
    name="softmax-derivative-doubled",
    tier="B",
    message=(
        "{at} multiplies by the derivative of {activation} although the difference of "
        "prediction and target contains it already."
    ),
    question="Which derivative is already inside prediction minus target?",
    remedy=(
        "{at} is the difference of prediction and target, with nothing more than the mean's factor"
    ),
    edits=edits,
)
