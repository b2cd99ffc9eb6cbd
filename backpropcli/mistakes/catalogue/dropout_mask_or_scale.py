"""The mask of a dropout, or its scaling, is missing on one of the two ways.

What it is
The gradient goes back through a dropout without the mask, or without the division by
the share that is kept, or with another one. Or this happens going forward.

Why it is wrong
The dropout multiplies each unit by a constant: 0 where it is dropped, 1/(1 - p) where
it is kept. A constant factor is also the slope, so the same numbers stand in the
gradient.

Example
For p = 0.2, the mask (1, 0) and the upstream gradient (2, 2) the gradient is (2.5, 0).
Without the scaling it would be (2, 0), without the mask (2.5, 2.5), divided by p (10,
0).

How to avoid it
Write the mask with its scaling once, as (1.25, 0), and multiply by it both ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.language.nodes import Expr, as_expr
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import scaled
from backpropcli.mistakes.windows import uses
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """No mask, its opposite, no scaling, or a wrong one, in each direction."""
    for use in uses((*world.forward, *world.gradients), "dropout"):
        x, mask = use.node.args
        p = Fraction(use.params["p"])
        for kind, other, how in _forms(x, mask, p):
            yield from world.edit(use.equation.name, use.put(other), kind, how=how)


def _forms(x: Expr, mask: Expr, p: Fraction) -> Iterator[tuple[str, Expr, str]]:
    kept = 1 - p
    yield "mask", x / as_expr(kept), "without the mask"
    yield "opposite", x * (1 - mask) / as_expr(kept), "with the dropped units for the kept ones"
    if p:
        yield "scale", x * mask, f"without the scaling by 1/(1 - p) = {1 / kept}"
        yield "share", x * mask / as_expr(p), f"divided by p = {p} instead of 1 - p = {kept}"
        yield "times", scaled(x * mask, kept), f"multiplied by 1 - p = {kept}, not divided by it"


MISTAKE = Mistake(
    code="BP232",
    name="dropout-mask-or-scale",
    tier="C",
    message="{at} goes through the dropout {how}.",
    question="By what is each unit multiplied in the dropout, and what is the slope of that?",
    remedy="Use the same mask and the same 1/(1 - p) forward and backward: {at} = {right}.",
    examples=(
        Example("dropped", "d: [3.75, 0, 2.5, 6.25]\ndL/dh: [2, 0, -3, 1]\n", "dL/dh"),
        Example("dropped", "d: [3.75, 0, 2.5, 6.25]\ndL/dh: [2.5, 2.5, -3.75, 1.25]\n", "dL/dh"),
        Example("dropped", "d: [3.75, 0, 2.5, 6.25]\ndL/dh: [10, 0, -15, 5]\n", "dL/dh"),
    ),
    edits=edits,
    look_alikes=("missing-term-in-chain",),
)
