"""The target is not subtracted in the derivative of the loss."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name, is_op
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.parts import replaced
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The residual without the target."""
    if not world.loss.squared:
        return
    for equation in world.loss_slopes:
        lower = equation.name.rpartition("/d")[2]

        def prediction(node: object, lower: str = lower) -> object:
            if is_op(node, "sub") and Name(lower) in node.args:
                return Name(lower) if node.args[0] == Name(lower) else -Name(lower)
            return None

        yield from world.edit(equation.name, replaced(equation.expr, prediction), "all")


MISTAKE = Mistake(
    code="BP226",
    name="target-not-subtracted",
    tier="C",
    message="{at} is the prediction alone: the target has to be subtracted.",
    question=("What does the derivative of a squared difference contain besides the prediction?"),
    remedy="{at} = {right}",
    edits=edits,
)
