"""Sums, means and extremes, over everything or along ``axis=`` (counted from 0)."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np

from backpropcli.language.nodes import Expr, Name, Number, call
from backpropcli.ops import shapes
from backpropcli.ops.entry import Array, Op, Sample, Site
from backpropcli.ops.sizes import Shape, Size, product

ALONG = ("axis", "keepdims")
# NumPy's stubs know no keepdims that is a variable.
_add: Any = np.add.reduce
_maximum: Any = np.maximum.reduce
_minimum: Any = np.minimum.reduce
SAMPLES = (
    Sample(((3,),)), Sample(((2, 3),)), Sample(((2, 3),), {"axis": 0}),
    Sample(((2, 3),), {"axis": 1, "keepdims": True}), Sample(((2, 3, 2),), {"axis": (0, 2)}),
)  # fmt: skip


def size_expr(size: Size) -> Expr:
    """A size as a number or, where it has a name, as an expression in the names."""
    if isinstance(size, int):
        return Number(size)
    total: Expr | None = None
    for factors, times in size.terms.items():
        term: Expr = Number(abs(times))
        for name in factors:
            term = Name(name) if term == Number(1) else term * Name(name)
        if total is None:
            total = -term if times < 0 else term
        else:
            total = total - term if times < 0 else total + term
    assert total is not None
    return total


def _reduced_size(s: Site) -> Size:
    axes = shapes.axes_of(len(s.shapes[0]), s.params.get("axis"))
    return product(s.shapes[0][axis] for axis in axes)


def spread(s: Site, value: Expr) -> Expr:
    """A value of the reduced shape, repeated along the axes that were reduced."""
    if s.params.get("keepdims"):
        return value
    return call("expand", value, shape=s.shapes[0], axis=s.params.get("axis"))


def _total(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    return _add(x, axis=axis, keepdims=keepdims)


def _mean(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    x = np.asarray(x)
    total = _add(x, axis=axis, keepdims=keepdims)
    count = x.size if axis is None else x.size // max(1, np.size(total))
    return total / count


def _mean_exact(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    x = np.asarray(x, object)
    total = _add(x, axis=axis, keepdims=keepdims)
    return total / (Fraction(x.size, np.size(total)))


def _largest(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    return _maximum(x, axis=axis, keepdims=keepdims)


def _smallest(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    return _minimum(x, axis=axis, keepdims=keepdims)


def entries_of(name: str) -> Any:
    """The extreme of expressions, as nested calls of the op for two."""

    def pair(a: Expr, b: Expr) -> Expr:
        return call(name, a, b)

    def one(items: Array) -> Expr:
        result: Expr = reduce(pair, items.tolist())
        return result

    def over(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
        axes = shapes.axes_of(x.ndim, axis)
        moved = np.moveaxis(x, axes, range(len(axes)))
        rest = moved.shape[len(axes) :]
        flat = moved.reshape(-1, int(np.prod(rest, dtype=int)))
        result = np.empty(flat.shape[1], object)
        for i in range(flat.shape[1]):
            result[i] = one(flat[:, i])
        kept = [1 if i in axes else n for i, n in enumerate(x.shape)] if keepdims else rest
        return result.reshape(tuple(kept))

    return over


def first_winner(x: Array, axis: Any, best: Any) -> Array:
    """1 at the first extreme entry along the axes, 0 elsewhere, in the type of ``x``."""
    x = np.asarray(x)
    if x.ndim == 0:
        return x * 0 + 1
    axes = shapes.axes_of(x.ndim, axis)
    moved = np.moveaxis(x, axes, range(len(axes)))
    flat = moved.reshape(-1, int(np.prod(moved.shape[len(axes) :], dtype=int)))
    marks = flat * 0
    marks[best(flat, axis=0), np.arange(flat.shape[1])] += 1
    return np.moveaxis(marks.reshape(moved.shape), range(len(axes)), axes)


def is_max(x: Array, axis: Any = None) -> Array:
    """1 at the first largest entry, 0 elsewhere."""
    return first_winner(x, axis, np.argmax)


def is_min(x: Array, axis: Any = None) -> Array:
    """1 at the first smallest entry, 0 elsewhere."""
    return first_winner(x, axis, np.argmin)


def _extreme_vjp(mark: str) -> Any:
    def vjp(s: Site) -> Expr:
        return spread(s, s.g) * call(mark, s.x, axis=s.params.get("axis"))

    return vjp


def _logsumexp(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    top = np.maximum.reduce(x, axis=axis, keepdims=True)
    total = np.log(np.add.reduce(np.exp(x - top), axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis=shapes.axes_of(np.ndim(x), axis))


def _logsumexp_vjp(s: Site) -> Expr:
    return spread(s, s.g) * call("exp", s.x - spread(s, s.out))


def _along(s: Site) -> dict[str, Any]:
    return {"axis": s.params.get("axis"), "keepdims": s.params.get("keepdims")}


def _norm(x: Array) -> Array:
    return np.sqrt(np.add.reduce(np.square(x), axis=None))


def _all_but_one(only: tuple[Shape, ...], shape: Shape) -> Size:
    return product(only[0]) - product(shape)


def _each_in(only: tuple[Shape, ...], shape: Shape) -> Size:
    return product(only[0])


def _norm_cost(only: tuple[Shape, ...], shape: Shape) -> Size:
    return 2 * product(only[0])


OPS = (
    Op("sum", "The sum of all entries, or along `axis=`.", _total, shapes.reduced,
       (lambda s: spread(s, s.g),), params=ALONG, exact=_total, operations=_all_but_one,
       linear=(0,), samples=SAMPLES),
    Op("mean", "The mean of all entries, or along `axis=`.", _mean, shapes.reduced,
       (lambda s: spread(s, s.g) / size_expr(_reduced_size(s)),), params=ALONG,
       exact=_mean_exact, operations=_each_in, linear=(0,), samples=SAMPLES),
    Op("max", "The largest entry, or along `axis=`; the first of equal entries gets the gradient.",
       _largest, shapes.reduced, (_extreme_vjp("is_max"),), params=ALONG, exact=_largest,
       entries=entries_of("maximum"), operations=_all_but_one, latex=r"\max\left({0}\right)",
       samples=SAMPLES),
    Op("min", "The smallest entry, or along `axis=`; the first of equal entries gets the gradient.",
       _smallest, shapes.reduced, (_extreme_vjp("is_min"),), params=ALONG, exact=_smallest,
       entries=entries_of("minimum"), operations=_all_but_one, latex=r"\min\left({0}\right)",
       samples=SAMPLES),
    Op("is_max", "1 at the first largest entry (along `axis=`), 0 elsewhere; derivative 0.",
       is_max, shapes.same, (None,), params=("axis",), exact=is_max,
       samples=(Sample(((2, 3),), {"axis": 1}),)),
    Op("is_min", "1 at the first smallest entry (along `axis=`), 0 elsewhere; derivative 0.",
       is_min, shapes.same, (None,), params=("axis",), exact=is_min,
       samples=(Sample(((2, 3),), {"axis": 1}),)),
    Op("logsumexp", "The logarithm of the sum of exponentials, computed without overflow.",
       _logsumexp, shapes.reduced, (_logsumexp_vjp,), params=ALONG,
       expansion=lambda s: call("log", call("sum", call("exp", s.x), **_along(s))),
       operations=_norm_cost, samples=SAMPLES),
    Op("norm", "The Euclidean norm: the square root of the sum of all squares; its gradient at 0 "
       "is 0.", _norm,
       shapes.scalar, (lambda s: s.g * call("over", s.x, s.out),),
       expansion=lambda s: call("sqrt", call("sum", s.x**2)), operations=_norm_cost,
       latex=r"\left\|{0}\right\|", samples=(Sample(((3,),)), Sample(((2, 3),)))),
)  # fmt: skip
