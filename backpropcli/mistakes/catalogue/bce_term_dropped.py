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

from collections.abc import Callable, Iterator

from backpropcli.language.nodes import Expr, Number, call, is_op, postorder
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import chain_of, put, summed, terms, walk
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The loss, its gradient, or both, of the first term alone."""
    values = [
        edit
        for equation in world.forward
        if equation.name in world.loss.data_equations
        for expr in _first_alone(equation.expr)
        for edit in world.edit(equation.name, expr, "value")
    ]
    slopes = [
        edit
        for equation in world.loss_slopes
        for expr in _without(equation.expr, _divides_by_rest)
        for edit in world.edit(equation.name, expr, "slope")
    ]
    yield from (*values, *slopes)
    for value in values:
        for slope in slopes:
            changes = {**value.changes, **slope.changes}
            yield value._replace(changes=changes, bits=1.0, kind="both")


def _first_alone(expr: Expr) -> Iterator[Expr]:
    for path, node in walk(expr):
        if is_op(node, "bce"):
            p, y = node.args
            yield put(expr, path, -call("mean", y * call("log", p)))
    yield from _without(expr, _has_log_of_rest)


def _without(expr: Expr, second: Callable[[Expr], bool]) -> Iterator[Expr]:
    """The expression with the second of two terms left out of a sum."""
    for path, node in walk(expr):
        parts = terms(node)
        kept = [part for part in parts if not second(part.expr)]
        if len(parts) == 2 and len(kept) == 1:
            yield put(expr, path, summed(kept))
            return


def _has_log_of_rest(expr: Expr) -> bool:
    return any(is_op(n, "log") and _is_rest(n.args[0]) for n in postorder(expr))


def _divides_by_rest(expr: Expr) -> bool:
    return any(below and _is_rest(factor) for factor, below in chain_of(expr).factors)


def _is_rest(expr: Expr) -> bool:
    """Whether it is 1 - p."""
    return is_op(expr, "sub") and expr.args[0] == Number(1)


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
