"""The way back through a layer leaves out its weights.

What it is
On the way back through a layer the gradient is copied to the inputs, without the
weights that lie between.

Why it is wrong
An input acts on the output through its weight. A small weight passes little of the
gradient back, and a negative one turns its sign.

Example
With yhat = w2 h + b2, w2 = (0.3, -0.6) and dL/dyhat = -1.88, dL/dh = (-1.88 * 0.3,
-1.88 * -0.6) = (-0.564, 1.128). Without the weights both entries are -1.88.

How to avoid it
Look at the arrow from the input to the output in a drawing of the network. The number
on the arrow multiplies the gradient, in both directions.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.layers import input_products
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The gradient of an input without the weights: delta, or the sum of delta."""
    for product in input_products(world):
        facts = {"weight": product.weight}
        yield from world.edit(product.name, product.put(product.g), "delta", 0.0, **facts)
        along = (
            {} if len(product.g_shape) < 2 else {"axis": len(product.g_shape) - 1, "keepdims": True}
        )
        if product.g_shape:
            yield from world.edit(
                product.name, product.put(call("sum", product.g, **along)), "sum", 1.0, **facts
            )


MISTAKE = Mistake(
    code="BP211",
    name="weight-skipped",
    tier="B",
    message=(
        "{at} takes over the gradient from behind the layer unchanged: it has to be "
        "multiplied by {weight}."
    ),
    question="What lies between {at} and the gradient behind it?",
    remedy="Multiply the gradient from behind by {weight}, through which the forward pass went.",
    examples=(
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\nL: 1.7672\ndL/dyhat: -1.88\n"
                "dL/dh: [-1.88, -1.88]\ndL/dz: [0, -1.88]\ndL/dW1: [[0, 0], [-1.88, -3.76]]\n"
            ),
            at="dL/dh",
        ),
    ),
    edits=edits,
    look_alikes=("missing-term-in-chain",),
)
