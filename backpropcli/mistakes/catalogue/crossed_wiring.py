"""Two parameters, or two gates, are exchanged throughout.

What it is
Two parameters change places from the first line to the last, such as w12 and w21; or
two gates of a recurrent unit, such as the input gate and the forget gate.

Why it is wrong
Each weight belongs to one connection, and each gate to one product. Exchanged, the
sheet is consistent, but it is the sheet of another network.

Example
With x = (1, 2), z1 = w11*x1 + w12*x2 and z2 = w21*x1 + w22*x2, and w11 = 0.5, w12 = -1,
w21 = 0.25, w22 = 0.75, the values are z1 = -1.5 and z2 = 1.75. With w12 and w21
exchanged they are 1 and 0.5. A unit with c[t] = f[t]*c[t-1] + i[t]*a[t] forgets with f
and writes with i; with both exchanged it forgets with i.

How to avoid it
Write down once what the indices mean, here first the unit, then the input. Some books
have it the other way round. It is the same with gates: libraries differ in their order,
and in which share of a GRU is z and which 1 - z.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.gates import exchanged_gates
from backpropcli.mistakes.paths import crossings
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """Two parameters, two entries of a matrix, or two gates, exchanged in every equation."""
    yield from crossings(world)
    yield from exchanged_gates(world)


MISTAKE = Mistake(
    code="BP507",
    name="crossed-wiring",
    tier="C",
    message=(
        "{first} and {second} are exchanged: all of these numbers fit if each stands where the "
        "other belongs."
    ),
    question="Which connection does each of these parameters belong to?",
    remedy="Put each parameter to its own connection: {at} = {right}.",
    examples=(
        Example(
            net="scalars",
            answers=(
                "z1: 1.0\nz2: 0.5\nyhat: 1.5\nL: 0.125\ndL/dyhat: 0.5\ndL/dw11: 0.5\ndL/dw12: "
                "0.5\ndL/dw21: 1.0\ndL/dw22: 1.0\n"
            ),
            at="z1",
        ),
    ),
    edits=edits,
    look_alikes=("wrong-parameter", "swapped-answers", "weight-not-transposed"),
)
