"""The second term of the binary cross-entropy is missing."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call, is_op
from backpropcli.mistakes.entry import Edit, Mistake
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
    message=("{at} leaves out (1 - y)*log(1 - p), which is all there is where the target is 0."),
    question="What is the loss where the target is 0?",
    remedy="{at} = {right}",
    edits=edits,
)
