"""The gradient of a weight lacks the input that the weight multiplied.

What it is
The gradient of a weight is given as the gradient of the sum it feeds. The input that
the weight multiplied is left out.

Why it is wrong
In z = w * x + b a change of w changes z by x times as much. So dL/dw is dL/dz times x,
and only the bias, which multiplies nothing, gets dL/dz itself.

Example
With dL/dz = (0, 1.128) and x = (1, 2), dL/dW1 = [0 0; 1.128 2.256]. Without the input
every column is a copy of dL/dz: [0 0; 1.128 1.128].

How to avoid it
Ask of each weight what it multiplied on the way forward. That number is a factor of its
gradient.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.layers import is_met, weight_products
from backpropcli.mistakes.losses import products_at_the_loss
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A weight's gradient without the input."""
    for product in (*weight_products(world), *products_at_the_loss(world)):
        if not is_met(world, product):
            continue
        facts = {"weight": product.weight, "input": world.text(product.input)}
        yield from world.edit(product.name, product.bare, "all", 0.0, **facts)


MISTAKE = Mistake(
    code="BP204",
    name="missing-input-factor",
    tier="A",
    message=(
        "{at} is only the gradient of what {weight} feeds; it has to be multiplied by "
        "{input}, which {weight} multiplied on the way forward."
    ),
    question="What did {weight} multiply in the forward pass?",
    remedy="Multiply the gradient behind {weight} by {input}.",
    examples=(
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\nL: 1.7672\ndL/dyhat: -1.88\n"
                "dL/dz: [0, 1.128]\ndL/dW1: [[0, 0], [1.128, 1.128]]\ndL/db1: [0, 1.128]\n"
            ),
            at="dL/dW1",
        ),
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\nL: 1.7672\ndL/dyhat: -1.88\n"
                "dL/dw2: [-1.88, -1.88]\ndL/dh: [-0.564, 1.128]\n"
            ),
            at="dL/dw2",
        ),
    ),
    edits=edits,
    look_alikes=("missing-term-in-chain",),
)
