"""The target is not subtracted in the derivative of the loss.

What it is
The derivative of the loss is given as the prediction alone.

Why it is wrong
The loss measures how far the prediction is from the target. Its derivative has to be 0
where they agree, so it contains their difference.

Example
With yhat = -0.88, y = 1 and L = (yhat - y)^2 / 2, dL/dyhat = -0.88 - 1 = -1.88. The
prediction alone is -0.88.

How to avoid it
Test the formula with a perfect prediction: the gradient has to be 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Expr, Name, is_op
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import replaced
from backpropcli.mistakes.slopes import output_pairs
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The residual without the target, of a squared loss or of a sigmoid with cross-entropy."""
    for pair in output_pairs(world):
        if pair.activation == "sigmoid":
            yield from world.edit(pair.name, pair.per_row(pair.p), "sigmoid")
    if not world.loss.squared:
        return
    targets = {Name(name) for name in world.problem.given if name not in world.weights}

    def alone(node: Expr) -> Expr | None:
        if not is_op(node, "sub") or len(targets & set(node.args)) != 1:
            return None
        left, right = node.args
        return left if right in targets else -right

    for equation in world.loss_slopes:
        yield from world.edit(equation.name, replaced(equation.expr, alone), "all")


MISTAKE = Mistake(
    code="BP226",
    name="target-not-subtracted",
    tier="C",
    message="{at} is the prediction alone: the target has to be subtracted.",
    question="What should the derivative of the loss be where prediction and target agree?",
    remedy="Subtract the target from the prediction.",
    examples=(
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\nL: 1.7672\ndL/dyhat: -0.88\n"
                "dL/dw2: [0, -1.364]\ndL/dh: [-0.264, 0.528]\n"
            ),
            at="dL/dyhat",
        ),
        Example(
            net="bce_one",
            answers="p: 0.4048\nL: 0.9044\ndL/ds: 0.4048\ndL/dw2: [0.08007, 0.3339]\n",
            at="dL/ds",
        ),
    ),
    edits=edits,
    look_alikes=("missing-term-in-chain",),
)
