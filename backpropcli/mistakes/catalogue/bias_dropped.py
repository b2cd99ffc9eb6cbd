"""The bias is left out, or subtracted."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.layers import biased_sums
from backpropcli.mistakes.parts import Term
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A layer without its bias, or with minus its bias."""
    for one in biased_sums(world):
        name, i = one.equation.name, one.bias
        bias = world.text(one.parts[i].expr)
        without = one.put([t for j, t in enumerate(one.parts) if j != i])
        yield from world.edit(name, without, "dropped", bias=bias, how="leaves out")
        turned = [Term(-t.sign, t.expr) if j == i else t for j, t in enumerate(one.parts)]
        yield from world.edit(name, one.put(turned), "subtracted", 1.0, bias=bias, how="subtracts")


MISTAKE = Mistake(
    code="BP606",
    name="bias-dropped",
    tier="B",
    message="{at} {how} {bias}.",
    question="What is added to the weighted sum?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=("wrong-parameter",),
)
