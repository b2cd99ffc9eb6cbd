"""A local derivative is evaluated at the wrong point.

What it is
The formula of a derivative is right, but another number is put into it: that of an
earlier part, 0, 1, or the value of a neighbour.

Why it is wrong
A derivative depends on where it is taken. In the chain rule each one is taken at the
value that its function got in the forward pass.

Example
F(x, y) = (x^2 + 2y, 3x + 4y^2) has the Jacobian [2x 2; 3 8y]. After G(x) = (x, x^2) at
x = 2 it is taken at (2, 4) and is [4 2; 3 32]. With x = 1 from an earlier part the
first entry would be 2.

How to avoid it
Write the point beside the derivative before you work it out, as in F'(2, 4). Take it
from the forward pass.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Expr, Number, call, is_op
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import Path, at_path, put, walk
from backpropcli.mistakes.slopes import is_local_point, points_of, slope_points
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """Another known value, or 0 or 1, where a derivative depends on a value."""
    for equation in world.gradients:
        for path, node in walk(equation.expr):
            if not is_local_point(world, equation, path, node) or _in_mask(equation.expr, path):
                continue
            for other in points_of(world, node):
                bits = 1.0 if isinstance(other, Number) else 2.0
                yield from world.edit(
                    equation.name, put(equation.expr, path, other), "", bits,
                    used=world.text(other), point=world.text(node),
                )  # fmt: skip
    for slope in world.slopes:
        if slope.activation == "relu":
            continue
        for other in slope_points(world, slope.argument):
            if slope.activation == "tanh" and isinstance(other, Number):
                continue  # its slope at 0 is 1, as if it had been left out
            form = call(slope.activation + "'", other, **dict(slope.params))
            bits = 1.0 if isinstance(other, Number) else 2.0
            yield from world.edit(
                slope.equation.name, slope.replaced_by(form), "", bits,
                used=world.text(other), point=world.text(slope.argument),
            )  # fmt: skip


def _in_mask(expr: Expr, path: Path) -> bool:
    """Whether it decides which units of a relu are active: that has names of its own."""
    return bool(path) and is_op(at_path(expr, path[:-1]), "relu'", "step")


MISTAKE = Mistake(
    code="BP213",
    name="local-derivative-wrong-point",
    tier="B",
    message="{at} puts {used} in place of {point} into the local derivative.",
    question="At which point has this derivative to be evaluated?",
    remedy="Evaluate the derivative at {point}, as it came out of the forward pass.",
    examples=(
        Example(
            net="composed",
            answers="G: [2, 4]\ndG/dx: [1, 4]\ndF/dG: [[2, 2], [3, 32]]\ndF/dx: [12, 131]\n",
            at="dF/dG",
        ),
    ),
    edits=edits,
    look_alikes=("wrong-parameter", "derivative-at-wrong-value", "missing-term-in-chain"),
)
