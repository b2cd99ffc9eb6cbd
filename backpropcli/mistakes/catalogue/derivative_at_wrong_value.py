"""The slope is evaluated at the wrong stored value.

What it is
The right formula for the slope gets the wrong number: z in a(1 - a), or the output sent
through the activation a second time.

Why it is wrong
The short formulas a(1 - a) of the sigmoid and 1 - a^2 of the tanh are written in terms
of the output a. With z in them they give another number, often an impossible one.

Example
A sigmoid unit has z = -1.4 and a = 0.1978. Its slope is 0.1978 * 0.8022 = 0.1587. With
z in the formula it would be -1.4 * 2.4 = -3.36, but a sigmoid slope lies between 0 and
0.25.

How to avoid it
Note beside each formula what goes into it: the input z or the output a. Check the
range: up to 0.25 for a sigmoid, up to 1 for a tanh.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name, call
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.slopes import by_output
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """With z in the formula that takes a, and a put through the activation once more."""
    for slope in world.slopes:
        formula = by_output(slope.activation)
        if formula is None:
            continue
        facts = {"activation": slope.activation, "formula": formula.text}
        name, z = slope.equation.name, slope.argument
        inside = slope.replaced_by(formula.of(z))
        yield from world.edit(name, inside, "z-in-a-formula", 0.0, used=world.text(z), **facts)
        if slope.value:
            twice = formula.of(call(slope.activation, Name(slope.value)))
            used = f"{slope.activation}({slope.value})"
            again = slope.replaced_by(twice)
            yield from world.edit(name, again, "double-activation", 0.0, used=used, **facts)


MISTAKE = Mistake(
    code="BP203",
    name="derivative-at-wrong-value",
    tier="A",
    message=(
        "{at} puts {used} into the slope of {activation}; the formula {formula} takes the "
        "output of the activation."
    ),
    question=(
        "Is the slope of {activation} written in terms of its input or of its output, and "
        "which did you put in?"
    ),
    remedy="Put the output of {activation} in the place of a in {formula}.",
    examples=(
        Example("S", "dL/da: [-0.04302, 0.08605]\ndL/dz: [0.1446, -0.07335]\n", "dL/dz"),
        Example("S", "dL/da: [-0.04302, 0.08605]\ndL/dz: [-0.01065, 0.01823]\n", "dL/dz"),
        Example("T", "dL/dt: [-0.5292, 1.0583]\ndL/dz: [0.508, -1.4843]\n", "dL/dz"),
    ),
    edits=edits,
    look_alikes=(
        "partial-activation-derivative",
        "wrong-activation-derivative",
        "local-derivative-wrong-point",
    ),
)
