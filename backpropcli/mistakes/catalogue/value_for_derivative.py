"""A value is given where its derivative is asked.

What it is
The exercise asks for a derivative, and the value itself is given, or a value is put
where its slope belongs.

Why it is wrong
A value says where the network stands, a derivative how the loss would change from
there.

Example
A relu network with h = (0, 1.55), w2 = (0.3, -0.6) and dL/dyhat = -1.88 has dL/dh =
-1.88 * w2 = (-0.564, 1.128). The values (0, 1.55) are h itself.

How to avoid it
Read the name of what is asked aloud: dL/dh is the derivative of L with respect to h.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.world import World
from backpropcli.problem.quantities import split_derivative


def edits(world: World) -> Iterator[Edit]:
    """The upper or the lower value in place of the derivative."""
    for gradient in world.gradients:
        for used in split_derivative(gradient.name) or ():
            if world.program.shapes.get(used) == gradient.shape:
                yield from world.edit(gradient.name, Name(used), "", how=f"is the value of {used}")
    for slope in world.slopes:
        if slope.value and slope.activation not in ("relu", "sigmoid"):
            form = slope.replaced_by(Name(slope.value))
            how = f"has the value of {slope.value} in place of its slope"
            yield from world.edit(slope.equation.name, form, "slope", 1.0, how=how)


MISTAKE = Mistake(
    code="BP610",
    name="value-for-derivative",
    tier="C",
    message="{at} {how}; the derivative is asked.",
    question="Is the value asked, or its derivative?",
    remedy="Give the derivative: {at} = {right}.",
    examples=(
        Example(
            net="A",
            answers=(
                "h: [0, 1.55]\nyhat: -0.88\ndL/dyhat: -1.88\ndL/dw2: [0, -2.914]\ndL/dh: [0, "
                "1.55]\n"
            ),
            at="dL/dh",
        ),
    ),
    edits=edits,
    look_alikes=(
        "upstream-dropped",
        "wrong-parameter",
        "residual-squared",
        "target-not-subtracted",
    ),
)
