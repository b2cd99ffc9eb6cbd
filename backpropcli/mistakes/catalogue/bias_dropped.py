"""The bias is left out, or subtracted.

What it is
The bias of a layer is left out of the weighted sum, or subtracted.

Why it is wrong
The bias shifts the sum for every input alike. Without it the layer answers 0 to an
input of zeros.

Example
A relu network with W1 = [0.5 -1; 0.25 0.75], x = (1, 2) and b1 = (0.1, -0.2) has z = W1
x + b1 = (-1.4, 1.55). Without the bias it is (-1.5, 1.75).

How to avoid it
Write + b into the line before you put in any number, also where the bias is small or
negative.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Number, is_op, with_args
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.layers import biased_sums
from backpropcli.mistakes.parts import Term, put, walk
from backpropcli.mistakes.windows import both, uses
from backpropcli.mistakes.world import World
from backpropcli.problem.data import Equation


def edits(world: World) -> Iterator[Edit]:
    """A layer without its bias, or with minus its bias."""
    for one in biased_sums(world):
        if one.term not in world.weights:
            continue
        name, i = one.equation.name, one.bias
        bias = world.text(one.parts[i].expr)
        without = one.put([t for j, t in enumerate(one.parts) if j != i])
        yield from world.edit(name, without, "dropped", bias=bias, how="leaves out")
        turned = [Term(-t.sign, t.expr) if j == i else t for j, t in enumerate(one.parts)]
        yield from world.edit(name, one.put(turned), "subtracted", 1.0, bias=bias, how="subtracts")
    for equation in world.forward:
        yield from _without_ones(world, equation)
    yield from _of_convolutions(world)


def _of_convolutions(world: World) -> Iterator[Edit]:
    """The bias that a convolution takes as its last operand left out, or subtracted."""
    for use in uses(world.forward, *both("conv*d")):
        op, (x, kernel, *rest) = use.node.op, use.node.args
        name = use.equation.name
        for bias in rest:
            text = world.text(bias)
            without = use.called(op, x, kernel)
            yield from world.edit(name, without, "dropped", bias=text, how="leaves out")
            turned = use.called(op, x, kernel, -bias)
            yield from world.edit(name, turned, "subtracted", 1.0, bias=text, how="subtracts")


def _without_ones(world: World, equation: Equation) -> Iterator[Edit]:
    """A weighted sum whose column of biases has no one to meet."""
    for path, node in walk(equation.expr):
        if is_op(node, "concat") and node.args[0] == Number(1):
            nothing = with_args(node, (Number(0), *node.args[1:]))
            changed = put(equation.expr, path, nothing)
            how, bias = "leaves out", "the 1 that goes with the bias"
            yield from world.edit(equation.name, changed, "dropped", bias=bias, how=how)


MISTAKE = Mistake(
    code="BP606",
    name="bias-dropped",
    tier="B",
    message="{at} {how} {bias}.",
    question="What is added to the weighted sum?",
    remedy="Add the bias with its own sign: {at} = {right}.",
    examples=(
        Example(
            net="A",
            answers="z: [-1.5, 1.75]\nh: [0, 1.75]\nyhat: -1.0\nL: 2.0\n",
            at="z",
        ),
        Example(
            net="A",
            answers="z: [-1.6, 1.95]\nh: [0, 1.95]\nyhat: -1.12\n",
            at="z",
        ),
        Example("image", "z: [[-2.5, 7, 5.5], [3, -12.5, 11.5], [15, -5.5, -17]]\n", "z"),
    ),
    edits=edits,
    look_alikes=("wrong-parameter", "missing-term-in-chain"),
)
