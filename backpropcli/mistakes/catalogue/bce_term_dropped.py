"""The second term of the binary cross-entropy is missing.

What it is
The loss or its derivative uses y * log(p) alone. The part (1 - y) * log(1 - p) is left
out.

Why it is wrong
The binary cross-entropy has a part for each answer. Where the target is 0 the first
part is 0, and the second is the whole loss.

Example
With p = 0.4048 and y = 0, L = -ln(1 - 0.4048) = 0.5188. Without the second part the
loss would be 0, as if the prediction were perfect.

How to avoid it
Write both parts down and only then put in y. For y = 1 the first remains, for y = 0 the
second.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.slopes import first_term_alone, output_pairs, slopes_of_first_term
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The loss, its gradient, or both, of the first term alone."""
    values = [
        edit
        for equation in world.forward
        if equation.name in world.loss.data_equations
        for expr in first_term_alone(equation.expr)
        for edit in world.edit(equation.name, expr, "value")
    ]
    slopes = [
        edit
        for equation in world.loss_slopes
        for expr in slopes_of_first_term(equation.expr)
        for edit in world.edit(equation.name, expr, "slope")
    ]
    for pair in output_pairs(world):
        if pair.activation == "sigmoid" and not isinstance(pair.before, Name):
            expr = pair.per_row(pair.y * (pair.p - 1))
            slopes += world.edit(pair.name, expr, "slope")
    yield from (*values, *slopes)
    for value in values:
        for slope in slopes:
            changes = {**value.changes, **slope.changes}
            yield value._replace(changes=changes, bits=1.0, kind="both")


MISTAKE = Mistake(
    code="BP222",
    name="bce-term-dropped",
    tier="C",
    message=(
        "{at} leaves out (1 - y)*log(1 - p) or its derivative, which is all there is where "
        "the target is 0."
    ),
    question="What is left of this loss where the target is 0?",
    remedy="Write both parts down, and only then put the target in.",
    examples=(Example("bce", "p: 0.4048\nL: 0.0000\n", "L"),),
    edits=edits,
)
