"""The gradient is divided by N once more."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.losses import batch_sizes
from backpropcli.mistakes.parts import scaled
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A gradient divided by the number of examples, or of outputs."""
    slopes = {e.name for e in world.loss_slopes}
    for count, what in batch_sizes(world).items():
        for equation in world.gradients:
            kind = what if equation.name in slopes else what + " below"
            expr = scaled(equation.expr, Fraction(1, count))
            bits = 0.0 if what == "examples" else 1.0
            yield from world.edit(equation.name, expr, kind, bits, count=str(count))


MISTAKE = Mistake(
    code="BP304",
    name="extra-batch-mean",
    tier="A",
    message=(
        "{at} is divided by {count} a second time: the mean is already inside the "
        "gradient from which it follows."
    ),
    question="Where in the backward pass does the 1/N of the mean belong, and how often?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=("missing-factor-two",),
)
