"""The gradient of a weight matrix is transposed.

What it is
The gradient of a weight matrix has rows and columns exchanged.

Why it is wrong
A gradient has the layout of the weight: entry (i, j) tells how the loss changes with
the weight in row i and column j. Transposed, each weight would be changed by the
gradient of another one.

Example
In a relu network with z = W1 x + b1, x = (1, 2) and dL/dz = (0, 1.128), row i of dL/dW1
is dL/dz[i] times x: [0 0; 1.128 2.256]. The other way round it is [0 1.128; 0 2.256].

How to avoid it
Check one entry that is not on the diagonal: W1[2,1] leads from input 1 to unit 2, so
its gradient is dL/dz[2] * x[1].
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import Term, summed
from backpropcli.mistakes.penalties import penalised
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A weight's gradient turned, to its own shape or to the other one; a penalty stays."""
    for equation in world.gradients:
        if len(equation.shape) == 2 and equation.name.rpartition("/d")[2] in world.weights:
            yield Edit(equation.name, {equation.name: equation.expr.T}, {}, 0.0, "all")
    for equation, data, penalty in penalised(world):
        if len(equation.shape) == 2 and equation.shape[0] == equation.shape[1]:
            expr = summed([Term(1, summed(data).T), *penalty])
            yield from world.edit(equation.name, expr, "all")


MISTAKE = Mistake(
    code="BP402",
    name="transposed-outer-product",
    tier="A",
    message="{at} is transposed: entry (i, j) belongs to the weight in row i and column j.",
    question="Which unit and which input does the entry in row 1 and column 2 of {at} belong to?",
    remedy="Give the gradient the layout of its weight: {at} = {right}.",
    examples=(
        Example(
            net="A",
            answers=(
                "yhat: -0.88\ndL/dz: [0, 1.128]\ndL/dW1: [[0, 1.128], [0, 2.256]]\ndL/db1: [0, "
                "1.128]\n"
            ),
            at="dL/dW1",
        ),
    ),
    edits=edits,
    look_alikes=("swapped-entries", "convention-variant"),
)
