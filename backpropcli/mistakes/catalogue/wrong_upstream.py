"""The gradient is taken from the wrong place.

What it is
A gradient goes on from a neighbouring one: from dL/dh where dL/dz belongs, or from that
of another layer.

Why it is wrong
Each local derivative is multiplied by the gradient that arrives at its own place. W1
and b1 act on z, so theirs is dL/dz, behind the slope of the activation.

Example
A relu network with z = W1 x + b1 and h = relu(z) has dL/dh = (-0.564, 1.128) and dL/dz
= (0, 1.128). So dL/db1 = dL/dz = (0, 1.128). From dL/dh one gets (-0.564, 1.128), and a
unit that is off would learn.

How to avoid it
Ask which value the parameter enters first, and take the gradient of that one.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name, substitute
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """Another gradient of the same shape in place of the upstream one."""
    order = [e.name for e in world.gradients if e.name.rpartition("/d")[2] not in world.weights]
    seen = {e.name: i for i, e in enumerate(world.gradients)}
    for equation in world.gradients:
        for upstream in world.upstreams(equation.expr):
            for other in order:
                if other in (upstream, equation.name) or seen[other] > seen[equation.name]:
                    continue
                if world.program.shapes[other] != world.program.shapes[upstream]:
                    continue
                expr = substitute(equation.expr, {upstream: Name(other)})
                near = abs(order.index(other) - order.index(upstream)) if upstream in order else 2
                bits = 0.0 if near <= 1 else 1.0
                yield from world.edit(equation.name, expr, "", bits, used=other, upstream=upstream)


MISTAKE = Mistake(
    code="BP505",
    name="wrong-upstream",
    tier="B",
    message="{at} goes on from {used}; the upstream gradient here is {upstream}.",
    question="Which gradient arrives at this place of the network?",
    remedy="Take the gradient of the value that comes next: {at} = {right}.",
    examples=(
        Example(
            net="A",
            answers=(
                "yhat: -0.88\ndL/dyhat: -1.88\ndL/dh: [-0.564, 1.128]\ndL/dz: [0, 1.128]\ndL/db1: "
                "[-0.564, 1.128]\n"
            ),
            at="dL/db1",
        ),
        Example(
            net="A",
            answers=(
                "yhat: -0.88\ndL/dyhat: -1.88\ndL/dh: [-0.564, 1.128]\ndL/dz: [0, 1.128]\ndL/dW1: "
                "[[-0.564, -1.128], [1.128, 2.256]]\n"
            ),
            at="dL/dW1",
        ),
    ),
    edits=edits,
    look_alikes=("missing-activation-derivative", "missing-relu-mask", "wrong-parameter"),
)
