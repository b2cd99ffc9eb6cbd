"""Only a part of the activation's derivative is there."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Expr, Name, Number
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.slopes import by_output
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A or 1 - a of a sigmoid; 1 - t, t**2, -t**2 or 1 + t**2 of a tanh."""
    for slope in world.slopes:
        formula = by_output(slope.activation)
        if formula is None or not slope.value:
            continue
        facts = {"activation": slope.activation, "formula": formula.text}
        for form in forms(slope.activation, Name(slope.value)):
            used = world.text(form)
            kind = used.replace(slope.value, "a")
            expr = slope.replaced_by(form)
            yield from world.edit(slope.equation.name, expr, kind, used=used, **facts)


def forms(activation: str, a: Expr) -> list[Expr]:
    """Parts of a slope that are taken for the whole."""
    if activation == "sigmoid":
        return [a, 1 - a]
    return [1 - a, a**2, -(a**2), Number(1) + a**2]


MISTAKE = Mistake(
    code="BP209",
    name="partial-activation-derivative",
    tier="B",
    message="{at} uses {used} as the slope of {activation}; the whole slope is {formula}.",
    question="What is the whole derivative of {activation}?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=(
        "derivative-at-wrong-value",
        "wrong-activation-derivative",
    ),
)
