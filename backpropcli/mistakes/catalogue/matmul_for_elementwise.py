"""A matrix product stands for an elementwise product.

What it is
The slopes of an activation are multiplied by the gradient as in a matrix product, so
that the units get mixed.

Why it is wrong
An activation acts on each unit by itself: h[i] depends on z[i] alone. So dL/dz[i] is
dL/dh[i] times the slope at z[i], without any sum.

Example
In a relu network with z = (-1.4, 1.55) and dL/dh = (-0.564, 1.128) the slopes are (0,
1), so dL/dz = (0, 1.128). The dot product of the two is the single number 1.128.

How to avoid it
Before you multiply, ask whether one entry of the result depends on other units. For
relu, sigmoid and tanh it does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call
from backpropcli.mistakes.entry import Edit, Example, Mistake
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
    message="{at} mixes the units: the derivative of the activation acts on each unit by itself.",
    question="Does the derivative of an activation mix different units?",
    remedy="Multiply entry by entry: {at} = {right}.",
    examples=(
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\ndL/dyhat: -1.88\ndL/dh: [-0.564, 1.128]\ndL/dz: "
                "1.128\n"
            ),
            at="dL/dz",
        ),
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\ndL/dyhat: -1.88\ndL/dh: [-0.564, 1.128]\ndL/dz: "
                "[1.128, 1.128]\n"
            ),
            at="dL/dz",
        ),
    ),
    edits=edits,
    look_alikes=("dot-for-outer",),
)
