"""Weight decay is left out of the update, or put in the wrong place.

What it is
The update takes away a share of the weight in each step. That part is missing, doubled
or halved, has the wrong sign, or is put where another rule has it: in the gradient or
on the weight itself.

Why it is wrong
For plain gradient descent the two places lead to the same step. Where gradients are
averaged or divided by a root, decay in the gradient is averaged and divided too, and
decay on the weight is not: Adam has it in the gradient, AdamW on the weight.

Example
With w = 1, dL/dw = 2.4, the learning rate 0.1 and the decay 0.5 the new weight is 1 -
0.1 * (2.4 + 0.5) = 0.71. Without the decay it would be 0.76.

How to avoid it
Write the decay as a line of its own, W_g = dL/dW + decay * W, before the rule begins.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.optimizers import decays
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The decay left out, scaled, turned, or in the wrong place."""
    yield from decays(world)


MISTAKE = Mistake(
    code="BP321",
    name="weight-decay-slip",
    tier="C",
    message="{at} {used}.",
    question="Where does the weight decay come in, and with which sign?",
    remedy="Put the weight decay in where the rule has it: {at} = {right}.",
    examples=(
        Example(net="decaying", answers="dL/dw: 2.4\nw_g: 2.4\nw_new: 0.76\n", at="w_g"),
        Example(net="decaying", answers="dL/dw: 2.4\nw_new: 0.76\n", at="w_g"),
    ),
    edits=edits,
    look_alikes=("missing-term-in-chain",),
)
