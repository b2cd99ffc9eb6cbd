"""Shape rules that several ops share."""

from __future__ import annotations

from typing import Any

from backpropcli.ops.entry import ShapeError
from backpropcli.ops.sizes import Shape, Size, shape_text


def same(shapes: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    """The shape of the first operand."""
    return shapes[0]


def rows(shapes: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    """The shape of the operand, which is not a single number."""
    if not shapes[0]:
        raise ShapeError("a single number has no axis to run along")
    if shapes[0][-1] == 1:
        raise ShapeError("the last axis, along which it runs, has size 1 (a column is turned: z.T)")
    return shapes[0]


def scalar(shapes: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    """A single number."""
    return ()


def broadcast(shapes: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    """NumPy's broadcasting; a column against a vector, which pairs all with all, is refused."""
    if len(shapes) == 2 and shapes[0] == shapes[1]:
        return shapes[0]
    result: Shape = ()
    for shape in shapes:
        result = _broadcast_two(result, shape, shapes)
    ranks = {len(shape) for shape in shapes if shape}
    if len(ranks) > 1 and result not in shapes:
        listed = " and ".join(shape_text(s) for s in shapes)
        raise ShapeError(f"{listed} would pair all with all, to {shape_text(result)}")
    return result


def _broadcast_two(left: Shape, right: Shape, shapes: tuple[Shape, ...]) -> Shape:
    rank = max(len(left), len(right))
    left = (1,) * (rank - len(left)) + left
    right = (1,) * (rank - len(right)) + right
    sizes: list[Size] = []
    for a, b in zip(left, right, strict=True):
        if a != b and a != 1 and b != 1:
            listed = " and ".join(shape_text(s) for s in shapes)
            raise ShapeError(f"the shapes {listed} do not fit together ({a} against {b})")
        sizes.append(b if a == 1 else a)
    return tuple(sizes)


def matched(shapes: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    """A single number from two operands of one shape; only single numbers are broadcast.

    A column against a vector, (n, 1) against (n,), would broadcast to (n, n): refused.
    """
    single = all(size == 1 for shape in shapes for size in shape)
    if shapes[0] != shapes[1] and not single:
        raise ShapeError(
            f"both need one shape, found {shape_text(shapes[0])} and {shape_text(shapes[1])}"
        )
    return ()


def axes_of(rank: int, axis: int | tuple[int, ...] | None) -> tuple[int, ...]:
    """The axes that a reduction runs over, each from 0; None means all."""
    if axis is None:
        return tuple(range(rank))
    chosen = axis if isinstance(axis, tuple) else (axis,)
    if not all(isinstance(a, int) for a in chosen):
        raise ShapeError(f"axis= takes whole numbers, found {axis}")
    for a in chosen:
        if not -rank <= a < rank:
            axes = "1 axis" if rank == 1 else f"{rank} axes"
            raise ShapeError(
                f"axis={a} does not exist: the value has {axes}, counted from 0"
                if rank
                else f"axis={a} does not exist: the value is a single number"
            )
    found = sorted(a % rank for a in chosen)
    if len(set(found)) < len(found):
        raise ShapeError(f"axis={list(chosen)} names an axis twice")
    return tuple(found)


def reduced(shapes: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    """The shape that is left after a reduction over ``axis``."""
    shape = shapes[0]
    axes = axes_of(len(shape), params.get("axis"))
    if params.get("keepdims"):
        return tuple(1 if i in axes else size for i, size in enumerate(shape))
    return tuple(size for i, size in enumerate(shape) if i not in axes)
