"""Two parameters are exchanged throughout."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.paths import crossings
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """Two parameters of one shape, or two entries of a matrix, exchanged in every equation."""
    yield from crossings(world)


MISTAKE = Mistake(
    code="BP507",
    name="crossed-wiring",
    tier="C",
    message=(
        "{first} and {second} are exchanged: all of these numbers fit if each stands "
        "where the other belongs."
    ),
    question="Which connection does each of these parameters belong to?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=(
        "wrong-parameter",
        "swapped-answers",
    ),
)
