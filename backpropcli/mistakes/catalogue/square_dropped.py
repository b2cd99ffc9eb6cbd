"""The residual is not squared.

What it is

The loss is worked out from the residual itself, from its size, or as a root, but not
from its square.

Why it is wrong

Squaring makes every error count as positive and large errors count more. Without it
errors of opposite signs cancel, and the loss can be negative.

Example

With yhat = -0.88 and y = 1 the residual is -1.88, and L = (-1.88)^2 / 2 = 1.767.
Without the square it is -1.88 / 2 = -0.94.

How to avoid it

Work out the residual in a line of its own, square it in the next, and only then
multiply or average.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Number, call, is_op
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import put, walk
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The residual itself, its size, or the root of the loss."""
    for equation in world.forward:
        if equation.name not in world.loss.data_equations or not world.loss.squared:
            continue
        for path, node in walk(equation.expr):
            if is_op(node, "pow") and node.args[1] == Number(2):
                inner = node.args[0]
                for kind, form in (
                    ("linear", inner),
                    ("minus", -inner),
                    ("size", call("abs", inner)),
                ):
                    yield from world.edit(equation.name, put(equation.expr, path, form), kind)
            if is_op(node, "mse"):
                inner = node.args[0] - node.args[1]
                for kind, form in (
                    ("linear", inner),
                    ("minus", -inner),
                    ("size", call("abs", inner)),
                ):
                    yield from world.edit(
                        equation.name, put(equation.expr, path, call("mean", form)), kind
                    )
        yield from world.edit(equation.name, call("sqrt", equation.expr), "root")


MISTAKE = Mistake(
    code="BP223",
    name="square-dropped",
    tier="C",
    message="{at} is {used}: the residual has to be squared, and no root is taken.",
    question="What happens to the residual before anything is added up?",
    remedy="Square the residual, and then multiply or average as the loss says.",
    examples=(
        Example("A", "z: [-1.4, 1.55]\nyhat: -0.88\nL: -0.94\ndL/dyhat: -1.88\n", "L"),
        Example("A", "z: [-1.4, 1.55]\nyhat: -0.88\nL: 1.329\ndL/dyhat: -1.88\n", "L"),
    ),
    edits=edits,
)
