"""The softmax is not divided by the sum of the exponentials.

What it is
The exponentials are not divided by their sum, or something else is divided.

Why it is wrong
Softmax makes probabilities of scores: the exponential of each score, divided by the sum
of all the exponentials. Only then do they lie between 0 and 1 and sum to 1.

Example
Scores (2, 1, 0) have the exponentials (7.389, 2.718, 1) with the sum 11.107. Right:
(0.6652, 0.2447, 0.09003). The exponentials alone are no probabilities.

How to avoid it
Add the entries up at the end: they have to give 1. Each has to be positive, too, even
where a score is 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import call, is_op
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import put, walk
from backpropcli.mistakes.slopes import along_last
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """exp(z), or exp(z) over the sum or the largest of z."""
    for equation in (*world.forward, *world.gradients):  # a fused loss has it in its gradient
        for path, node in walk(equation.expr):
            if not is_op(node, "softmax"):
                continue
            z = node.args[0]
            along = along_last(world.shape(z) or ())
            exps, facts = call("exp", z), {"softmax": world.text(node)}
            for kind, form in (
                ("exp", exps),
                ("sum", z / call("sum", z, **along)),
                ("max", exps / call("max", exps, **along)),
                ("over z", exps / call("sum", z, **along)),
            ):
                whole = put(equation.expr, path, form)
                yield from world.edit(
                    equation.name, whole, kind, 0.0, used=world.text(form), **facts
                )


MISTAKE = Mistake(
    code="BP221",
    name="softmax-unnormalised",
    tier="C",
    message=(
        "{at} has {used} in place of {softmax}; a softmax divides each exponential by the sum of "
        "all exponentials."
    ),
    question="To what do these probabilities sum, and how is that made sure of?",
    remedy="Divide the exponential of each score by the sum of all exponentials.",
    examples=(
        Example("softmax", "p: [7.389, 2.718, 1]\n", "p"),
        Example("softmax", "p: [1, 0.3679, 0.1353]\n", "p"),
        Example("softmax", "p: [2.463, 0.9061, 0.3333]\n", "p"),
    ),
    edits=edits,
)
