"""The gradient is not summed over the examples of the batch.

What it is
The gradient of a parameter holds what one example contributes, or the list of all
contributions, in place of their sum.

Why it is wrong
All examples share the parameter, so each of them adds a part to its gradient.

Example
For X = [1 2; 3 -1] and dL/dyhat = (-1.4, 2.1) the bias has dL/db = -1.4 + 2.1 = 0.7.
The first example alone gives -1.4.

How to avoid it
A gradient has the shape of its parameter. If yours has a row for each example, a sum is
still to be taken.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.batches import ALONE, MOST_EXAMPLES, batch_terms, gradient_totals
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The contribution of one example, or the unsummed list of a bias."""
    for name, expr, how, shaped in batch_terms(world):
        if shaped:
            yield from world.edit(name, expr, how, 0.0, how=how)
        else:
            yield Edit(name, {name: expr}, {"how": how}, 0.0, how)
    for equation, parts in gradient_totals(world):
        for number, part in enumerate(parts[:MOST_EXAMPLES], 1):
            how = ALONE.format(number)
            yield Edit(equation.name, {equation.name: part}, {"how": how}, 0.0, how)


MISTAKE = Mistake(
    code="BP403",
    name="batch-not-summed",
    tier="B",
    message="{at} {how}: every example contributes, and the contributions are added.",
    question="How do the examples of a batch come together in the gradient of a parameter?",
    remedy="Add the contributions of all examples: {at} = {right}.",
    examples=(
        Example(
            net="B",
            answers=(
                "yhat: [-0.4, 2.1]\nL: 3.185\ndL/dyhat: [-1.4, 2.1]\ndL/dw: [4.9, -4.9]\ndL/db: "
                "-1.4\n"
            ),
            at="dL/db",
        ),
        Example(
            net="B",
            answers="dL/dyhat: [-1.4, 2.1]\ndL/dw: [6.3, -2.1]\n",
            at="dL/dw",
        ),
        Example(
            net="B",
            answers="dL/dyhat: [-1.4, 2.1]\ndL/db: [-1.4, 2.1]\n",
            at="dL/db",
        ),
    ),
    edits=edits,
    look_alikes=("sum-over-wrong-axis", "wrong-parameter"),
)
