"""Convolutions of arrays: what the ops of convolution.py compute.

All positions of all examples stand in one row, so that each pass is one matrix product; where that
would take too much memory it is a product for each cell of the window. The examples come last in
memory: then windows are copied and added up in long runs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from backpropcli.ops import windows as w
from backpropcli.ops.entry import Array, ShapeError
from backpropcli.ops.sizes import Shape, Size, shape_text
from backpropcli.ops.windows import Windows

Params = Mapping[str, Any]
MOST_IN_COLUMNS = 20_000_000  # numbers of all windows side by side


class Frame(NamedTuple):
    """A convolution with all its axes: x (batch, in, *sizes), K (out, in/groups, *kernel).

    ``out`` is the shape of the result as the operands are written, without the missing axes.
    """

    x: Shape
    kernel: Shape
    sizes: Shape  # of the result
    out: Shape
    windows: Windows
    groups: int

    @property
    def result(self) -> Shape:
        """The shape of the result with all its axes."""
        return (self.x[0], self.kernel[0], *self.sizes)


def frame(rank: int, x: Shape, kernel: Shape, params: Params) -> Frame:
    """How an input and a kernel over ``rank`` axes fit together; raises ``ShapeError``."""
    groups = w.pair("groups", params.get("groups", 1), 1)[0]
    full_x, full_kernel, before = _filled(rank, x, kernel)
    seen, channels = full_kernel[1], full_x[1]
    if seen * groups != channels:
        share = f" in each of {groups} groups" if groups > 1 else ""
        raise ShapeError(
            f"the kernel {shape_text(kernel)} takes {_channels(seen)}{share}, the input has "
            f"{channels}"
        )
    if isinstance(full_kernel[0], int) and full_kernel[0] % groups:
        raise ShapeError(f"{full_kernel[0]} kernels cannot be shared out to {groups} groups")
    found = w.read(full_kernel[2:], params, (1,) * rank)
    sizes = found.sizes(full_x[2:])
    return Frame(full_x, full_kernel, sizes, before + sizes, found, groups)


def _filled(rank: int, x: Shape, kernel: Shape) -> tuple[Shape, Shape, Shape]:
    """Both shapes with all axes, and the axes of the result before its sizes."""
    extra = (len(x) - rank, len(kernel) - rank)
    if extra == (0, 0):
        return (1, 1, *x), (1, 1, *kernel), ()
    if extra == (0, 1):
        return (1, 1, *x), (kernel[0], 1, *kernel[1:]), kernel[:1]
    if extra == (0, 2):
        return (1, 1, *x), kernel, kernel[:1]
    if extra == (1, 1):
        return (1, *x), (1, *kernel), ()
    if extra == (1, 2):
        return (1, *x), kernel, kernel[:1]
    if extra == (2, 2):
        return x, kernel, (x[0], kernel[0])
    sizes = "height, width" if rank == 2 else "length"
    small = "kh, kw" if rank == 2 else "k"
    raise ShapeError(
        f"the input {shape_text(x)} and the kernel {shape_text(kernel)} do not fit: an input is "
        f"(batch, channels, {sizes}) or a part of that from the right, a kernel (out, in, {small})"
    )


def _channels(count: Size) -> str:
    return "1 channel" if count == 1 else f"{count} channels"


def _columns(x: Array, found: Frame) -> Array:
    """Each window as a column: (groups, in/groups * kernel, positions * batch)."""
    sizes, out = w.known(found.x[2:]), w.known(found.sizes)
    x = np.moveaxis(np.reshape(x, w.known(found.x)), 0, -1)
    x = np.ascontiguousarray(w.padded(x, (*found.windows.pads(sizes), (0, 0))))
    seen = w.views(np.moveaxis(x, -1, 0), found.windows, out)
    rank = len(out)
    order = (1, *range(2 + rank, 2 + 2 * rank), *range(2, 2 + rank), 0)
    return seen.transpose(order).reshape(found.groups, -1, x.shape[-1] * math.prod(out))


def _rows(kernel: Array, found: Frame) -> Array:
    """Each kernel as a row: (groups, out/groups, in/groups * kernel)."""
    full = w.known(found.kernel)
    return np.reshape(kernel, (found.groups, full[0] // found.groups, -1))


def _grouped(g: Array, found: Frame) -> Array:
    """A result or its gradient: (groups, out/groups, positions * batch)."""
    batch_last = np.moveaxis(np.reshape(g, w.known(found.result)), 0, -1)
    return batch_last.reshape(found.groups, batch_last.shape[0] // found.groups, -1)


def convolved(
    rank: int, x: Array, kernel: Array, bias: Array | None = None, **params: Any
) -> Array:
    """The convolution, plus a bias for each kernel."""
    found = frame(rank, np.shape(x), np.shape(kernel), params)
    rows = _rows(kernel, found)
    if is_large(found):
        parts = _by_cell(rows, found)
        z = sum(part @ seen for part, seen in zip(parts, _cells(x, found), strict=True))
    else:
        z = rows @ _columns(x, found)
    if bias is not None:
        z = z + np.reshape(bias, (found.groups, -1, 1))
    batch, out, *sizes = w.known(found.result)
    return np.reshape(np.moveaxis(z.reshape(out, *sizes, batch), -1, 0), w.known(found.out))


def input_gradient(rank: int, g: Array, kernel: Array, shape: Shape, **params: Any) -> Array:
    """What each window sends back to the cells that it covered."""
    found = frame(rank, shape, np.shape(kernel), params)
    rows, grouped = _rows(kernel, found), _grouped(g, found)
    batch, channels = w.known(found.x[:2])
    if is_large(found):
        sent = (np.swapaxes(part, -1, -2) @ grouped for part in _by_cell(rows, found))
        parts = (_batch_first(one, channels, batch, found) for one in sent)
        like = np.moveaxis(grouped.reshape(-1, *w.known(found.sizes), batch), -1, 0)
        return np.reshape(w.scattered(parts, found.windows, w.known(found.x), like), w.known(shape))
    whole = np.reshape(np.swapaxes(rows, -1, -2) @ grouped, (channels, w.count(found.windows), -1))
    cells = [_batch_first(whole[:, i], channels, batch, found) for i in range(whole.shape[1])]
    total = w.scattered(iter(cells), found.windows, w.known(found.x), cells[0])
    return np.reshape(total, w.known(shape))


def kernel_gradient(rank: int, x: Array, g: Array, shape: Shape, **params: Any) -> Array:
    """Each kernel's upstream gradient times the windows that it saw, over all positions."""
    found = frame(rank, np.shape(x), shape, params)
    grouped = _grouped(g, found)
    if is_large(found):
        parts = [grouped @ np.swapaxes(seen, -1, -2) for seen in _cells(x, found)]
        return np.reshape(np.stack(parts, axis=-1), w.known(shape))
    return np.reshape(grouped @ np.swapaxes(_columns(x, found), -1, -2), w.known(shape))


