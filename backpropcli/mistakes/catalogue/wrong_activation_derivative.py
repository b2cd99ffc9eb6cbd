"""The derivative of another activation is used."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name, call
from backpropcli.mistakes.entry import Edit, Mistake
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
                    used=world.text(used), activation=slope.activation,
                )  # fmt: skip
    yield from on_linear(world)


def on_linear(world: World) -> Iterator[Edit]:
    """A sigmoid slope on an output that has no activation."""
    for equation in world.loss_slopes:
        name = equation.name.rpartition("/d")[2]
        if name in world.equations and world.activation(name) is None and world.loss.squared:
            p = Name(name)
            expr = equation.expr * (p * (1 - p))
            used = world.text(p * (1 - p))
            yield from world.edit(
                equation.name,
                expr,
                "linear",
                1.0,
                other="sigmoid",
                used=used,
                activation="no activation",
            )


MISTAKE = Mistake(
    code="BP210",
    name="wrong-activation-derivative",
    tier="B",
    message="{at} uses the slope of {other}, {used}, on a unit of {activation}.",
    question="Which activation does this unit have, and what is its derivative?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=("partial-activation-derivative",),
)
