"""The slope of the leaky relu is wrong below 0."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.language.nodes import as_expr, call
from backpropcli.mistakes.entry import Edit, Mistake
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
            "0": above, "alpha*z": above + (1 - above) * (alpha * z), "1": None,
            "the other branch": (1 - above) + above * alpha,
        }  # fmt: skip
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
        "{at} uses {used} as the slope of leaky relu for negative {argument}; it is alpha itself."
    ),
    question="What is the derivative of alpha*z?",
    remedy="{at} = {right}",
    edits=edits,
)
