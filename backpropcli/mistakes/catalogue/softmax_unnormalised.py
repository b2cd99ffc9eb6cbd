"""The softmax is not divided by the sum of the exponentials."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call, is_op
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.parts import put, walk
from backpropcli.mistakes.slopes import along_last
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """exp(z), or exp(z) over the sum or the largest of z."""
    for equation in world.forward:
        for path, node in walk(equation.expr):
            if not is_op(node, "softmax"):
                continue
            z = node.args[0]
            along = along_last(world.shape(z) or ())
            exps = call("exp", z)
            for kind, form in (
                ("exp", exps), ("sum", z / call("sum", z, **along)), ("max", exps / call("max", exps, **along)),
                ("over z", exps / call("sum", z, **along)),
            ):  # fmt: skip
                yield from world.edit(equation.name, put(equation.expr, path, form), kind)


MISTAKE = Mistake(
    code="BP221",
    name="softmax-unnormalised",
    tier="C",
    message=(
        "{at} does not sum to 1: each exponential has to be divided by the sum of all exponentials."
    ),
    question="To what do probabilities sum?",
    remedy="{at} = {right}",
    edits=edits,
)
