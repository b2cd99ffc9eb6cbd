"""The new weight, or the step, is given as the gradient."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """W - g, the new weight, or the step in place of the gradient."""
    for equation in world.gradients:
        weight = equation.name.rpartition("/d")[2]
        if weight not in world.weights or world.program.shapes[weight] != equation.shape:
            continue
        yield from world.edit(
            equation.name,
            Name(weight) - equation.expr,
            "minus",
            used="the weight minus its gradient",
        )
        update = world.problem.update
        if update is not None and f"{weight}_new" in world.equations:
            lr = update.lr
            new = Name(weight) - lr * equation.expr
            yield from world.edit(equation.name, new, "new", used="the new weight")
            yield from world.edit(
                equation.name,
                lr * equation.expr,
                "step",
                used="the step: the learning rate is already in it",
            )


MISTAKE = Mistake(
    code="BP608",
    name="update-reported-as-gradient",
    tier="C",
    message="{at} is {used}, not the gradient.",
    question="Is this the gradient, or what the update makes of it?",
    remedy="{at} = {right}",
    edits=edits,
)
