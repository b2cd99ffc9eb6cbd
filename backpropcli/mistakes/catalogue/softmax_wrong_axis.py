"""The softmax runs along the wrong axis."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call, is_op
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.parts import put, walk
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """Normalised over the batch, or over everything."""
    for equation in world.forward:
        for path, node in walk(equation.expr):
            if is_op(node, "softmax") and len(world.shape(node.args[0]) or ()) == 2:
                exps = call("exp", node.args[0])
                batch = exps / call("sum", exps, axis=0, keepdims=True)
                whole = exps / call("sum", exps)
                yield from world.edit(
                    equation.name, put(equation.expr, path, batch), "batch", over="the examples"
                )
                yield from world.edit(
                    equation.name, put(equation.expr, path, whole), "all", over="all entries"
                )


MISTAKE = Mistake(
    code="BP406",
    name="softmax-wrong-axis",
    tier="C",
    message="{at} is normalised over {over}; the classes of each example have to sum to 1.",
    question="Which entries of the probabilities sum to 1?",
    remedy="{at} = {right}",
    edits=edits,
)
