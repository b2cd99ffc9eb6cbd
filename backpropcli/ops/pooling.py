"""Pooling: each window of the last axes becomes one number, its largest or its mean.

The window is ``kernel=``, a number or a pair; windows follow each other without overlap unless
``stride=`` says otherwise. Padded cells never win a maximum; in a mean they count as zeros, as in
PyTorch. Of equal largest cells the first, row by row, gets the gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial, reduce
from itertools import repeat
from typing import Any

import numpy as np

from backpropcli.language.nodes import Expr, call
from backpropcli.ops import windows as w
from backpropcli.ops.entry import Array, Inexact, Op, Sample, ShapeError, Site, Spent, no_cost
from backpropcli.ops.reductions import entries_of, size_expr
from backpropcli.ops.sizes import Shape, Size, product, shape_text
from backpropcli.ops.windows import Windows

SETTINGS = ("kernel", "stride", "padding")
Params = Mapping[str, Any]


def read(rank: int, shape: Shape, params: Params) -> Windows:
    """The windows over the last ``rank`` axes; raises ``ShapeError`` for a wrong argument."""
    if "kernel" not in params:
        raise ShapeError(f"kernel= is missing, such as {'2' if rank == 1 else '2 or [2, 3]'}")
    if len(shape) < rank:
        raise ShapeError(f"pooling runs over {rank} axes, found {shape_text(shape)}")
    kernel = w.pair("kernel", params["kernel"], rank)
    found = w.read(kernel, params, kernel)
    if found.padding is not None and any(
        p >= k for p, k in zip(found.padding, kernel, strict=True)
    ):
        raise ShapeError("padding= is smaller than the window: one of padding alone has no value")
    return found


def _shape(rank: int, only: tuple[Shape, ...], params: Params) -> Shape:
    shape = only[0]
    return shape[: len(shape) - rank] + read(rank, shape, params).sizes(shape[-rank:])


def _cells(rank: int, x: Array, windows: Windows, value: Any) -> Iterator[Array]:
    """For each cell of the windows, what stands there in all of them."""
    sizes = x.shape[-rank:]
    full = w.padded(x, windows.pads(sizes), value)
    for cell in windows.cells(w.known(windows.sizes(sizes))):
        yield full[(..., *cell)]


def _largest(rank: int, x: Array, **params: Any) -> Array:
    return reduce(np.maximum, _cells(rank, x, read(rank, x.shape, params), -np.inf))


def _entries_largest(rank: int, x: Array, **params: Any) -> Array:
    """The largest of expressions, as nested calls of the op for two; padding has no part in it."""
    pair = np.frompyfunc(_larger, 2, 1)
    cells = _cells(rank, x, read(rank, x.shape, params), None)
    return np.asarray(reduce(pair, cells), object)


def _larger(a: Expr | None, b: Expr | None) -> Expr | None:
    if a is None or b is None:
        return b if a is None else a
    return call("maximum", a, b)


def _winners(rank: int, x: Array, windows: Windows) -> Array:
    """The number of the cell, counted row by row, that is the first largest of each window."""
    cells = _cells(rank, x, windows, -np.inf)
    best = next(cells)
    winner = np.zeros_like(best, np.int32)
    for number, cell in enumerate(cells, 1):
        np.copyto(winner, number, where=np.greater(cell, best))
        best = np.maximum(best, cell)
    return winner


def _max_input(rank: int, g: Array, x: Array, **params: Any) -> Array:
    windows = read(rank, x.shape, params)
    winner = _winners(rank, x, windows)
    cells = w.count(windows)
    parts = (np.where(winner == cell, g, w.number_like(g, 0)) for cell in range(cells))
    return w.scattered(parts, windows, x.shape, g)


def _max_at(rank: int, u: Array, x: Array, **params: Any) -> Array:
    windows = read(rank, x.shape, params)
    winner = _winners(rank, x, windows)
    cells = _cells(rank, u, windows, 0)
    found = (np.where(winner == n, cell, w.number_like(u, 0)) for n, cell in enumerate(cells))
    total: Array = reduce(np.add, found)
    return total


def _no_entries(*operands: Array, **params: Any) -> Array:
    """Which cell wins is no expression of entries."""
    raise Inexact


def _max_input_shape(rank: int, pair: tuple[Shape, ...], params: Params) -> Shape:
    _fits(pair[0], _shape(rank, pair[1:], params))
    return pair[1]


def _max_at_shape(rank: int, pair: tuple[Shape, ...], params: Params) -> Shape:
    if pair[0] != pair[1]:
        raise ShapeError(f"both need one shape, found {shape_text(pair[0])}, {shape_text(pair[1])}")
    return _shape(rank, pair, params)


def _fits(g: Shape, out: Shape) -> None:
    if g != out:
        raise ShapeError(
            f"the upstream gradient is {shape_text(g)}, the pooling gives {shape_text(out)}"
        )


def _mean(rank: int, x: Array, **params: Any) -> Array:
    windows = read(rank, x.shape, params)
    total: Array = reduce(np.add, _cells(rank, x, windows, 0))
    return total / w.number_like(x, w.count(windows))


def _mean_input(rank: int, g: Array, shape: Shape, **params: Any) -> Array:
    windows = read(rank, shape, params)
    cells = w.count(windows)
    parts = repeat(g / w.number_like(g, cells), cells)
    return w.scattered(parts, windows, w.known(shape), g)


def _mean_input_shape(rank: int, only: tuple[Shape, ...], params: Params) -> Shape:
    shape = tuple(params["shape"])
    _fits(only[0], _shape(rank, (shape,), params))
    return shape


def _settings(s: Site) -> dict[str, Any]:
    return {key: value for key, value in s.params.items() if key != "shape"}


def _cost(rank: int, each: int, own: tuple[Shape, ...], shape: Shape, params: Params) -> Spent:
    """A comparison or an addition less than there are cells, and ``each`` more for a window."""
    cells = w.count(read(rank, own[0], params))
    return product(shape) * (cells - 1 + each), 0


def _sent_cost(rank: int, own: tuple[Shape, ...], shape: Shape, params: Params) -> Spent:
    return product(own[0]), 0


MAX_SAMPLES = {
    1: (
        Sample(((5,),), {"kernel": 2}),
        Sample(((2, 4),), {"kernel": 3, "stride": 1, "padding": 1}),
    ),
    2: (
        Sample(((4, 4),), {"kernel": 2}),
        Sample(((2, 3, 4),), {"kernel": (2, 3), "stride": 1}),
        Sample(((3, 3),), {"kernel": 2, "padding": 1, "stride": 2}),
        Sample(((1, 2, 3, 3),), {"kernel": 2, "padding": "same"}),
    ),
}


def _twice(sample: Sample) -> Sample:
    """The sample with a second operand of the same shape."""
    return sample._replace(shapes=sample.shapes * 2)


def _with_upstream(rank: int, sample: Sample) -> Sample:
    """The sample with an upstream gradient before the input."""
    g = w.known(_shape(rank, sample.shapes, sample.params))
    return sample._replace(shapes=(g, *sample.shapes))


def _of_upstream(rank: int, sample: Sample) -> Sample:
    """The sample with an upstream gradient, and the shape of the input as an argument."""
    g = w.known(_shape(rank, sample.shapes, sample.params))
    return Sample((g,), {"shape": sample.shapes[0], **sample.params})


def _ops(rank: int) -> tuple[Op, ...]:
    largest, mean = f"maxpool{rank}d", f"avgpool{rank}d"
    samples = MAX_SAMPLES[rank]
    axes = "axis" if rank == 1 else f"{rank} axes"

    def bound(function: Callable[..., Any], *more: Any) -> Any:
        return partial(function, rank, *more)

    def turn(name: str) -> Any:
        return lambda s: call(name, s.g, s.y, **s.params)

    return (
        Op(largest, f"The largest number of each window over the last {axes}; the first of equal "
           "ones gets the gradient, and padding never wins.",
           bound(_largest), bound(_shape),
           (lambda s: call(f"{largest}_input", s.g, s.x, **s.params),), params=SETTINGS,
           exact=bound(_largest), entries=bound(_entries_largest), cost=bound(_cost, 0),
           samples=samples),
        Op(f"{largest}_input", f"The gradient of {largest}: each upstream entry goes to the cell "
           "of x that won its window.", bound(_max_input), bound(_max_input_shape),
           (turn(f"{largest}_at"), None), 2, params=SETTINGS, exact=bound(_max_input),
           entries=_no_entries, cost=bound(_sent_cost), linear=(0,),
           samples=tuple(_with_upstream(rank, sample) for sample in samples)),
        Op(f"{largest}_at", f"What stands in u where x wins the windows of {largest}.",
           bound(_max_at), bound(_max_at_shape), (turn(f"{largest}_input"), None), 2,
           params=SETTINGS, exact=bound(_max_at), entries=_no_entries, operations=no_cost,
           linear=(0,), samples=tuple(map(_twice, samples))),
        Op(mean, f"The mean of each window over the last {axes}; padded cells count as zeros.",
           bound(_mean), bound(_shape),
           (lambda s: call(f"{mean}_input", s.g, shape=s.shapes[0], **s.params),),
           params=SETTINGS, exact=bound(_mean), cost=bound(_cost, 1), linear=(0,),
           samples=samples),
        Op(f"{mean}_input", f"The gradient of {mean}: each upstream entry, divided by the size of "
           "the window, goes to all its cells. `shape=` is that of the input.",
           bound(_mean_input), bound(_mean_input_shape),
           (lambda s: call(mean, s.g, **_settings(s)),), params=("shape", *SETTINGS),
           exact=bound(_mean_input), cost=bound(_sent_cost), linear=(0,),
           samples=tuple(_of_upstream(rank, sample) for sample in samples)),
    )  # fmt: skip


def _global_shape(only: tuple[Shape, ...], params: Params) -> Shape:
    if len(only[0]) < 2:
        raise ShapeError(f"it runs over the last two axes, found {shape_text(only[0])}")
    return only[0][:-2]


def _plane(s: Site) -> tuple[int, int]:
    """The last two axes."""
    rank = len(s.shapes[0])
    return rank - 2, rank - 1


def _everywhere(s: Site, g: Expr) -> Expr:
    """One number for each channel, in all positions."""
    return call("expand", g, shape=s.shapes[0], axis=_plane(s))


def _global_cost(each: int) -> Any:
    def rule(own: tuple[Shape, ...], shape: Shape) -> Size:
        return product(own[0]) + product(shape) * (each - 1)

    return rule


def _global(name: str) -> Any:
    """NumPy's reduction over the last two axes."""
    return lambda x: getattr(np, name).reduce(x, axis=(-2, -1))


