"""The activation is not applied."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import is_op
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.parts import put, walk
from backpropcli.mistakes.world import ACTIVATIONS, World


def edits(world: World) -> Iterator[Edit]:
    """Z for f(z)."""
    for equation in world.forward:
        for path, node in walk(equation.expr):
            if is_op(node, *ACTIVATIONS, "softmax"):
                expr = put(equation.expr, path, node.args[0])
                yield from world.edit(equation.name, expr, "all", activation=node.op)


MISTAKE = Mistake(
    code="BP603",
    name="activation-skipped",
    tier="B",
    message="{at} is the value before the activation: {activation} has to be applied to it.",
    question="What does {activation} do to these numbers?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=("preactivation-used",),
)
