"""The softmax runs along the wrong axis.

What it is
The softmax is normalised over the examples, or over all entries, in place of the
classes of each example.

Why it is wrong
The probabilities of one example have to sum to 1, because exactly one of its classes is
right. The examples of a batch have nothing to do with each other.

Example
For the scores Z = [2 1; 0 1], one example in each row, P = [0.7311 0.2689; 0.2689
0.7311]. Normalised over the examples it is [0.8808 0.5; 0.1192 0.5]: now the columns
sum to 1.

How to avoid it
Add up each row of your probabilities. Every sum has to be 1.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Expr, call, is_op
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import put, walk
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """Normalised over the batch, or over everything."""
    for equation in (*world.forward, *world.gradients):  # a fused loss has it in its gradient
        for path, node in walk(equation.expr):
            is_softmax = is_op(node, "softmax", "masked_softmax")
            if is_softmax and len(world.shape(node.args[0]) or ()) == 2:
                exps: Expr = call("exp", node.args[0])
                if is_op(node, "masked_softmax"):
                    exps = exps * node.args[1]
                batch = exps / call("sum", exps, axis=0, keepdims=True)
                whole = exps / call("sum", exps)
                yield from world.edit(
                    equation.name, put(equation.expr, path, batch), "batch", over="the examples"
                )
                yield from world.edit(
                    equation.name, put(equation.expr, path, whole), "all", over="all entries"
                )


MISTAKE = Mistake(
    code="BP406",
    name="softmax-wrong-axis",
    tier="C",
    message=(
        "{at} normalises the softmax over {over}; the classes of each example have to sum to 1."
    ),
    question="Which entries of the probabilities sum to 1?",
    remedy="Divide the exponentials of each example by their own sum: {at} = {right}.",
    examples=(
        Example(
            net="classes",
            answers="P: [[0.8808, 0.5], [0.1192, 0.5]]\n",
            at="P",
        ),
        Example(
            net="classes",
            answers="P: [[0.5344, 0.1966], [0.0723, 0.1966]]\n",
            at="P",
        ),
        Example(  # the columns of exp(S) under the mask: e, e^2, 1; e, e; e^2
            net="masked",
            answers="A: [[0.2447, 0, 0], [0.6652, 0.5, 0], [0.0900, 0.5, 1]]\n",
            at="A",
        ),
    ),
    edits=edits,
)
