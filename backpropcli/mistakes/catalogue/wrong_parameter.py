"""Another quantity is put in than the one that belongs there."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.operands import exchanged_operands
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """An operand replaced by another quantity of the same shape."""
    for name, expr, used, meant, bits in exchanged_operands(world):
        yield from world.edit(name, expr, "", bits, used=used, meant=meant)


MISTAKE = Mistake(
    code="BP601",
    name="wrong-parameter",
    tier="A",
    message="{at} puts {used} where {meant} belongs.",
    question="Which quantity belongs in each place of the equation for {at}?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=(
        "preactivation-used",
        "wrong-upstream",
        "local-derivative-wrong-point",
    ),
)
