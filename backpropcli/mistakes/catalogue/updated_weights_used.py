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

from backpropcli.language.nodes import Name, names, substitute
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The new weights in place of the old ones in the gradient of an input; all, or one of them."""
    new = {e.name.removesuffix("_new") for e in world.updates if e.name.endswith("_new")}
    for equation in world.gradients:
        lower = equation.name.rpartition("/d")[2]
        used = sorted((new - {lower}) & set(names(equation.expr)))
        groups = [[one] for one in used]
        for weights in [used, *groups] if len(used) > 1 else groups:
            expr = substitute(equation.expr, {one: Name(f"{one}_new") for one in weights})
            yield from world.edit(equation.name, expr, "", weight=" and ".join(weights))


MISTAKE = Mistake(
    code="BP502",
    name="updated-weights-used",
    tier="B",
    message="{at} uses {weight} after the update; all gradients belong to the old weights.",
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
