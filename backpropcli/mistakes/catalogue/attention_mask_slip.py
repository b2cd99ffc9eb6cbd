"""The mask of an attention is left out, or put on in the wrong place.

What it is
The attention weights are worked out without the mask. Or the mask multiplies the scores
before the softmax, or the weights after it.

Why it is wrong
What the mask hides gets the weight 0, and the others have to sum to 1. A score of 0
still gets a weight, because exp(0) is 1; a weight that is struck out afterwards is
missing in the sum.

Example
The scores (2, 1, 0) with the third one hidden have the weights (0.7311, 0.2689, 0).
Without the mask they are (0.6652, 0.2447, 0.0900), and these with the third one struck
out sum to 0.91 only.

How to avoid it
Take the softmax over the allowed scores alone, as if the others were minus infinity.
Then each row has zeros where the mask has, and sums to 1.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Apply, Expr, call
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.windows import Use, uses
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """Each use of the mask changed; where it stands in several equations, all of them too."""
    by_node: dict[Apply, list[Use]] = {}
    for use in uses((*world.forward, *world.gradients), "masked_softmax"):
        by_node.setdefault(use.node, []).append(use)
    for node, found in by_node.items():
        for kind, other, how in _forms(*node.args):
            for use in found:
                yield from world.edit(use.equation.name, use.put(other), kind, how=how)
            changes = {use.equation.name: use.put(other) for use in found}
            if len(changes) > 1:
                yield Edit(found[0].equation.name, changes, {"how": how}, 0.0, kind)


def _forms(scores: Expr, mask: Expr) -> Iterator[tuple[str, Expr, str]]:
    weights = call("softmax", scores)
    yield "none", weights, "leaves out the mask"
    yield "scores", call("softmax", scores * mask), "sets the scores that are hidden to 0"
    yield "after", weights * mask, "puts the mask on after the softmax"


MISTAKE = Mistake(
    code="BP233",
    name="attention-mask-slip",
    tier="C",
    message="{at} {how}: what the mask hides gets the weight 0, and the others sum to 1.",
    question="Over which scores does the softmax of each row run?",
    remedy="Take the softmax over the scores that the mask allows: {at} = {right}.",
    examples=(
        Example(
            "masked",
            "A: [[0.2447, 0.0900, 0.6652], [0.6652, 0.2447, 0.0900], [0.0900, 0.2447, 0.6652]]\n",
            "A",
        ),
        Example(
            "masked",
            "A: [[0.5761, 0.2119, 0.2119], [0.6652, 0.2447, 0.0900], [0.0900, 0.2447, 0.6652]]\n",
            "A",
        ),
        Example(
            "masked",
            "A: [[0.2447, 0, 0], [0.6652, 0.2447, 0], [0.0900, 0.2447, 0.6652]]\n",
            "A",
        ),
    ),
    edits=edits,
)
