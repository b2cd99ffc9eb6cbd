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

from backpropcli.language.nodes import Expr, Number, call, is_op, postorder
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import put, walk
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The residual itself, its size, or the root of the loss."""
    if not world.loss.squared:
        return
    penalties = {node for term in world.loss.penalties for node in postorder(term.expr)}
    for equation in world.forward:
        if equation.name not in world.loss.data_equations:
            continue
        name, expr = equation.name, equation.expr
        for path, node in walk(expr):
            if node in penalties:
                continue
            if is_op(node, "pow") and node.args[1] == Number(2):
                for kind, form in forms(node.args[0]):
                    yield from world.edit(name, put(expr, path, form), kind, used=WORDS[kind])
            if is_op(node, "mse"):
                for kind, form in forms(node.args[0] - node.args[1]):
                    mean = put(expr, path, call("mean", form))
                    yield from world.edit(name, mean, kind, used=WORDS[kind])
        yield from world.edit(name, call("sqrt", expr), "root", used=WORDS["root"])


def forms(residual: Expr) -> list[tuple[str, Expr]]:
    """What is taken for the square of a residual."""
    return [("linear", residual), ("minus", -residual), ("size", call("abs", residual))]


WORDS = {
    "linear": "linear in the residual",
    "minus": "linear in the residual",
    "size": "worked out from the size of the residual",
    "root": "the root of the loss",
}


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
