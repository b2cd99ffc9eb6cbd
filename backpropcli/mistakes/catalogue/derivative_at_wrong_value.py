"""The slope is evaluated at the wrong stored value."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name, call
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.slopes import by_output
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """Z in the formula that takes a, and a put through the activation once more."""
    for slope in world.slopes:
        formula = by_output(slope.activation)
        if formula is None:
            continue
        facts = {"activation": slope.activation, "formula": formula.text}
        name, z = slope.equation.name, slope.argument
        yield from world.edit(
            name, slope.replaced_by(formula.of(z)), "z-in-a-formula", used=world.text(z), **facts
        )
        if slope.value:
            twice = formula.of(call(slope.activation, Name(slope.value)))
            yield from world.edit(
                name, slope.replaced_by(twice), "double-activation",
                used=f"{slope.activation}({slope.value})", **facts,
            )  # fmt: skip


MISTAKE = Mistake(
    code="BP203",
    name="derivative-at-wrong-value",
    tier="A",
    message=(
        "{at} puts {used} into the slope of {activation}; the formula {formula} takes "
        "the output of the activation."
    ),
    question=(
        "Is the slope of {activation} written in terms of its input or of its output, "
        "and which did you put in?"
    ),
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=(
        "partial-activation-derivative",
        "wrong-activation-derivative",
    ),
)
