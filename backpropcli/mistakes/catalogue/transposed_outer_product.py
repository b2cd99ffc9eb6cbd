"""The gradient of a weight matrix is transposed."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A weight's gradient turned, to its own shape or to the other one."""
    for equation in world.gradients:
        if len(equation.shape) == 2 and equation.name.rpartition("/d")[2] in world.weights:
            yield Edit(equation.name, {equation.name: equation.expr.T}, {}, 0.0, "all")


MISTAKE = Mistake(
    code="BP402",
    name="transposed-outer-product",
    tier="A",
    message="{at} is transposed: entry (i, j) belongs to the weight in row i and column j.",
    question="Which unit and which input does entry (1, 2) of {at} belong to?",
    remedy="{at} = {right}",
    edits=edits,
)
