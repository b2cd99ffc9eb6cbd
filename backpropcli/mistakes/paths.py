"""Several paths from a value to the loss: what is left when one is forgotten or crossed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from backpropcli.language.nodes import Expr, Name, Number, call, index, is_op, names
from backpropcli.mistakes.entry import Edit
from backpropcli.mistakes.layers import lower
from backpropcli.mistakes.over_time import repeated_rows, truncations
from backpropcli.mistakes.parts import Term, chain_of, put, replaced, summed, terms, walk
from backpropcli.mistakes.world import World
from backpropcli.problem.data import Equation
from backpropcli.problem.quantities import split_derivative

MOST_PATHS = 8


class Kept(NamedTuple):
    """A gradient that keeps some of its paths: what it is called, and what it keeps."""

    name: str
    expr: Expr
    role: str  # fanout, overwritten or skip
    text: str
    value: str
    bits: float = 0.0


def paths_kept(world: World) -> Iterator[Kept]:
    """Every sum of paths with one path kept, or one left out.

    What is left when earlier or later steps of a sequence are forgotten has a name of its own.
    """
    own = {name: {kept.expr for kept in found} for name, found in truncations(world).items()}
    own_of_rows = {name for name, _, _ in repeated_rows(world)}
    for equation in world.gradients:
        if equation.name in own_of_rows:
            continue
        for kept in _terms_kept(world, equation):
            if kept.expr not in own.get(kept.name, ()):
                yield kept
        yield from _rows_kept(world, equation)


def _terms_kept(world: World, equation: Equation) -> Iterator[Kept]:
    parts = terms(equation.expr)
    penalty = [t for t in parts if world.is_penalty(t.expr)]
    paths = [t for t in parts if not world.is_penalty(t.expr)]
    value = lower(equation)
    if not 2 <= len(paths) <= MOST_PATHS or not has_paths(world, equation):
        return
    is_weight = value in world.weights
    for i, one in enumerate(paths):
        rest = [t for j, t in enumerate(paths) if j != i]
        if _is_direct(world, one.expr) and not is_weight:
            yield Kept(equation.name, summed([*rest, *penalty]), "skip", "the other paths", value)
        elif len(paths) == 2 and not is_weight and _is_direct(world, rest[0].expr):
            continue
        role = "overwritten" if is_weight or i == 0 else "fanout"
        text = f"the path {world.text(one.expr)}"
        yield Kept(equation.name, summed([one, *penalty]), role, text, value)
        if len(paths) > 2:
            text = f"the paths without {world.text(one.expr)}"
            yield Kept(equation.name, summed([*rest, *penalty]), "fanout", text, value, 1.0)


def has_paths(world: World, equation: Equation) -> bool:
    """Whether the summands of a gradient are paths: its value has several uses."""
    value = Name(lower(equation))
    uses = sum(node == value for e in world.forward for _, node in walk(e.expr))
    return uses > 1 and not is_residual(world, equation)


def is_residual(world: World, equation: Equation) -> bool:
    """Whether a sum is prediction minus target, which is no sum over paths."""
    return equation in world.loss_slopes and not world.upstreams(equation.expr)


def _is_direct(world: World, expr: Expr) -> bool:
    """Whether a path leads past everything that multiplies: its slope is 1, or an activation's."""
    chain = chain_of(expr)
    passed = {i for s in world.slopes if s.chain.factors == chain.factors for i in s.positions}
    return all(
        not below and (i in passed or factor == Number(1) or _is_gradient(factor))
        for i, (factor, below) in enumerate(chain.factors)
    )


def _is_gradient(expr: Expr) -> bool:
    return isinstance(expr, Name) and split_derivative(expr.name) is not None


def _rows_kept(world: World, equation: Equation) -> Iterator[Kept]:
    """The path through a single unit of the layer behind."""
    for path, node in walk(equation.expr):
        if not is_op(node, "matmul"):
            continue
        left, right = node.args
        units = list(_units(world, left, right, lower(equation) in world.weights))
        for i, one in enumerate(units):
            text = f"the path through unit {i + world.problem.index_from} behind it"
            yield Kept(
                equation.name, put(equation.expr, path, one), "fanout", text, lower(equation)
            )
            if len(units) > 2:
                text = f"the paths without unit {i + world.problem.index_from} behind it"
                rest = put(equation.expr, path, node - one)
                yield Kept(equation.name, rest, "fanout", text, lower(equation), 1.0)


