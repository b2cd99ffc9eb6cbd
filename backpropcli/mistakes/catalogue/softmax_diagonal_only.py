"""Only the diagonal of the softmax Jacobian is used.

What it is
The derivative of the softmax is taken as p(1 - p) for each class by itself. That is
only the diagonal of its Jacobian.

Why it is wrong
All probabilities share one denominator. If a score rises, its own probability rises and
all others fall, and those terms -p_i p_j belong to the gradient too.

Example
With p = (0.6652, 0.2447, 0.09003) and the second class true, dL/dp = (0, -4.086, 0) and
dL/dz = (0.6652, -0.7553, 0.09003). The diagonal alone gives (0, -0.7553, 0).

How to avoid it
Check that the entries of dL/dz sum to 0. For softmax with cross-entropy the short cut p
- y gives all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name, is_op, names
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.slopes import output_pairs
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """dL/dp times p(1 - p), before a loss or anywhere else."""
    before_losses = {p.name for p in output_pairs(world)}
    for pair in output_pairs(world):
        if pair.activation == "softmax":
            yield from world.edit(pair.name, pair.before * (pair.p * (1 - pair.p)), "all")
    for equation in world.forward:
        upper, p = f"d{world.upper}/d{equation.name}", Name(equation.name)
        for z in names(equation.expr) if is_op(equation.expr, "softmax", "masked_softmax") else ():
            lower = world.equations.get(f"d{world.upper}/d{z}")
            if lower and lower.name not in before_losses and world.upstreams(lower.expr) == [upper]:
                yield from world.edit(lower.name, Name(upper) * (p * (1 - p)), "all")


MISTAKE = Mistake(
    code="BP214",
    name="softmax-diagonal-only",
    tier="B",
    message=(
        "{at} treats each probability as if it depended on its own score only; every "
        "probability depends on every score."
    ),
    question="On which scores does each probability depend?",
    remedy="Use the whole Jacobian of the softmax, or the short cut of prediction minus target.",
    examples=(
        Example(
            net="softmax",
            answers=(
                "p: [0.6652, 0.2447, 0.09003]\nL: 1.4076\ndL/dp: [0, -4.086, 0]\n"
                "dL/dz: [0, -0.7553, 0]\n"
            ),
            at="dL/dz",
        ),
    ),
    edits=edits,
)
