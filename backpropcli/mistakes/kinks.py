"""Legal slopes where a function has a corner: relu at 0, and a max with equal entries."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from backpropcli.language.nodes import Expr, Number, array, call, is_op
from backpropcli.mistakes.entry import Edit
from backpropcli.mistakes.parts import put, replaced, walk
from backpropcli.mistakes.windows import both, cells, uses
from backpropcli.mistakes.world import World
from backpropcli.ops.sizes import Shape, product, whole
from backpropcli.ops.windows import pair

MOST_CELLS = 400  # of a value that is searched for equal cells


def other_slopes(world: World) -> Iterator[Edit]:
    """Every gradient with another legal slope at a corner."""
    yield from _of_relus(world)
    yield from _of_largest_entries(world)
    yield from _of_larger_ones(world)
    yield from _of_pools(world)


def _of_relus(world: World) -> Iterator[Edit]:
    """1, or 1/2, where z is exactly 0."""
    for slope in world.slopes:
        if slope.activation in ("relu", "leaky_relu") and not slope.chain.path:
            z = slope.argument
            right = call(slope.activation + "'", z, **dict(slope.params))
            for share in (Fraction(1), Fraction(1, 2)):
                expr = slope.replaced_by(right + Number(share) * _is_zero(z))
                where = f"{world.text(z)} is 0"
                yield from world.edit(slope.equation.name, expr, str(share), where=where)


def _is_zero(z: Expr) -> Expr:
    return 1 - call("step", z) - call("step", -z)


def _of_largest_entries(world: World) -> Iterator[Edit]:
    """The gradient of a max for another of its equal entries, or shared among all of them."""
    for equation in world.gradients:
        for path, node in walk(equation.expr):
            if not is_op(node, "is_max", "is_min"):
                continue
            z, along = node.args[0], dict(node.params)
            extreme = call(node.op.removeprefix("is_"), z, **along, keepdims=True)
            tied = _is_zero(z - extreme)
            count = call("sum", tied, **along, keepdims=True)
            several = call("step", count - 1)
            others = several * (tied - node) / (count - several) + (1 - several) * node
            where = f"entries of {world.text(z)} are equal"
            for kind, form in (("other", others), ("shared", tied / count)):
                yield from world.edit(
                    equation.name, put(equation.expr, path, form), kind, where=where
                )


def _of_pools(world: World) -> Iterator[Edit]:
    """The gradient of a max-pool for another of the equal cells of a window, or in shares.

    Only where windows neither overlap nor leave anything out.
    """
    for use in uses(world.gradients, *both("maxpool*d_input")):
        g, x = use.node.args
        shape, kernel = world.shape(x) or (), use.params["kernel"]
        sizes = pair("kernel", kernel, use.rank)
        if set(use.params) - {"kernel"} or not _is_tiled(shape, sizes):
            continue
        pool = use.node.op.removesuffix("_input")
        mean = pool.replace("max", "avg")
        largest = call(pool, x, kernel=kernel)
        everywhere = call(mean + "_input", largest, shape=shape, kernel=kernel)
        tied = _is_zero(x - cells(use) * everywhere)
        each = g / call(mean, tied, kernel=kernel)
        forms = [("shared", tied * call(mean + "_input", each, shape=shape, kernel=kernel))]
        for cell in range(1, cells(use)):
            preferred = tied * _cell(whole(shape), sizes, cell)
            forms.append((f"cell {cell}", use.called(use.node.op, g, tied + preferred)))
        where = f"cells of {world.text(x)} are equal"
        for kind, form in forms:
            expr = form if kind != "shared" else use.put(form)
            yield from world.edit(use.equation.name, expr, kind, where=where)


def _is_tiled(shape: Shape, sizes: tuple[int, ...]) -> bool:
    """Whether windows of these sizes cover the last axes of a small value, each cell once."""
    count = product(shape)
    small = isinstance(count, int) and count <= MOST_CELLS
    return small and all(
        n % k == 0 for n, k in zip(whole(shape)[-len(sizes) :], sizes, strict=True)
    )


def _cell(shape: tuple[int, ...], sizes: tuple[int, ...], cell: int) -> Expr:
    """A constant with a 1 at one cell of each window, counted row by row."""
    marks = np.zeros(shape, int)
    at = np.unravel_index(cell, sizes)
    steps: tuple[Any, ...] = tuple(slice(int(i), None, k) for i, k in zip(at, sizes, strict=True))
    marks[(..., *steps)] = 1
    return _constant(marks.tolist())


def _constant(value: list[Any] | int) -> Expr:
    return array(map(_constant, value)) if isinstance(value, list) else Number(value)


def _of_larger_ones(world: World) -> Iterator[Edit]:
    """The gradient of the larger of two equal values for the other one, or half for each."""
    pairs = [
        node.args
        for equation in world.forward
        for _, node in walk(equation.expr)
        if is_op(node, "maximum", "minimum")
    ]
    for one, other in pairs:
        where = f"{world.text(one)} and {world.text(other)} are equal"
        for kind in ("other", "shared"):
            forms = _at_equality(one - other, kind) | _at_equality(other - one, kind)
            changes = {e.name: replaced(e.expr, forms.get) for e in world.gradients}
            changed = {n: x for n, x in changes.items() if x != world.equations[n].expr}
            if changed:
                yield Edit(next(iter(changed)), changed, {"where": where}, 0.0, kind)


def _at_equality(difference: Expr, kind: str) -> dict[Expr, Expr]:
    """The step of a difference with 1, or 1/2, where it is 0."""
    step = call("step", difference)
    share = Number(Fraction(1, 2)) if kind == "shared" else Number(1)
    return {step: step + share * _is_zero(difference)}
