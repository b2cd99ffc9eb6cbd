"""Another logarithm than the natural one is used."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.losses import changed_values
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The loss with logarithms to base 10 or 2."""
    if world.loss.kind in (
        "cross_entropy",
        "softmax_cross_entropy",
        "bce",
        "bce_with_logits",
        "log",
    ):
        for base in (10, 2):
            for name, expr in changed_values(world, lambda e, b=base: e / call("log", b)):  # type: ignore[misc]
                yield from world.edit(name, expr, str(base), base=str(base))


MISTAKE = Mistake(
    code="BP802",
    name="log-base",
    tier="C",
    message="{at} fits the logarithm to base {base}: the natural logarithm is meant.",
    question="Which key of the calculator is the natural logarithm?",
    remedy="use ln, the natural logarithm",
    edits=edits,
)
