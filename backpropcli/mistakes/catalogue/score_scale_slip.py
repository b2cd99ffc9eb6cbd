"""The scores before a softmax are not scaled, or by another factor.

What it is
The scores of an attention are not divided by the root of d, or those of a softmax not
by its temperature; or they are divided by d itself, or multiplied. This happens in one
pass or in both.

Why it is wrong
Larger scores make a sharper softmax, so all that follows is different. The factor is a
part of the chain: the gradient of the scores meets it once more on the way back.

Example
For the scores (2, 1) and d = 2 the weights are softmax(1.4142, 0.7071) = (0.6698,
0.3302). Without the division by sqrt(2) they are (0.7311, 0.2689).

How to avoid it
Write the scaled scores in a line of their own, S = Q @ K.T / sqrt(d). The way back then
has a line for the scaling too.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.scales import scale_slips
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The constant factor of what a softmax takes, in both passes or in one."""
    yield from scale_slips(world)


MISTAKE = Mistake(
    code="BP234",
    name="score-scale-slip",
    tier="C",
    message="{at} {how}: the scores are scaled before the softmax, and their gradient once more.",
    question="By what are the scores divided before the softmax, and what does that do to {at}?",
    remedy="{mend} before the softmax, and on the way back once more: {at} = {right}.",
    examples=(
        Example(
            "scores",
            "S: [2, 1]\np: [0.7311, 0.2689]\nL: 0.3133\ndL/dp: [-1.3679, 0]\n"
            "dL/dS: [-0.2689, 0.2689]\ndL/dk: [[-0.2689, -0.5379], [0.2689, 0.5379]]\n",
            "S",
        ),
        Example(
            "scores",
            "S: [1.4142, 0.7071]\np: [0.6698, 0.3302]\nL: 0.4008\ndL/dp: [-1.4931, 0]\n"
            "dL/dS: [-0.3302, 0.3302]\ndL/dk: [[-0.3302, -0.6605], [0.3302, 0.6605]]\n",
            "dL/dk",
        ),
    ),
    edits=edits,
    look_alikes=("missing-term-in-chain",),
)
