"""The way back through time is cut: only the last step is counted.

What it is
In a recurrent network the gradient of a shared weight keeps only the last step, or a
few, or the gradient of a state leaves out what the next step sends back.

Why it is wrong
The weight is used at every step, and a state also acts through the states that follow.
Each of these uses passes a part of the gradient back, and the parts are added.

Example
For h[t] = tanh(0.5*h[t-1] + x[t]) with h[0] = 1, x = (0.2, 0.3) and L = h[2], dL/dw =
dL/dh[1] * (1 - h[1]**2) * h[0] + (1 - h[2]**2) * h[1]. The last summand alone is too
small.

How to avoid it
Draw the network unrolled, one column a step, with the weight beside each column. Its
gradient has a summand for every column.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.layers import lower
from backpropcli.mistakes.over_time import truncations
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A sum over steps with the last ones kept, or a state without its successor."""
    for name, cuts in truncations(world).items():
        value = lower(world.equations[name])
        for cut in cuts:
            yield from world.edit(name, cut.expr, cut.form, cut.bits, kept=cut.kept, value=value)


MISTAKE = Mistake(
    code="BP510",
    name="bptt-truncated",
    tier="C",
    message=(
        "{at} keeps only {kept}: {value} also acts through the other steps, and what these send "
        "back is added."
    ),
    question="At which steps does {value} act on the loss?",
    remedy="Add what comes back from every step: {at} = {right}.",
    examples=(
        Example(
            net="recurrent",
            answers=(
                "h[1]: 0.6044\nh[2]: 0.5386\nL: 0.5386\ndL/dh[2]: 1\ndL/dh[1]: 0.3550\n"
                "dL/dw: 0.4290\n"
            ),
            at="dL/dw",
        ),
        Example(
            net="outputs",
            answers="dL/dh[2]: 4\ndL/dh[1]: 6\ndL/dw: 20\n",
            at="dL/dh[1]",
            right=("h[1]", "h[2]", "y[1]", "y[2]", "L", "dL/dy[1]", "dL/dy[2]"),
        ),
    ),
    edits=edits,
    look_alikes=("fanout-path-dropped", "accumulate-overwritten"),
)
