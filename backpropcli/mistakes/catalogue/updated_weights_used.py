"""The gradient is sent back through weights that are updated already.

What it is
The gradient is sent back through weights that have been updated already.

Why it is wrong
All gradients belong to the point at which the forward pass was made. A new weight in
the middle of the backward pass mixes two points.

Example
A relu network with w2 = (0.3, -0.6) and dL/dyhat = -1.88 has dL/dh = -1.88 * w2 =
(-0.564, 1.128). After a step with the learning rate 0.1, w2 is (0.3, -0.3086); with
these weights dL/dh would come out as (-0.564, 0.5802).

How to avoid it
Work out all gradients first, then update all weights together. Keep the old weights on
the sheet until the end.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name, substitute
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The new weight in place of the old one in the gradient of an input."""
    new = {e.name.removesuffix("_new") for e in world.updates if e.name.endswith("_new")}
    for equation in world.gradients:
        lower = equation.name.rpartition("/d")[2]
        for weight in sorted(new - {lower}):
            expr = substitute(equation.expr, {weight: Name(f"{weight}_new")})
            yield from world.edit(equation.name, expr, "", weight=weight)


MISTAKE = Mistake(
    code="BP502",
    name="updated-weights-used",
    tier="B",
    message="{at} uses {weight} after its update; all gradients belong to the old weights.",
    question="Which weights were used in the forward pass?",
    remedy="Use the weights of the forward pass: {at} = {right}.",
    examples=(
        Example(
            net="step",
            answers=(
                "yhat: -0.88\ndL/dyhat: -1.88\ndL/dw2: [0, -2.914]\ndL/dh: [-0.564, 0.5802]\n"
                "dL/dz: [0, 0.5802]\nw2_new: [0.3, -0.3086]\n"
            ),
            at="dL/dh",
        ),
    ),
    edits=edits,
    look_alikes=("wrong-parameter",),
)
