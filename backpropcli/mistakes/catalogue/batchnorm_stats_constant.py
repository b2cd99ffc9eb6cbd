"""Mean and variance are treated as constants on the way back through a normalisation.

What it is
The gradient of x goes through the difference x - mean alone. The paths by way of the
mean, of the variance, or of both are left out.

Why it is wrong
Mean and variance are computed from x. Each x changes them, and through them all other
normalised values; what comes back on these paths is added. With it the gradients of a
batch add up to 0, since a common shift of x changes nothing.

Example
For x = (1, 2, 4) with eps = 0 and the upstream gradient (1, 0, -1) the gradient is
(0.1145, -0.1718, 0.0573). With both taken as constants it would be (0.8018, 0,
-0.8018).

How to avoid it
Draw the graph: x goes to the mean, to the variance and to the difference. Three arrows
leave x, so three terms arrive. Check that they add up to 0 over the batch.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import is_op, postorder
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import Term, put, summed, terms, walk
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The path by way of the mean dropped, that of the variance, or both."""
    for equation in world.gradients:
        for path, node in walk(equation.expr):
            parts = terms(node) if is_op(node, "sub") else []
            if len(parts) != 3 or not _is_normal(parts):
                continue
            direct, middle, spread = parts
            for kind, kept in (
                ("the mean and the variance", [direct]),
                ("the mean", [direct, spread]),
                ("the variance", [direct, middle]),
            ):
                other = put(equation.expr, path, summed(kept))
                bits = 0.0 if kept == [direct] else 1.0
                yield from world.edit(equation.name, other, kind, bits, constant=kind)


def _is_normal(parts: list[Term]) -> bool:
    """Whether these are u, its mean, and xhat times the mean of u*xhat."""
    ops = [{n.op for n in postorder(t.expr) if is_op(n, "mean", "standardize")} for t in parts]
    return is_op(parts[1].expr, "mean") and ops[2] == {"mean", "standardize"} and not ops[0]


MISTAKE = Mistake(
    code="BP508",
    name="batchnorm-stats-constant",
    tier="C",
    message="{at} takes {constant} as constant; x changes them too.",
    question="On which paths does one x reach the normalised values?",
    remedy="Add the paths by way of the mean and of the variance: {at} = {right}.",
    examples=(
        Example("batch-norm", "dL/dx: [0.8018, 0, -0.8018]\n", "dL/dx", ("n",)),
        Example(
            "batch-norms",
            "dL/dX: [[-1.33869, -0.13861], [0.74881, 2.83854], [0.58988, -2.69992]]\n",
            "dL/dX",
            ("N", "L", "dL/dN", "dL/dgamma", "dL/dbeta"),
        ),
    ),
    edits=edits,
)
