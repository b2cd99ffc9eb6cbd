"""Only a part of the activation's derivative is there.

What it is
Only a piece of the slope is used, such as a or 1 - a for a sigmoid, or 1 - t or t^2 for
a tanh.

Why it is wrong
The slope of the sigmoid is the product a(1 - a), and that of the tanh is 1 - t^2. A
piece of it is another number at every unit.

Example
Sigmoid outputs a = (0.1978, 0.8249) have the slopes (0.1587, 0.1444). The piece 1 - a
would be (0.8022, 0.1751). A tanh output t = 0.9138 has the slope 1 - 0.835 = 0.165, and
1 - t is 0.0862.

How to avoid it
Copy the whole formula before you put numbers in. A sigmoid slope is never above 0.25,
and a tanh slope lies between 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Expr, Name, Number
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.slopes import by_output
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """Only a or 1 - a of a sigmoid; 1 - t, t**2, -t**2 or 1 + t**2 of a tanh."""
    for slope in world.slopes:
        formula = by_output(slope.activation)
        if formula is None or not slope.value:
            continue
        facts = {"activation": slope.activation, "formula": formula.text}
        for form in forms(slope.activation, Name(slope.value)):
            used = world.text(form)
            kind = used.replace(slope.value, "a")
            expr = slope.replaced_by(form)
            yield from world.edit(slope.equation.name, expr, kind, 0.0, used=used, **facts)


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
    remedy="Use the whole slope {formula}, where a is the output of {activation}.",
    examples=(
        Example("S", "dL/da: [-0.04302, 0.08605]\ndL/dz: [-0.03451, 0.01507]\n", "dL/dz"),
        Example("S", "dL/da: [-0.04302, 0.08605]\ndL/dz: [-0.00851, 0.07098]\n", "dL/dz"),
        Example("T", "dL/dt: [-0.5292, 1.0583]\ndL/dz: [-0.9977, 0.09124]\n", "dL/dz"),
        Example("T", "dL/dt: [-0.5292, 1.0583]\ndL/dz: [-0.4148, 0.8837]\n", "dL/dz"),
        Example("T", "dL/dt: [-0.5292, 1.0583]\ndL/dz: [0.4148, -0.8837]\n", "dL/dz"),
        Example("T", "dL/dt: [-0.5292, 1.0583]\ndL/dz: [-0.944, 1.942]\n", "dL/dz"),
    ),
    edits=edits,
    look_alikes=(
        "derivative-at-wrong-value",
        "wrong-activation-derivative",
        "missing-term-in-chain",
    ),
)
