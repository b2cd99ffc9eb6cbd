"""A matrix product stands for an elementwise product."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.slopes import slope_expr
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The sum over the units of gradient times slope, in every entry or as one number."""
    for slope in world.slopes:
        name = slope.equation.name
        if len(slope.equation.shape) != 1 or slope.chain.path:
            continue
        total = call("sum", slope.upstream * slope_expr(slope))
        yield from world.edit(name, total, "dot")
        yield Edit(name, {name: total}, {}, 0.0, "scalar")
        outer = call("outer", slope.upstream, slope_expr(slope))
        if world.shape(outer) is not None:
            yield Edit(name, {name: outer}, {}, 0.0, "outer")


MISTAKE = Mistake(
    code="BP405",
    name="matmul-for-elementwise",
    tier="B",
    message=("{at} mixes the units: the derivative of the activation acts on each unit by itself."),
    question="Does the derivative of an activation mix different units?",
    remedy="{at} = {right}",
    edits=edits,
)
