"""Another logarithm than the natural one is used.

What it is
The logarithm in the loss is taken to base 10 or 2.

Why it is wrong
In cross-entropy log means the natural logarithm. Only for that one is 1/p the
derivative, without another factor.

Example
For the scores (2, 1, 0) the softmax gives p = (0.6652, 0.2447, 0.09003). If the second
class is the true one, L = -ln(0.2447) = 1.408. To base 10 it would be 0.6113, and to
base 2 it would be 2.031.

How to avoid it
Use the key ln of the calculator; the key log is usually base 10. In most programs log
is the natural one.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.losses import changed_values
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The loss with logarithms to base 10 or 2."""
    if world.loss.kind in (
        "cross_entropy",
        "softmax_cross_entropy",
        "bce",
        "bce_with_logits",
        "log",
    ):
        for base in (10, 2):
            for name, expr in changed_values(world, lambda e, b=base: e / call("log", b)):  # type: ignore[misc]
                yield from world.edit(name, expr, str(base), base=str(base))


MISTAKE = Mistake(
    code="BP802",
    name="log-base",
    tier="C",
    message="{at} fits the logarithm to base {base}; the natural logarithm is meant.",
    question="Which key of the calculator is the natural logarithm?",
    remedy="Use ln, the natural logarithm.",
    examples=(
        Example(
            net="softmax",
            answers="p: [0.6652, 0.2447, 0.09003]\nL: 0.6113\ndL/dz: [0.6652, -0.7553, 0.09003]\n",
            at="L",
        ),
        Example(
            net="softmax",
            answers="p: [0.6652, 0.2447, 0.09003]\nL: 2.0307\ndL/dz: [0.6652, -0.7553, 0.09003]\n",
            at="L",
        ),
    ),
    edits=edits,
)
