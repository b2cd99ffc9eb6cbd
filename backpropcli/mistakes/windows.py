"""Convolutions and poolings in the equations, and what is easily changed in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from backpropcli.language.nodes import Apply, At, Expr, call, index, is_op
from backpropcli.mistakes.parts import Path, put, walk
from backpropcli.mistakes.world import World
from backpropcli.ops.sizes import Shape, is_known, product, whole
from backpropcli.problem.data import Equation


class Use(NamedTuple):
    """One use of an op in an equation."""

    equation: Equation
    path: Path
    node: Apply

    @property
    def params(self) -> dict[str, Any]:
        """The named arguments."""
        return dict(self.node.params)

    @property
    def rank(self) -> int:
        """Over how many axes the windows slide: the digit of conv2d."""
        return int(self.node.op.partition("d_")[0].rstrip("d")[-1])

    def put(self, new: Expr) -> Expr:
        """The equation with something else in its place."""
        return put(self.equation.expr, self.path, new)

    def called(self, op: str, *args: Expr, **params: Any) -> Expr:
        """Another op in its place, with its named arguments unless others are given."""
        return self.put(call(op, *args, **{**self.params, **params}))


def uses(equations: tuple[Equation, ...], *ops: str) -> Iterator[Use]:
    """Every use of these ops."""
    for equation in equations:
        for path, node in walk(equation.expr):
            if is_op(node, *ops):
                yield Use(equation, path, node)


def both(stem: str) -> tuple[str, str]:
    """The ops of one and of two dimensions: conv1d_input, conv2d_input."""
    return stem.replace("*", "1"), stem.replace("*", "2")


def last_axes(world: World, expr: Expr, rank: int) -> tuple[int, ...]:
    """The axes that hold positions; none where the shape is not known."""
    size = len(world.shape(expr) or ())
    return tuple(range(size - rank, size)) if size >= rank else ()


def turned(world: World, kernel: Expr, rank: int) -> Expr:
    """A kernel turned by 180 degrees: reversed along the axes of its window."""
    axes = last_axes(world, kernel, rank)
    return call("flip", kernel, axis=axes if len(axes) > 1 else axes[0])


def shifted(world: World, x: Expr, rank: int) -> Iterator[tuple[str, Expr]]:
    """The input as windows see it that start one cell too far on: zeros come in at the end."""
    shape = world.shape(x) or ()
    if not is_known(shape):
        return
    axes = last_axes(world, x, rank)
    moves = {"all": axes} if rank == 1 else {"all": axes, "down": axes[:1], "right": axes[1:]}
    for kind, along in moves.items():
        if all(whole(shape)[axis] > 1 for axis in along):
            first = tuple((1, n) if i in along else (0, n) for i, n in enumerate(whole(shape)))
            room = tuple((0, n - 1) if i in along else (0, n) for i, n in enumerate(whole(shape)))
            yield kind, call("place", index(x, *first), at=At(room), shape=shape)


def positions(world: World, use: Use) -> int | None:
    """At how many positions of one example the kernel stands, where that is a number."""
    shape = world.shape(use.node.args[1]) or ()
    sizes: Shape = shape[len(shape) - use.rank :]
    count = product(sizes)
    return count if isinstance(count, int) and count > 1 else None


def cells(use: Use) -> int:
    """How many cells a window of a pooling has."""
    kernel = use.params["kernel"]
    return kernel**use.rank if isinstance(kernel, int) else int(product(kernel))  # type: ignore[arg-type]
