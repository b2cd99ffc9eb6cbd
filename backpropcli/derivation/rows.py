"""A line for one example and a line for all of them: ``outer(x2, p - y)``, summed over the rows.

A problem with ``examples`` has its equations for one example already; of a batch they are written
for one row (a vector) or one column, and the gradient follows from them like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from backpropcli.autodiff import gradients
from backpropcli.derivation.closing import Backward, Closing
from backpropcli.derivation.data import Derivation, Line, entry, sum_over
from backpropcli.derivation.numbers import Point
from backpropcli.derivation.one_example import OneExample, one_example
from backpropcli.derivation.pairs import Setting
from backpropcli.derivation.products import terms_of, total, written
from backpropcli.derivation.targets import Targets
from backpropcli.derivation.whole import derived
from backpropcli.evaluate.floats import Machine, evaluate
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Expr, Name, names, substitute
from backpropcli.ops.entry import Array
from backpropcli.ops.reductions import size_expr
from backpropcli.problem.quantities import split_derivative
from backpropcli.program import Program

LETTER = "i"  # counts the examples
MOST_ROWS = 64  # of a batch whose sum is tried out
TRIED = 2  # points at which the sum over the examples is compared


def of_one_example(program: Program, name: str, closing: Closing) -> list[Derivation]:
    """The gradient for one example, and the gradient of the batch as a sum; empty without one."""
    problem = program.problem
    upper, lower = split_derivative(name) or ("", "")
    if upper != problem.loss or lower not in problem.weights:
        return []
    if problem.examples:
        return [_over_examples(program, name, closing)]
    ways = (_of_batch(program, name, closing, way) for way in one_example(program))
    return next(filter(None, ways), [])


def row_closing(program: Program, way: OneExample, lower: str) -> Closing:
    """The gradients of one example's loss, on the way to one weight."""
    upper = way.names[program.problem.upper]
    found = gradients(way.equations, upper, [lower], way.shapes)
    backward = {g.name: Backward(g.expr, g.through) for g in found}
    shapes = Shapes({**way.shapes, **{g.name: g.shape for g in found}})
    originals = {new: old for old, new in way.names.items()}
    targets = Targets(program.problem, originals)
    forward = {e.name: e.expr for e in way.equations}
    return Closing(backward, Setting(shapes, forward, targets))


def _of_batch(program: Program, name: str, closing: Closing, way: OneExample) -> list[Derivation]:
    _, lower = split_derivative(name) or ("", "")
    rows = row_closing(program, way, lower)
    own = f"d{way.names[program.problem.upper]}/d{lower}"
    if own not in rows.backward:
        return []
    shared = _shared_terms(closing.closed(name), set(way.names))
    mean = _is_mean(program, name, rows.closed(own), shared, way)
    if mean is None:
        return []
    kind = "column" if way.columns else "row"
    one = derived(rows, own, f"{own} for one example")
    used = [old for old, new in way.names.items() if new in names(rows.closed(own))]
    said = ", ".join(f"{way.names[old]} of {old}" for old in used)
    upper = way.names[program.problem.upper]
    notes = [f"one {kind} of the batch: {said}"] if said else []
    if shared:
        notes.append(f"{upper} is the loss of this example, without the penalty")
    one = one._replace(notes=(*one.notes, *notes))
    if way.columns:
        what = "mean" if mean else "sum"
        return [one._replace(notes=(*one.notes, f"{name} is the {what} of this over the columns"))]
    return [one, _summed(program, name, closing, way, rows.closed(own), shared, mean)]


def _summed(
    program: Program,
    name: str,
    closing: Closing,
    way: OneExample,
    of_row: Expr,
    shared: Expr | None,
    mean: bool,
) -> Derivation:
    """The gradient of the batch as the sum over its rows, and as one matrix product."""
    put = {new: entry(Name(old), LETTER) for old, new in way.names.items()}
    spread: Expr = sum_over(substitute(of_row, put), LETTER)
    if mean:
        spread = spread / size_expr(way.size)
    why = "the mean over the examples" if mean else "the sum over the examples"
    first = spread if shared is None else spread + shared
    last = closing.lines(name)[-1].expr
    lines = (Line(first, why), Line(last, "all examples at once"))
    notes = (f"[{LETTER}] is the row of example {LETTER}",)
    shape = program.shapes[name]
    return Derivation(f"{name} over the batch", Name(name), lines, shape, notes)


def _over_examples(program: Program, name: str, closing: Closing) -> Derivation:
    """The total gradient as the sum over the examples, which the problem lists."""
    problem = program.problem
    put = {v: entry(Name(v), LETTER) for v in varying(program)}
    spread: Expr = sum_over(substitute(closing.closed(name), put), LETTER)
    what = "sum"
    if problem.reduce == "mean":
        spread, what = spread / size_expr(len(problem.examples)), "mean"
    notes = (f"[{LETTER}] marks what belongs to example {LETTER}",)
    why = f"the {what} over the {len(problem.examples)} examples"
    title = f"the total {name}"
    return Derivation(title, Name(name), (Line(spread, why),), program.shapes[name], notes)