def _global_mean(x: Array) -> Array:
    x = np.asarray(x)
    size = x.shape[-2] * x.shape[-1]
    return np.add.reduce(x, axis=(-2, -1)) / w.number_like(x, size)


def _largest_entries(x: Array) -> Array:
    return entries_of("maximum")(x, axis=(x.ndim - 2, x.ndim - 1))


GLOBAL_SAMPLES = (Sample(((2, 3),)), Sample(((2, 2, 3),)), Sample(((2, 2, 2, 3),)))

OPS = (
    *_ops(1), *_ops(2),
    Op("globalavgpool", "The mean of each channel over the last two axes.", _global_mean,
       _global_shape,
       (lambda s: _everywhere(s, s.g / size_expr(product(s.shapes[0][-2:]))),),
       exact=_global_mean, operations=_global_cost(1), linear=(0,),
       expansion=lambda s: call("mean", s.x, axis=_plane(s)), samples=GLOBAL_SAMPLES,
       source="Lin et al. 2014, section 3.2"),
    Op("globalmaxpool", "The largest number of each channel over the last two axes; the first of "
       "equal ones gets the gradient.", _global("maximum"), _global_shape,
       (lambda s: _everywhere(s, s.g) * call("is_max", s.x, axis=_plane(s)),),
       exact=_global("maximum"), operations=_global_cost(0), entries=_largest_entries,
       expansion=lambda s: call("max", s.x, axis=_plane(s)), samples=GLOBAL_SAMPLES),
)  # fmt: skip
