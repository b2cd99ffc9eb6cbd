"""The residual is not squared."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Number, call, is_op
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.parts import put, walk
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The residual itself, its size, or the root of the loss."""
    for equation in world.forward:
        if equation.name not in world.loss.data_equations or not world.loss.squared:
            continue
        for path, node in walk(equation.expr):
            if is_op(node, "pow") and node.args[1] == Number(2):
                inner = node.args[0]
                for kind, form in (
                    ("linear", inner),
                    ("minus", -inner),
                    ("size", call("abs", inner)),
                ):
                    yield from world.edit(equation.name, put(equation.expr, path, form), kind)
            if is_op(node, "mse"):
                inner = node.args[0] - node.args[1]
                for kind, form in (
                    ("linear", inner),
                    ("minus", -inner),
                    ("size", call("abs", inner)),
                ):
                    yield from world.edit(
                        equation.name, put(equation.expr, path, call("mean", form)), kind
                    )
        yield from world.edit(equation.name, call("sqrt", equation.expr), "root")


MISTAKE = Mistake(
    code="BP223",
    name="square-dropped",
    tier="C",
    message="{at} is linear in the error: the residual has to be squared.",
    question="What happens to the residual before it is averaged?",
    remedy="{at} = {right}",
    edits=edits,
)
