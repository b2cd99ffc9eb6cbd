"""Products of vectors and matrices, and what turns them."""

from __future__ import annotations

from typing import Any

import numpy as np

from backpropcli.language.nodes import Expr, Number, call
from backpropcli.ops import shapes
from backpropcli.ops.entry import Array, Op, Sample, ShapeError, Site, no_cost
from backpropcli.ops.sizes import Shape, Size, product, shape_text

MATMUL_SAMPLES = tuple(
    Sample(pair)
    for pair in (
        ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((2, 2, 3), (3,)),
        ((3,), (2, 3, 2)), ((2, 2, 3), (3, 2)), ((2, 2, 3), (2, 3, 2)), ((4, 3), (2, 3, 2)),
    )
)  # fmt: skip


def _matmul_shape(pair: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    a, b = pair
    if not a or not b:
        raise ShapeError("`@` takes vectors and matrices; multiply by a single number with `*`")
    inner = b[0] if len(b) == 1 else b[-2]
    if a[-1] != inner:
        raise ShapeError(f"the inner sizes {a[-1]} and {inner} of `@` differ")
    rows = a[-2:-1] if len(a) > 1 else ()
    columns = b[-1:] if len(b) > 1 else ()
    return shapes.broadcast((a[:-2], b[:-2]), {}) + rows + columns


def _products(pair: tuple[Shape, ...], shape: Shape) -> Size:
    return product(shape) * pair[0][-1]


def _matmul_operations(pair: tuple[Shape, ...], shape: Shape) -> Size:
    additions = product(shape) * (pair[0][-1] - 1)
    return _products(pair, shape) + additions


def _swap(x: Expr) -> Expr:
    return call("swap", x)


def _column(s: Site) -> Expr:
    """The upstream gradient with a last axis of size 1."""
    return call("reshape", s.g, shape=(*s.shape, 1))


def _row(s: Site) -> Expr:
    """The upstream gradient of a row times a stack of matrices, with an axis for the row."""
    return call("reshape", s.g, shape=(*s.shape[:-1], 1, s.shape[-1]))


def _matmul_left(s: Site) -> Expr:
    a, b = (len(shape) for shape in s.shapes)
    if (a, b) == (1, 1):
        return s.g * s.y
    if (a, b) == (2, 1):
        return call("outer", s.g, s.y)
    if b == 1:
        return _column(s) * call("reshape", s.y, shape=(1,) * (a - 1) + s.shapes[1])
    if a == 1 and b > 2:
        return call("sum", s.y * _row(s), axis=(*range(b - 2), b - 1))
    return s.g @ (s.y.T if b == 2 else _swap(s.y))


def _matmul_right(s: Site) -> Expr:
    a, b = (len(shape) for shape in s.shapes)
    if (a, b) == (1, 1):
        return s.g * s.x
    if (a, b) == (1, 2):
        return call("outer", s.x, s.g)
    if a == 1:
        column = (1,) * (b - 2) + (s.shapes[0][0], 1)
        return _row(s) * call("reshape", s.x, shape=column)
    if b == 1 and a > 2:
        return call("sum", _column(s) * s.x, axis=tuple(range(a - 1)))
    return (s.x.T if a == 2 else _swap(s.x)) @ s.g


def _swap_shape(only: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    shape = only[0]
    if len(shape) < 2:
        raise ShapeError(f"`swap` exchanges the last two axes, found {shape_text(shape)}")
    return (*shape[:-2], shape[-1], shape[-2])


def _outer_shape(pair: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    if len(pair[0]) != 1 or len(pair[1]) != 1:
        raise ShapeError(
            f"`outer` takes two vectors, found {shape_text(pair[0])} and {shape_text(pair[1])}"
        )
    return pair[0] + pair[1]


def _diagonal_shape(only: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    if len(only[0]) != 1:
        raise ShapeError(f"`diag` takes a vector, found {shape_text(only[0])}")
    return only[0] * 2


def _diagonal(x: Array) -> Array:
    result = np.zeros(x.shape * 2, x.dtype) + x[0] * 0
    for i, value in enumerate(x):
        result[i, i] = value
    return result


def _transposed(x: Array) -> Array:
    return np.asarray(x).T


def _diagonal_entries(x: Array) -> Array:
    result = np.full(x.shape * 2, Number(0), object)
    for i, value in enumerate(x):
        result[i, i] = value
    return result


def _swap_axes(x: Array) -> Array:
    return np.swapaxes(x, -1, -2)


OPS = (
    Op("matmul", "The matrix product with NumPy's meaning for vectors and stacks of matrices: "
       "(n, k) @ (k, m) is (n, m), (n, k) @ (k,) is (n,), (k,) @ (k,) is a number.",
       np.matmul, _matmul_shape, (_matmul_left, _matmul_right), 2, exact=np.matmul,
       operations=_matmul_operations, macs=_products, linear=(0, 1), samples=MATMUL_SAMPLES),
    Op("outer", "The outer product of two vectors: entry (i, j) is a[i]*b[j].",
       np.multiply.outer, _outer_shape, (lambda s: s.g @ s.y, lambda s: s.x @ s.g), 2,
       exact=np.multiply.outer, linear=(0, 1),
       latex=r"{0} \otimes {1}", samples=(Sample(((3,), (2,))),)),
    Op("transpose", "The transpose; all axes reversed.", _transposed,
       lambda only, params: only[0][::-1], (lambda s: s.g.T,), exact=_transposed,
       operations=no_cost, linear=(0,), samples=(Sample(((2, 3),)), Sample(((2, 3, 2),)))),
    Op("swap", "The last two axes exchanged: the transpose of each matrix of a stack.",
       _swap_axes, _swap_shape, (lambda s: _swap(s.g),), exact=_swap_axes, operations=no_cost,
       linear=(0,), latex=r"{0}^{{\top}}", samples=(Sample(((2, 3, 2),)),)),
    Op("diag", "The square matrix with a vector on its diagonal.", _diagonal, _diagonal_shape,
       (lambda s: call("sum", s.g * call("eye", n=s.shape[0]), axis=0),), exact=_diagonal,
       entries=_diagonal_entries,
       operations=no_cost, linear=(0,), samples=(Sample(((3,),)),)),
)  # fmt: skip
