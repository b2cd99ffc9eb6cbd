"""The gradient is sent back through weights that are updated already."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.parts import replaced
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The new weight in place of the old one in the gradient of an input."""
    new = {e.name.removesuffix("_new") for e in world.program.updates if e.name.endswith("_new")}
    for equation in world.gradients:
        lower = equation.name.rpartition("/d")[2]
        for weight in sorted(new - {lower}):

            def updated(node: object, weight: str = weight) -> Name | None:
                return Name(f"{weight}_new") if node == Name(weight) else None

            yield from world.edit(
                equation.name, replaced(equation.expr, updated), "", weight=weight
            )


MISTAKE = Mistake(
    code="BP502",
    name="updated-weights-used",
    tier="B",
    message="{at} uses {weight} after its update; all gradients belong to the old weights.",
    question="Which weights were used in the forward pass?",
    remedy="{at} = {right}",
    edits=edits,
)
