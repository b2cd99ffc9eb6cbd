"""The derivative of the activation is left out.

What it is
The gradient is carried back through an activation unchanged, as if its slope were 1. It
can happen at one layer or at all of them.

Why it is wrong
The chain rule has a factor for every step, and the activation is a step: dL/dz = dL/da
* f'(z), unit by unit. With sigmoid and cross-entropy together the slope cancels, and
only then p - y stands alone.

Example
Sigmoid units have the outputs a = (0.1978, 0.8249), and dL/da = (-0.04302, 0.08605).
The slopes a(1 - a) are (0.1587, 0.1444), so dL/dz = (-0.006827, 0.01243). Without the
slopes dL/dz repeats dL/da.

How to avoid it
Give z and a a line each, forward and backward. Then no step back from a to z can get
lost.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Name, is_op
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.slopes import slope_text
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A gradient without one of its activation slopes."""
    for slope in world.slopes:
        if slope.activation in ("relu", "identity", "exp", "log", "sqrt", "sin", "cos"):
            continue
        facts = {"activation": slope.activation, "slope": slope_text(world, slope)}
        yield from world.edit(slope.equation.name, slope.replaced_by(None), "all", 0.0, **facts)
    yield from past_softmax(world)


def past_softmax(world: World) -> Iterator[Edit]:
    """The gradient of the probabilities for that of the scores; cross-entropy has its own name."""
    for equation in world.forward:
        z = equation.expr.args[0] if is_op(equation.expr, "softmax") else None
        behind = f"d{world.upper}/d{equation.name}"
        if isinstance(z, Name) and behind in world.equations and world.loss.squared:
            name = f"d{world.upper}/d{z.name}"
            facts = {"activation": "softmax", "slope": f"d{equation.name}/d{z.name}"}
            if name in world.equations:
                yield from world.edit(name, Name(behind), "all", 0.0, **facts)


MISTAKE = Mistake(
    code="BP201",
    name="missing-activation-derivative",
    tier="A",
    message=(
        "{at} lets the gradient through {activation} unchanged: the factor {slope} is missing."
    ),
    question="What does the chain rule ask for on the way back through {activation}?",
    remedy="Multiply by the slope {slope}, unit by unit, before you go on.",
    examples=(
        Example(
            net="S",
            answers=(
                "z: [-1.4, 1.55]\na: [0.1978, 0.8249]\np: 0.4048\nL: 0.1771\ndL/dp: -0.5952\n"
                "dL/ds: -0.1434\ndL/da: [-0.04302, 0.08605]\ndL/dz: [-0.04302, 0.08605]\n"
                "dL/dW1: [[-0.04302, -0.08605], [0.08605, 0.1721]]\n"
            ),
            at="dL/dz",
        ),
        Example("S", "dL/dp: -0.5952\ndL/ds: -0.5952\ndL/da: [-0.1786, 0.3571]\n", "dL/ds"),
        Example("T", "dL/dt: [-0.5292, 1.0583]\ndL/dz: [-0.5292, 1.0583]\n", "dL/dz"),
    ),
    edits=edits,
    look_alikes=("missing-term-in-chain", "wrong-upstream"),
)