def doubled_units(world: World) -> Iterator[tuple[str, Expr, int]]:
    """A gradient with the path through one unit behind it added once more."""
    for equation in world.gradients:
        for path, node in walk(equation.expr):
            if is_op(node, "matmul"):
                left, right = node.args
                units = _units(world, left, right, lower(equation) in world.weights)
                for i, one in enumerate(units, world.problem.index_from):
                    yield equation.name, put(equation.expr, path, node + one), i


def _units(world: World, left: Expr, right: Expr, is_weight: bool) -> Iterator[Expr]:
    """The summands of a matrix times a gradient, in either order: one for each unit behind."""
    is_first = bool(world.upstreams(left))
    if is_first == bool(world.upstreams(right)):
        return
    matrix, g = (right, left) if is_first else (left, right)
    inner = matrix.args[0] if is_op(matrix, "transpose") else matrix
    if is_weight and not (isinstance(inner, Name) and inner.name in world.weights):
        return  # of a weight's gradient X.T @ dZ, these are the examples
    shape = world.shape(g) or ()
    count = shape[-1 if is_first else 0] if shape else 0
    if not isinstance(count, int) or not 2 <= count <= MOST_PATHS:
        return
    if len(world.shape(matrix) or ()) != 2 or len(shape) > 2:
        return
    rows = matrix if is_first else _transposed(matrix)
    parts = _transposed(g) if is_first and len(shape) == 2 else g
    for i in range(count):
        row, part = index(rows, i), index(parts, i)
        if len(shape) == 1:
            yield row * part
        else:
            yield call("outer", part, row) if is_first else call("outer", row, part)


def _transposed(expr: Expr) -> Expr:
    return expr.args[0] if is_op(expr, "transpose") else expr.T


def crossings(world: World) -> Iterator[Edit]:
    """Pairs of parameters such as w12 and w21, or a square matrix and its transpose, exchanged."""
    weights = sorted(world.weights)
    for i, one in enumerate(weights):
        shape = world.program.shapes[one]
        if len(shape) == 2 and shape[0] == shape[1]:
            yield from _turned(world, one)
        for other in weights[i + 1 :]:
            if sorted(one) == sorted(other) and shape == world.program.shapes[other]:
                yield from _crossed(world, one, other)


def _crossed(world: World, one: str, other: str) -> Iterator[Edit]:
    exchange = {one: Name(other), other: Name(one)}

    def crossed(node: Expr) -> Expr | None:
        return exchange.get(node.name) if isinstance(node, Name) else None

    changes = {
        e.name: replaced(e.expr, crossed)
        for e in (*world.forward, *world.gradients)
        if one in names(e.expr) or other in names(e.expr)
    }
    for mine, twin in ((one, other), (other, one)):
        gradient = world.equations.get(f"d{world.upper}/d{mine}")
        source = world.equations.get(f"d{world.upper}/d{twin}")
        if gradient is not None and source is not None:
            changes[gradient.name] = source.expr
    if len(changes) > 1:
        yield Edit(next(iter(changes)), changes, {"first": one, "second": other}, 0.0, one)


def _turned(world: World, weight: str) -> Iterator[Edit]:
    def turned(node: Expr) -> Expr | None:
        if is_op(node, "transpose") and node.args[0] == Name(weight):
            return Name(weight)
        return node.T if node == Name(weight) else None

    changes = {
        e.name: replaced(e.expr, turned)
        for e in (*world.forward, *world.gradients)
        if weight in names(e.expr) and e.kind != "loss"
    }
    gradient = world.equations.get(f"d{world.upper}/d{weight}")
    if gradient is not None:
        changes[gradient.name] = gradient.expr.T
    if len(changes) > 1:
        facts = {"first": f"{weight}[1,2]", "second": f"{weight}[2,1]"}
        yield Edit(next(iter(changes)), changes, facts, 1.0, weight)


def without(parts: list[Term], position: int) -> Expr:
    """The sum without one of its terms."""
    return summed(t for i, t in enumerate(parts) if i != position)
