"""A dot product stands for an outer product."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call, is_op
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.parts import put, walk
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The sum of the products in place of all of them."""
    for equation in world.gradients:
        for path, node in walk(equation.expr):
            if is_op(node, "outer") and world.shape(node.args[0]) == world.shape(node.args[1]):
                dot = put(equation.expr, path, call("sum", node.args[0] * node.args[1]))
                yield Edit(equation.name, {equation.name: dot}, {}, 0.0, "number")
                yield from world.edit(equation.name, dot, "everywhere")


MISTAKE = Mistake(
    code="BP409",
    name="dot-for-outer",
    tier="C",
    message=(
        "{at} is one number where a matrix belongs: the gradient of a weight matrix "
        "pairs every unit with every input."
    ),
    question="Which shape has the gradient of a weight matrix?",
    remedy="{at} = {right}",
    edits=edits,
)
