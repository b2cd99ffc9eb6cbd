"""The derivative of another activation is used.

What it is
The slope of one activation is used on a unit that has another, or a slope where there
is no activation at all.

Why it is wrong
Each activation has a slope of its own: a(1 - a) for a sigmoid, 1 - a^2 for a tanh, 0 or
1 for a relu, and 1 for a linear unit.

Example
Sigmoid outputs a = (0.1978, 0.8249) have the slopes a(1 - a) = (0.1587, 0.1444). The
rule 1 - a^2 of the tanh gives (0.9609, 0.3195).

How to avoid it
Write the name of the activation beside each layer, and next to it the formula of its
slope. On the way back read it off there.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name, call
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The tanh slope on a sigmoid and the reverse, a step on either, a sigmoid slope on a relu."""
    for slope in world.slopes:
        if slope.activation not in ("sigmoid", "tanh", "relu"):
            continue
        a = Name(slope.value) if slope.value else call(slope.activation, slope.argument)
        for other, used in {
            "sigmoid": a * (1 - a),
            "tanh": 1 - a**2,
            "relu": call("step", slope.argument),
        }.items():
            if other != slope.activation:
                yield from world.edit(
                    slope.equation.name, slope.replaced_by(used), other, other=other,
                    used=world.text(used), unit=f"a unit with {slope.activation}",
                )  # fmt: skip
    yield from on_linear(world)


def on_linear(world: World) -> Iterator[Edit]:
    """A sigmoid slope on an output that has no activation."""
    for equation in world.loss_slopes:
        name = equation.name.rpartition("/d")[2]
        if name in world.equations and world.activation(name) is None and world.loss.squared:
            p = Name(name)
            slope = p * (1 - p)
            yield from world.edit(
                equation.name, equation.expr * slope, "linear", 1.0, other="sigmoid",
                used=world.text(slope), unit="a unit without an activation",
            )  # fmt: skip


MISTAKE = Mistake(
    code="BP210",
    name="wrong-activation-derivative",
    tier="B",
    message="{at} uses {used}, which is the slope of {other}, on {unit}.",
    question="Which activation does this unit have, if any, and what is its slope?",
    remedy="Take the slope of the activation that this unit has; without an activation it is 1.",
    examples=(
        Example("S", "dL/da: [-0.04302, 0.08605]\ndL/dz: [-0.04134, 0.02749]\n", "dL/dz"),
        Example("T", "dL/dt: [-0.5292, 1.0583]\ndL/dz: [0.8833, 0.08338]\n", "dL/dz"),
        Example("A", "yhat: -0.88\ndL/dyhat: 3.11\ndL/dw2: [0, 4.821]\n", "dL/dyhat"),
    ),
    edits=edits,
    look_alikes=("partial-activation-derivative", "derivative-at-wrong-value"),
)
