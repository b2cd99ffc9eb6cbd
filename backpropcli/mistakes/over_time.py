"""Gradients that add up over the steps of a sequence, or over the uses of a row: what is forgotten.

A summand belongs to the step of the gradient that it is made of: in dL/dw = dL/dh[1]*h0 +
dL/dh[2]*h[1] the first to step 1, the second to step 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from backpropcli.evaluate.floats import evaluate
from backpropcli.language.nodes import Apply, Expr, Number, array, is_op, names
from backpropcli.language.timeline import Timeline, split_step
from backpropcli.mistakes.layers import lower
from backpropcli.mistakes.parts import Term, put, scaled, summed, terms, walk
from backpropcli.mistakes.world import World
from backpropcli.problem.data import Equation
from backpropcli.problem.quantities import split_derivative

MOST_STEPS = 40
WINDOWS = (1, 2, 3)  # how many of the last steps are kept


class Truncated(NamedTuple):
    """A gradient without the steps that were forgotten, and the words for what it keeps.

    ``form`` is common to what is forgotten together: behind the same sequence, the same steps.
    """

    expr: Expr
    kept: str
    form: str
    bits: float = 0.0


def truncations(world: World) -> dict[str, list[Truncated]]:
    """For each gradient over several steps: what is left where the way through time is cut."""
    time = world.problem.time
    if time is None:
        return {}
    found = {}
    for equation in world.gradients:
        parts = terms(equation.expr)
        steps = [step_of(world, part.expr, time) for part in parts]
        if 2 <= len(parts) <= MOST_STEPS * 4:
            found[equation.name] = list(_cut(world, equation, parts, steps))
    return {name: cuts for name, cuts in found.items() if cuts}


def means_over_steps(world: World) -> Iterator[tuple[Equation, int, Expr]]:
    """The gradients of weights that add up several steps, with how many, and their mean.

    Where the numbers of some steps alone are the mean by chance, it is these that were kept.
    """
    time, cut = world.problem.time, truncations(world)
    if time is None:
        return
    for equation in world.gradients:
        steps = {step_of(world, part.expr, time) for part in terms(equation.expr)}
        if lower(equation) in world.weights and len(steps) > 1 and None not in steps:
            mean = scaled(equation.expr, Fraction(1, len(steps)))
            if not any(_is_equal(world, one.expr, mean) for one in cut.get(equation.name, ())):
                yield equation, len(steps), mean


def _is_equal(world: World, one: Expr, other: Expr) -> bool:
    """Whether two expressions have the same numbers here, where these are known."""
    known = all(name in world.values for name in names(one, other))
    return known and np.allclose(evaluate(one, world.values), evaluate(other, world.values))


def _cut(
    world: World, equation: Equation, parts: list[Term], steps: list[int | None]
) -> Iterator[Truncated]:
    stem, own = split_step(lower(equation))
    known = [step for step in steps if step is not None]
    if own and world.problem.time is not None and stem in world.problem.time.sequences:
        yield from _here_only(equation, parts, steps, int(own))
    elif len(set(known)) > 1:
        last = max(known)
        through = "".join(
            sorted({split_step(lower_of(n))[0] for n in world.upstreams(equation.expr)})
        )
        for window in WINDOWS:
            kept = [
                part
                for part, step in zip(parts, steps, strict=True)
                if step is None or step > last - window
            ]
            left = len({step for step in known if step > last - window})
            if left == window and len(kept) < len(parts):
                text = f"what comes from step {last}"
                if window > 1:
                    text = f"what comes from steps {last - window + 1} to {last}"
                yield Truncated(summed(kept), text, f"{through} {window}", float(window > 1))


def _here_only(
    equation: Equation, parts: list[Term], steps: list[int | None], own: int
) -> Iterator[Truncated]:
    """The gradient of a state from its own step, without what its successor sends back."""
    beyond = [step is not None and step != own for step in steps]
    if any(beyond) and not all(beyond):
        kept = [part for part, gone in zip(parts, beyond, strict=True) if not gone]
        yield Truncated(summed(kept), f"what comes from step {own} itself", "state")


def step_of(world: World, expr: Expr, time: Timeline) -> int | None:
    """The step whose gradient a summand is made of, or nothing."""
    for name in world.upstreams(expr):
        stem, step = split_step(lower_of(name))
        if step and stem in time.sequences:
            return int(step)
    return None


def lower_of(gradient: str) -> str:
    """The value by which a gradient is the derivative."""
    return (split_derivative(gradient) or ("", ""))[1]


def repeated_rows(world: World) -> Iterator[tuple[str, Expr, str]]:
    """Gradients of tables of which a row was used several times, with only its last use kept.

    The name of the gradient, the wrong equation, and the numbers of these rows as text.
    """
    for equation in world.gradients:
        whole = equation.expr
        for path, node in walk(whole):
            if is_op(node, "matmul") and is_op(node.args[0], "transpose"):
                marks, g = node.args[0].args[0], node.args[1]
                kept = _last_uses(world, marks)
                if kept is not None:
                    keep = array(array([Number(int(one))]) for one in kept[0])
                    yield equation.name, put(whole, path, node.args[0] @ (g * keep)), kept[1]
        yield from _repeated_over_time(world, equation)


def _repeated_over_time(world: World, equation: Equation) -> Iterator[tuple[str, Expr, str]]:
    parts = terms(equation.expr)
    rows = [_row_of(world, part.expr) for part in parts]
    twice = sorted({row for row in rows if row is not None and rows.count(row) > 1})
    if twice and len(parts) <= MOST_STEPS:
        kept = [
            part for i, part in enumerate(parts) if rows[i] not in rows[i + 1 :] or rows[i] is None
        ]
        yield equation.name, summed(kept), _listed(twice)


def _row_of(world: World, expr: Expr) -> int | None:
    """The row to which outer(onehot(id), g) adds, or nothing."""
    if not is_op(expr, "outer") or not is_op(expr.args[0], "onehot"):
        return None
    found = _numbers(world, expr.args[0])
    return None if found is None or found.ndim else int(found)


def _last_uses(world: World, marks: Expr) -> tuple[list[bool], str] | None:
    """For each place whether its row is not used later again, and the rows used several times."""
    if not is_op(marks, "onehot"):
        return None
    found = _numbers(world, marks)
    if found is None or found.ndim != 1:
        return None
    rows = [int(row) for row in found]
    twice = sorted({row for row in rows if rows.count(row) > 1})
    kept = [row not in rows[i + 1 :] for i, row in enumerate(rows)]
    return (kept, _listed(twice)) if twice else None


def _numbers(world: World, marks: Apply) -> np.ndarray | None:
    """The numbers of the rows that a onehot marks, where they are known."""
    if not all(name in world.values for name in names(marks.args[0])):
        return None
    return np.asarray(evaluate(marks.args[0], world.values))


def _listed(rows: list[int]) -> str:
    *before, last = map(str, rows)
    return f"rows {', '.join(before)} and {last}" if before else f"row {last}"
