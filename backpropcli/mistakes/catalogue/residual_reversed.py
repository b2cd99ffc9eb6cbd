"""The residual is reversed: y - yhat in place of yhat - y.

What it is
The derivative of the loss is written as target minus prediction, without the minus sign
that belongs to it. Every gradient after it then has the right size and the wrong sign.

Why it is wrong
The derivative of (y - yhat)^2 / 2 with respect to yhat is (y - yhat) times -1, and the
-1 is the inner derivative. A step downhill with the reversed gradient goes uphill.

Example
A network predicts yhat = -0.88 where y = 1, and L = (yhat - y)^2 / 2. Right: dL/dyhat =
-0.88 - 1 = -1.88. Reversed it is 1.88, and with h = (0, 1.55) the weights get dL/dw2 =
(0, 2.914) in place of (0, -2.914).

How to avoid it
Ask what happens if the prediction grows a little. If it is below the target, the loss
shrinks, so the gradient has to be negative. Some books do work with y - yhat, but then
they add the step.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The gradients that come from the loss, with the other sign."""
    kind = world.loss.kind if world.loss.kind in RULES else ""
    yield from world.scaled_loss(-1, rule=RULES[kind])


PREDICTION_FIRST = "it is the prediction minus the target, not the target minus the prediction"
LOGARITHM = "the minus sign in front of the logarithm belongs to the derivative too"
RULES = {
    "": "a minus sign of the loss belongs to its derivative too",
    "squared": PREDICTION_FIRST,
    "mse": PREDICTION_FIRST,
    "softmax_cross_entropy": PREDICTION_FIRST,
    "bce_with_logits": PREDICTION_FIRST,
    "cross_entropy": LOGARITHM,
    "bce": LOGARITHM,
    "log": LOGARITHM,
}


MISTAKE = Mistake(
    code="BP101",
    name="residual-reversed",
    tier="A",
    message="At {at} the derivative of the loss has the right size and the wrong sign: {rule}.",
    question=(
        "If the prediction grows a little, does the loss grow or shrink, and does the sign of "
        "{at} say so?"
    ),
    remedy="Differentiate the bracket of the loss too: its inner derivative decides the sign.",
    examples=(
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\nL: 1.7672\ndL/dyhat: 1.88\n"
                "dL/dw2: [0, 2.914]\ndL/dh: [0.564, -1.128]\ndL/dz: [0, -1.128]\n"
            ),
            at="dL/dyhat",
        ),
    ),
    edits=edits,
    look_alikes=("sign-slip", "update-ascent"),
)
