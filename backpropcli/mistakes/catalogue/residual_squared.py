"""The squared residual, or the loss itself, is used as its derivative."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name, call
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The square, the loss, or the sign of the residual."""
    if not world.loss.squared:
        return
    for equation in world.loss_slopes:
        residual = equation.expr
        loss = Name(world.upper)
        for used, kind in (
            (residual * residual, "squared"),
            (loss, "loss"),
            (call("sign", residual), "sign"),
        ):
            yield from world.edit(equation.name, used, kind, used=WORDS[kind])


WORDS = {
    "squared": "still squared",
    "loss": "the loss itself",
    "sign": "only the sign of the residual",
}


MISTAKE = Mistake(
    code="BP216",
    name="residual-squared",
    tier="C",
    message=(
        "{at} is {used}: the backward pass starts with the derivative of the loss, "
        "which is linear in the residual."
    ),
    question="What is the derivative of a square?",
    remedy="{at} = {right}",
    edits=edits,
)
