"""The slope of the leaky relu is wrong below 0.

What it is
Below 0 the slope of a leaky relu is taken as 0, as 1 or as alpha * z, or its two
branches are exchanged.

Why it is wrong
Below 0 the leaky relu is alpha * z. That is a straight line, and its slope is alpha
wherever z is.

Example
With alpha = 0.01, z = -3 and dL/dh = 2 the gradient is 2 * 0.01 = 0.02. With alpha * z
as the slope it would be 2 * (-0.03) = -0.06, and with the slope of a plain relu 0.

How to avoid it
Write both branches of the slope beside those of the function: 1 above 0, alpha below.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.language.nodes import as_expr, call
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """0, alpha*z or 1 below 0, or the branches exchanged."""
    for slope in world.slopes:
        if slope.activation != "leaky_relu":
            continue
        z = slope.argument
        alpha = as_expr(Fraction(str(dict(slope.params).get("alpha", Fraction(1, 100)))))
        above = call("step", z)
        forms = {
            "0 below 0": above,
            "alpha*z below 0": above + (1 - above) * (alpha * z),
            "1 everywhere": None,
            "1 below 0 and alpha above": (1 - above) + above * alpha,
        }
        for used, form in forms.items():
            yield from world.edit(
                slope.equation.name,
                slope.replaced_by(form),
                used,
                used=used,
                argument=world.text(z),
            )


MISTAKE = Mistake(
    code="BP220",
    name="leaky-slope-wrong",
    tier="C",
    message=(
        "{at} uses {used} as the slope of leaky relu; below 0 it is alpha itself, and above 0 "
        "it is 1."
    ),
    question="What is the derivative of alpha*z, and on which side does it hold?",
    remedy="Use the slope 1 where {argument} is above 0, and alpha elsewhere.",
    examples=(
        Example("leaky", "h: [-0.03, 1]\ndL/dz: [-0.06, 1]\n", "dL/dz"),
        Example("leaky", "h: [-0.03, 1]\ndL/dz: [2, 0.01]\n", "dL/dz"),
    ),
    edits=edits,
    look_alikes=("missing-activation-derivative", "missing-term-in-chain"),
)
