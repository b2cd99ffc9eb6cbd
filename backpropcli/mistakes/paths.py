"""Several paths from a value to the loss: what is left when one is forgotten or crossed."""

from __future__ import annotations

from collections.abc import Iterator
from math import log2
from typing import NamedTuple

from backpropcli.language.nodes import Expr, Name, index, is_op, names
from backpropcli.mistakes.entry import Edit
from backpropcli.mistakes.layers import lower
from backpropcli.mistakes.parts import Term, put, replaced, summed, terms, walk
from backpropcli.mistakes.world import World
from backpropcli.problem.data import Equation

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
    """Every sum of paths with one path kept, or one left out."""
    for equation in world.gradients:
        yield from _terms_kept(world, equation)
        if lower(equation) not in world.weights:
            yield from _rows_kept(world, equation)


def _terms_kept(world: World, equation: Equation) -> Iterator[Kept]:
    parts = terms(equation.expr)
    penalty = [t for t in parts if world.is_penalty(t.expr)]
    paths = [t for t in parts if not world.is_penalty(t.expr)]
    value = lower(equation)
    if len(paths) < 2 or len(paths) > MOST_PATHS:
        return
    is_weight = value in world.weights
    for i, one in enumerate(paths):
        rest = [t for j, t in enumerate(paths) if j != i]
        if _is_direct(world, one.expr) and not is_weight:
            yield Kept(equation.name, summed([*rest, *penalty]), "skip", "the other paths", value)
        role = "overwritten" if is_weight or i == 0 else "fanout"
        text = f"the path {world.text(one.expr)}"
        yield Kept(equation.name, summed([one, *penalty]), role, text, value)
        if len(paths) > 2:
            text = f"the paths without {world.text(one.expr)}"
            yield Kept(equation.name, summed([*rest, *penalty]), "fanout", text, value, 1.0)


def _is_direct(world: World, expr: Expr) -> bool:
    """Whether a path leads past all weights."""
    return not any(n in world.weights for n in names(expr) if "/" not in n)


def _rows_kept(world: World, equation: Equation) -> Iterator[Kept]:
    """The path through a single unit of the layer behind."""
    for path, node in walk(equation.expr):
        if not is_op(node, "matmul") or not is_op(node.args[0], "transpose"):
            continue
        weight, g = node.args[0].args[0], node.args[1]
        shape = world.shape(g) or ()
        if len(shape) != 1 or not isinstance(shape[0], int) or not 2 <= shape[0] <= MOST_PATHS:
            continue
        for i in range(shape[0]):
            one = index(weight, i) * index(g, i)
            text = f"the path through unit {i + world.problem.index_from} behind it"
            yield Kept(
                equation.name, put(equation.expr, path, one), "fanout", text, lower(equation),
                log2(shape[0]),
            )  # fmt: skip


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
