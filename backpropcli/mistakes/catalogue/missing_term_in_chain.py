"""One factor of the chain is missing."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.parts import chains, put
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A gradient with one factor of a product left out."""
    for equation in world.gradients:
        for chain in chains(equation.expr):
            if len(chain.factors) < 2:
                continue
            for i, (factor, _) in enumerate(chain.factors):
                expr = put(equation.expr, chain.path, chain.without(i))
                bits = 1.0 if isinstance(factor, Name) else 0.0
                yield from world.edit(equation.name, expr, "", bits, factor=world.text(factor))


MISTAKE = Mistake(
    code="BP205",
    name="missing-term-in-chain",
    tier="B",
    message="{at} lacks the factor {factor}.",
    question="Does {at} have a factor for every step between it and what it is derived from?",
    remedy="{at} = {right}",
    edits=edits,
)
