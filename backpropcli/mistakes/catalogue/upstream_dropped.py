"""Only the local derivative is given: the upstream gradient is left out.

What it is
The local derivative is given in place of the gradient of the loss. What comes back from
the later steps is left out.

Why it is wrong
dL/dw is dL/dyhat * dyhat/dw. The second factor alone tells how yhat changes, but not
what that does to the loss.

Example
With h = (0, 1.55) and dL/dyhat = -1.88, dL/dw2 = -1.88 * (0, 1.55) = (0, -2.914). The
local derivative alone is h = (0, 1.55).

How to avoid it
Read the name of what you are asked for. If it begins with dL, the chain has to reach
back to the loss.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Expr, Number, is_op
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.layers import without_upstream
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A gradient with 1 in place of the upstream gradient."""
    for equation in world.gradients:
        if world.upstreams(equation.expr):
            expr, used = without_upstream(world, equation.expr)
            upstream = " and ".join(dict.fromkeys(world.text(one) for one in used))
            local = f", {ONES[bool(equation.shape)]}" if len(used) == 1 and is_one(expr) else ""
            facts = {"upstream": upstream, "local": local}
            yield from world.edit(equation.name, expr, "all", 0.0, **facts)


ONES = {False: "which is 1", True: "1 in every entry"}


def is_one(expr: Expr) -> bool:
    """Whether nothing but ones is left, as where a gradient is handed on."""
    return (expr.args[0] if is_op(expr, "expand") else expr) == Number(1)


MISTAKE = Mistake(
    code="BP212",
    name="upstream-dropped",
    tier="B",
    message=(
        "{at} is only the local derivative{local}; it has to be multiplied by {upstream}, the "
        "gradient that comes from behind."
    ),
    question="Is this the derivative of the loss, or only that of the next value?",
    remedy="Multiply the local derivative by {upstream}: {at} = {right}.",
    examples=(
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\nL: 1.7672\ndL/dyhat: -1.88\n"
                "dL/dw2: [0, 1.55]\ndL/dh: [-0.564, 1.128]\n"
            ),
            at="dL/dw2",
        ),
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\nL: 1.7672\ndL/dyhat: -1.88\n"
                "dL/dh: [0.3, -0.6]\ndL/dz: [0, -0.6]\n"
            ),
            at="dL/dh",
        ),
    ),
    edits=edits,
    look_alikes=("missing-term-in-chain",),
)
