"""Another quantity is put in than the one that belongs there.

What it is
A line is set up rightly, but one of its places holds another quantity: a neighbouring
bias, the weight of another layer, another input.

Why it is wrong
The rule is right, the number that went into it belongs somewhere else.

Example
A relu network with w2 = (0.3, -0.6), h = (0, 1.55) and b2 = 0.05 has yhat = 0.3*0 -
0.6*1.55 + 0.05 = -0.88. With the first entry of b1 = (0.1, -0.2) in place of b2 it is
-0.83.

How to avoid it
Write each line with letters first and put the numbers in underneath. Then compare the
indices.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.operands import exchanged_operands
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """An operand replaced by another quantity of the same shape."""
    for name, expr, used, meant, bits in exchanged_operands(world):
        yield from world.edit(name, expr, "", bits, used=used, meant=meant)


MISTAKE = Mistake(
    code="BP601",
    name="wrong-parameter",
    tier="A",
    message="{at} puts {used} where {meant} belongs.",
    question="Which quantity belongs in each place of the equation for {at}?",
    remedy="Put {meant} in its place: {at} = {right}.",
    examples=(
        Example(
            net="A",
            answers="z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.83\nL: 1.67445\ndL/dyhat: -1.83\n",
            at="yhat",
        ),
        Example(
            net="A",
            answers=(
                "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\ndL/dyhat: -1.88\ndL/dw2: [-1.88, "
                "-3.76]\n"
            ),
            at="dL/dw2",
        ),
    ),
    edits=edits,
    generic=True,
    look_alikes=(
        "preactivation-used",
        "wrong-upstream",
        "local-derivative-wrong-point",
        "misread-given",
    ),
)
