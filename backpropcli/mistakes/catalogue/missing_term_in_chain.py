"""One factor of the chain is missing.

What it is
One factor of the chain rule is left out, most often an inner derivative.

Why it is wrong
Each step between a value and the loss changes the gradient by its own local derivative.
Leaving a factor out is only harmless where it is 1.

Example
With u = 2x + 3y and L = u^2 at x = 1 and y = 2, u = 8 and dL/du = 16. So dL/dy = 16 * 3
= 48. Without the inner derivative it stays at 16.

How to avoid it
Write the chain in symbols first, dL/dy = dL/du * du/dy, and count that every step has
its factor. Then put in the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name
from backpropcli.mistakes.entry import Edit, Example, Mistake
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
    question="Does {at} have a factor for every step of the chain?",
    remedy="Multiply by {factor} as well.",
    examples=(Example("chain", "u: 8\ndL/du: 16\ndL/dx: 32\ndL/dy: 16\n", "dL/dy"),),
    edits=edits,
    generic=True,
)