def is_large(found: Frame) -> bool:
    """Whether all windows side by side would take too much memory."""
    numbers = math.prod(w.known(found.x[:2])) * math.prod(w.known(found.sizes))
    return numbers * w.count(found.windows) > MOST_IN_COLUMNS


def _by_cell(rows: Array, found: Frame) -> Iterator[Array]:
    """The kernels' numbers at each cell of the window: (groups, out/groups, in/groups)."""
    split = rows.reshape(*rows.shape[:2], -1, w.count(found.windows))
    return (split[..., cell] for cell in range(split.shape[-1]))


def _cells(x: Array, found: Frame) -> Iterator[Array]:
    """What stands at each cell of all windows: (groups, in/groups, positions * batch)."""
    sizes = w.known(found.x[2:])
    x = w.padded(np.reshape(x, w.known(found.x)), found.windows.pads(sizes))
    for cell in found.windows.cells(w.known(found.sizes)):
        seen = np.moveaxis(x[(..., *cell)], 0, -1)
        yield seen.reshape(found.groups, seen.shape[0] // found.groups, -1)


def _batch_first(sent: Array, channels: int, batch: int, found: Frame) -> Array:
    """What one cell of all windows sends back: (batch, in, *sizes)."""
    return np.moveaxis(sent.reshape(channels, *w.known(found.sizes), batch), -1, 0)
