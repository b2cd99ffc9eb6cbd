"""The second term of the binary cross-entropy is missing.

What it is

The loss or its derivative uses y * log(p) alone. The part (1 - y) * log(1 - p) is left
out.

Why it is wrong

The binary cross-entropy has a part for each answer. Where the target is 0 the first
part is 0, and the second is the whole loss.

Example

With p = 0.4048 and y = 0, L = -ln(1 - 0.4048) = 0.5188. Without the second part the
loss would be 0, as if the prediction were perfect.

How to avoid it

Write both parts down and only then put in y. For y = 1 the first remains, for y = 0 the
second.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call, is_op
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import put, walk
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The loss, and its gradient, of the first term alone."""
    for equation in world.forward:
        if equation.name not in world.loss.data_equations:
            continue
        for path, node in walk(equation.expr):
            if not is_op(node, "bce"):
                continue
            p, y = node.args
            form = -call("mean", y * call("log", p))
            value = list(world.edit(equation.name, put(equation.expr, path, form), "value"))
            yield from value
            for slope in world.loss_slopes:
                count = world.loss.averaged.get("entries", world.loss.averaged.get("examples", 1))
                minus = -(call("over", y, p)) / count if count > 1 else -call("over", y, p)
                for edit in world.edit(slope.name, minus, "slope"):
                    yield edit
                    yield from (
                        v._replace(changes={**v.changes, **edit.changes}, bits=1.0, kind="both")
                        for v in value
                    )


MISTAKE = Mistake(
    code="BP222",
    name="bce-term-dropped",
    tier="C",
    message=(
        "{at} leaves out (1 - y)*log(1 - p) or its derivative, which is all there is where "
        "the target is 0."
    ),
    question="What is left of this loss where the target is 0?",
    remedy="Write both parts down, and only then put the target in.",
    examples=(
        Example("bce", "p: 0.4048\nL: 0.0000\n", "L"),
    ),
    edits=edits,
)
