"""The penalty is applied to the biases as well.

What it is
The penalty is applied to parameters that it leaves out, usually the biases.

Why it is wrong
A penalty keeps weights small so that the network does not follow every detail of the
data. Biases only shift, so most exercises leave them out.

Example
A relu network with the penalty lambda/2 * w2^2 and lambda = 0.1 has dL/db2 = -1.88.
With a penalty on b2 = 0.05 as well it is -1.88 + 0.1 * 0.05 = -1.875.

How to avoid it
List the parameters that stand in the penalty, and add a term to their gradients only.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.penalties import penalty_on_others
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The penalty's gradient, or its value, for a parameter that it leaves out."""
    yield from penalty_on_others(world)


MISTAKE = Mistake(
    code="BP803",
    name="reg-on-bias",
    tier="C",
    message=("{at} also penalises {weight}, which the penalty of this exercise leaves out."),
    question="Which parameters does the penalty contain?",
    remedy="Take the penalty of those parameters only that stand in it: {at} = {right}.",
    examples=(
        Example(
            net="penalty",
            answers=(
                "yhat: -0.88\nL: 1.7897\ndL/dyhat: -1.88\ndL/dw2: [0.03, -2.974]\ndL/db2: -1.875\n"
            ),
            at="dL/db2",
        ),
        Example(
            net="penalty",
            answers="yhat: -0.88\nL: 1.792325\ndL/dyhat: -1.88\ndL/dw2: [0.03, -2.974]\n",
            at="L",
        ),
    ),
    edits=edits,
)