def varying(program: Program) -> list[str]:
    """The values that each example has of its own."""
    found = dict.fromkeys(name for example in program.problem.examples for name in example)
    for equation in program.forward:
        if any(name in found for name in names(equation.expr)):
            found[equation.name] = None
    return list(found)


def _shared_terms(closed: Expr, batch: set[str]) -> Expr | None:
    """The terms in which no example occurs, such as ``lambda * W2``; none often."""
    kept = [term for term in terms_of(closed) if not batch & set(names(written(term)))]
    return total(kept) if kept else None


def _is_mean(
    program: Program, name: str, of_row: Expr, shared: Expr | None, way: OneExample
) -> bool | None:
    """Whether the gradient is the mean or the sum over the examples; None where it is neither."""
    from backpropcli.checking.draws import drawn_sizes, sized

    sizes, verdicts = drawn_sizes(program.problem), set()
    of_row, shared = sized(of_row, sizes), None if shared is None else sized(shared, sizes)
    for values in _tried(program):
        rest = 0.0 if shared is None else evaluate(shared, _used(shared, values))
        wanted = values[name] - rest
        parts = [evaluate(of_row, _used(of_row, one)) for one in each(way, values)]
        if len(parts) > MOST_ROWS:
            return None
        spread = np.sum(parts, axis=0)
        verdicts.add(_compared(wanted, spread, len(parts)))
    return verdicts.pop() if len(verdicts) == 1 else None


def _compared(wanted: Array, spread: Array, count: int) -> bool | None:
    if np.shape(wanted) != np.shape(spread):
        return None
    for mean, candidate in ((True, spread / count), (False, spread)):
        if np.allclose(wanted, candidate, rtol=1e-8, atol=1e-10):
            return mean
    return None


def _tried(program: Program) -> Iterator[Mapping[str, Array]]:
    from backpropcli.derivation.points import consistent_points

    for point in consistent_points(program, TRIED):
        yield point.values


def _used(expr: Expr, values: Mapping[str, Array]) -> dict[str, Array]:
    return {name: values[name] for name in names(expr)}


def each(way: OneExample, values: Mapping[str, Array]) -> Iterator[dict[str, Array]]:
    """The values for each example of a batch in turn, beside those that all share."""
    batch = {old: new for old, new in way.names.items() if np.ndim(values[old])}
    axis = 1 if way.columns else 0
    count = next(np.shape(values[old])[axis] for old in batch)
    for i in range(count):
        here = slice(i, i + 1)
        parts: dict[str, Any] = {
            new: values[old][:, here] if way.columns else values[old][i]
            for old, new in batch.items()
        }
        yield {**values, **parts}


def row_points(program: Program, name: str, count: int = 5) -> list[Point]:
    """Points at which the lines for one row or column, and the sum over them, have values.

    Empty where ``matrix_form`` has no such lines. The gradients of one example are those of the
    first one.
    """
    from backpropcli.checking.draws import drawn_sizes, sized
    from backpropcli.derivation.points import consistent_points

    sizes = drawn_sizes(program.problem)
    upper, lower = split_derivative(name) or ("", "")
    if upper != program.problem.loss or lower not in program.problem.weights:
        return []
    for way in one_example(program):
        rows = row_closing(program, way, lower)
        found = []
        for point in consistent_points(program, count):
            values = next(each(way, point.values))
            for gradient, own in rows.backward.items():
                expr = sized(own.expr, sizes)
                values[gradient] = evaluate(expr, _used(expr, values))
            found.append(Point(values, point.equations))
        return found
    return []


def total_points(program: Program, count: int = 5) -> list[Point]:
    """Points of a problem with ``examples``: what they have of their own is stacked.

    The gradients of the loss with respect to the weights are the totals.
    """
    from backpropcli.derivation.points import consistent_points

    own, number = varying(program), len(program.problem.examples)
    points = consistent_points(program, count * number)
    return [_stacked(program, own, points[i::count]) for i in range(count)]


def _stacked(program: Program, own: list[str], points: list[Point]) -> Point:
    """One point from a point for each example, all with the weights of the first."""
    from backpropcli.checking.draws import drawn_sizes, sized

    givens = [name for name in own if program.equation(name) is None]
    sizes = drawn_sizes(program.problem)
    equations = [(e.name, sized(e.expr, sizes)) for e in program.computed]
    shared = points[0].values
    known = [name for name in shared if program.equation(name) is None]
    machine = Machine(equations, known)
    runs = [
        {**shared, **machine.run({**shared, **{name: point.values[name] for name in givens}})}
        for point in points
    ]
    for run, point in zip(runs, points, strict=True):
        run.update({name: point.values[name] for name in givens})
    stacked = {name: np.stack([run[name] for run in runs]) for name in own}
    spread = np.mean if program.problem.reduce == "mean" else np.sum
    totals = {e.name: spread([run[e.name] for run in runs], axis=0) for e in program.gradients}
    return Point({**shared, **stacked, **totals})
