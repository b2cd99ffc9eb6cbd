"""The minus sign of a cross-entropy is missing."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The loss with the other sign, with or without its gradient."""
    if world.loss.kind in (
        "cross_entropy",
        "softmax_cross_entropy",
        "bce",
        "bce_with_logits",
        "log",
    ):
        for equation in world.forward:
            if equation.name in world.loss.data_equations:
                value = next(world.edit(equation.name, -equation.expr, "value"), None)
                if value is None:
                    continue
                yield value
                for slope in world.scaled_loss(-1):
                    changes = {**value.changes, **slope.changes}
                    yield Edit(equation.name, changes, {}, 1.0, "both")


MISTAKE = Mistake(
    code="BP104",
    name="loss-sign-missing",
    tier="C",
    message="{at} comes out negative: a cross-entropy is minus the sum of the logarithms.",
    question="Can this loss be negative?",
    remedy="{at} = {right}",
    edits=edits,
)
