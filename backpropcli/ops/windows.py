"""Windows that slide over the last axes of an array: where they stand, and what is in them.

Sizes round down: a window that does not fit any more is left out. ``padding=same`` gives as many
windows as the stride fits into the input, with an odd cell of padding at the end (as TensorFlow).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product as positions_of
from typing import Any, NamedTuple

import numpy as np

from backpropcli.language.nodes import Expr, Number
from backpropcli.ops.entry import Array, ShapeError
from backpropcli.ops.sizes import Shape, floor_divided, is_known, product, shape_text, whole

MOST_CELLS = 65_536  # of a window: each is a step of a loop
Pads = tuple[tuple[int, int], ...]


class Windows(NamedTuple):
    """Windows over ``rank`` axes: their size, steps between their starts and cells, padding."""

    kernel: Shape
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: tuple[int, ...] | None  # None is "same"

    def sizes(self, sizes: Shape) -> Shape:
        """How many windows stand along each axis; raises ``ShapeError`` where none does."""
        found = []
        for axis, size in enumerate(sizes):
            stride = self.stride[axis]
            if self.padding is None:
                found.append(floor_divided(size + stride - 1, stride))
                continue
            reach = self.dilation[axis] * (self.kernel[axis] - 1) + 1
            room = size + 2 * self.padding[axis] - reach
            if isinstance(room, int) and room < 0:
                raise ShapeError(
                    f"the window {shape_text(self.kernel)} is larger than the input "
                    f"{shape_text(sizes)}" + (" with its padding" if any(self.padding) else "")
                )
            found.append(floor_divided(room, stride) + 1)
        return tuple(found)

    def pads(self, sizes: tuple[int, ...]) -> Pads:
        """The padding before and after each axis."""
        if self.padding is not None:
            return tuple((p, p) for p in self.padding)
        found = []
        for axis, (size, out) in enumerate(zip(sizes, whole(self.sizes(sizes)), strict=True)):
            reach = self.dilation[axis] * (whole(self.kernel)[axis] - 1) + 1
            total = max((out - 1) * self.stride[axis] + reach - size, 0)
            found.append((total // 2, total - total // 2))
        return tuple(found)

    def cells(self, out: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
        """For each cell of a window, row by row, where it lies in the padded array."""
        for cell in positions_of(*map(range, whole(self.kernel))):
            yield tuple(
                slice(d * i, d * i + s * (n - 1) + 1, s)
                for i, d, s, n in zip(cell, self.dilation, self.stride, out, strict=True)
            )


def read(kernel: Shape, params: Mapping[str, Any], stride: tuple[int, ...]) -> Windows:
    """The windows that the named arguments describe; raises ``ShapeError`` for a wrong one."""
    rank = len(kernel)
    cells = product(kernel)
    if isinstance(cells, int) and cells > MOST_CELLS:
        raise ShapeError(
            f"a window has at most {MOST_CELLS} cells, {shape_text(kernel)} has {cells}"
        )
    padding = params.get("padding", 0)
    own = (
        None
        if padding == "same"
        else pair("padding", 0 if padding == "valid" else padding, rank, 0)
    )
    return Windows(
        kernel,
        pair("stride", params["stride"], rank) if "stride" in params else stride,
        pair("dilation", params.get("dilation", 1), rank),
        own,
    )


def pair(key: str, value: Any, rank: int, least: int = 1) -> tuple[int, ...]:
    """A whole number for all axes, or one for each."""
    items = value if isinstance(value, tuple) else (value,) * rank
    if all(type(i) is int and i >= least for i in items) and len(items) == rank:
        return items
    many = f" or {'a pair' if rank == 2 else rank} of them" if rank > 1 else ""
    words = ", or `same`" if key == "padding" else ""
    raise ShapeError(f"{key}= is a whole number from {least} on{many}{words}")


def padded(x: Array, pads: Pads, value: Any = 0) -> Array:
    """The array with its last axes padded by a value, of the kind of number that it holds."""
    if not any(map(any, pads)):
        return x
    if x.dtype == object and value == 0:
        value = number_like(x, 0)
    free = ((0, 0),) * (x.ndim - len(pads))
    sizes = [n + a + b for n, (a, b) in zip(x.shape, (*free, *pads), strict=True)]
    result = np.full(sizes, value, x.dtype)
    result[inner(pads)] = x
    return result


def inner(pads: Pads) -> tuple[Any, ...]:
    """The index of what is not padding."""
    return (..., *(slice(a, -b or None) for a, b in pads))


def number_like(x: Array, value: int) -> Any:
    """A whole number from 0 on as the array holds numbers: floats, Fractions or expressions."""
    if x.dtype != object:
        return float(value)
    return Number(value) if x.size and isinstance(x.flat[0], Expr) else Fraction(value)


def zeros(shape: tuple[int, ...], like: Array) -> Array:
    """An array of zeros that holds numbers as another does, its axes as far apart in memory."""
    order = sorted(range(like.ndim), key=lambda axis: -like.strides[axis])
    result = np.full([shape[axis] for axis in order], number_like(like, 0), like.dtype)
    return result.transpose(np.argsort(order))


def views(x: Array, windows: Windows, out: tuple[int, ...]) -> Array:
    """All windows of a padded array, as a view: (..., *out, *kernel)."""
    rank = len(out)
    steps = x.strides[-rank:]
    strides = (
        *x.strides[:-rank],
        *(s * n for s, n in zip(steps, windows.stride, strict=True)),
        *(s * n for s, n in zip(steps, windows.dilation, strict=True)),
    )
    shape = (*x.shape[:-rank], *out, *whole(windows.kernel))
    return np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False)


def scattered(
    parts: Iterator[Array], windows: Windows, shape: tuple[int, ...], like: Array
) -> Array:
    """The sum of what each window sends back, an array for each of its cells; padding is cut."""
    sizes = shape[-len(windows.kernel) :]
    pads, out = windows.pads(sizes), whole(windows.sizes(sizes))
    free = shape[: -len(sizes)]
    total = zeros((*free, *(n + a + b for n, (a, b) in zip(sizes, pads, strict=True))), like)
    overlapping = any(s < k for s, k in zip(windows.stride, known(windows.kernel), strict=True))
    apart = not overlapping and set(windows.dilation) == {1}
    for cell, part in zip(windows.cells(out), parts, strict=True):
        if apart:
            total[(..., *cell)] = part
        else:
            total[(..., *cell)] += part
    return total[inner(pads)]


def known(shape: Shape) -> tuple[int, ...]:
    """A shape whose sizes are numbers, for the evaluators."""
    if not is_known(shape):
        raise ShapeError(f"{shape_text(shape)} has named sizes")
    return whole(shape)


def count(windows: Windows) -> int:
    """How many cells a window has."""
    total = 1
    for size in known(windows.kernel):
        total *= size
    return total
