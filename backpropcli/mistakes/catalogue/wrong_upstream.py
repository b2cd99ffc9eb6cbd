"""The gradient is taken from the wrong place."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.parts import replaced
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

                def exchanged(node: object, old: str = upstream, new: str = other) -> Name | None:
                    return Name(new) if node == Name(old) else None

                expr = replaced(equation.expr, exchanged)
                near = abs(order.index(other) - order.index(upstream)) if upstream in order else 2
                bits = 0.0 if near <= 1 else 1.0
                yield from world.edit(equation.name, expr, "", bits, used=other, upstream=upstream)


MISTAKE = Mistake(
    code="BP505",
    name="wrong-upstream",
    tier="B",
    message="{at} goes on from {used}; the upstream gradient here is {upstream}.",
    question="Which gradient arrives at this place of the network?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=(
        "missing-activation-derivative",
        "missing-relu-mask",
        "wrong-parameter",
    ),
)
