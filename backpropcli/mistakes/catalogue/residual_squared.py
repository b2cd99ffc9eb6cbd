"""The squared residual, or the loss itself, is used as its derivative.

What it is
The backward pass starts with the loss itself, with the residual still squared, or with
its sign alone.

Why it is wrong
Backpropagation starts with the derivative of the loss. The derivative of a square is
linear, so it can be negative, and a square cannot.

Example
With yhat = -0.88, y = 1 and L = (yhat - y)^2 / 2, dL/dyhat = yhat - y = -1.88. Still
squared it would be 3.534, and the loss itself is 1.767.

How to avoid it
Start the backward pass with a line of its own for dL/dyhat. If the prediction is too
small, this number has to be negative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from backpropcli.language.nodes import Expr, Name, call, is_op
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import replaced
from backpropcli.mistakes.world import World

Form = Callable[[Expr], Expr]


def edits(world: World) -> Iterator[Edit]:
    """The square, the loss, or the sign of the residual."""
    if not world.loss.squared:
        return
    targets = {Name(n) for n in world.problem.given if n not in world.weights}
    for equation in world.loss_slopes:
        name = equation.name
        compared = {*targets, Name(name.rpartition("/d")[2])}
        yield from world.edit(name, Name(world.upper), "loss", used=WORDS["loss"])
        for kind, form in (("squared", lambda r: r * r), ("sign", lambda r: call("sign", r))):

            def other(node: Expr, form: Form = form, compared: set[Name] = compared) -> Expr | None:
                return form(node) if is_op(node, "sub") and compared & {*node.args} else None

            yield from world.edit(name, replaced(equation.expr, other), kind, used=WORDS[kind])


WORDS = {
    "squared": "still squared",
    "loss": "the loss itself",
    "sign": "only the sign of the residual",
}


MISTAKE = Mistake(
    code="BP216",
    name="residual-squared",
    tier="C",
    message=(
        "{at} is {used}: the backward pass starts with the derivative of the loss, which is "
        "linear in the residual."
    ),
    question="What is the derivative of a square, and can it be negative?",
    remedy="Differentiate the square first, and start from the result.",
    examples=(
        Example("A", "yhat: -0.88\nL: 1.7672\ndL/dyhat: 3.534\ndL/dw2: [0, 5.478]\n", "dL/dyhat"),
        Example("A", "yhat: -0.88\nL: 1.7672\ndL/dyhat: 1.7672\ndL/dw2: [0, 2.739]\n", "dL/dyhat"),
    ),
    edits=edits,
)
