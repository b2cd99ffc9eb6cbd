"""Ops that move numbers without changing them."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from backpropcli.language.nodes import At, Expr, Number, call, index
from backpropcli.ops import shapes
from backpropcli.ops.entry import Array, Inexact, Op, Sample, ShapeError, Site, Vjp, no_cost
from backpropcli.ops.sizes import Shape, Size, is_known, product, shape_text


def _bounds(item: tuple[int, int | None], size: Size) -> tuple[int, Size]:
    return item[0], size if item[1] is None else item[1]


def _index_shape(only: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    shape, items = only[0], params["at"].items
    if len(items) > len(shape):
        if not shape:
            raise ShapeError("a single number has no positions")
        axes = "1 axis" if len(shape) == 1 else f"{len(shape)} axes"
        raise ShapeError(f"{len(items)} positions for {axes}")
    sizes: list[Size] = []
    for item, size in zip(items, shape, strict=False):
        first, stop = (item, item + 1) if isinstance(item, int) else _bounds(item, size)
        if isinstance(size, int) and isinstance(stop, int) and not first < stop <= size:
            raise ShapeError(
                f"the index lies outside {shape_text(shape)}"
                if first < stop
                else "the slice is empty: its last position comes before its first"
            )
        if not isinstance(item, int):
            sizes.append(stop - first)
    return tuple(sizes) + shape[len(items) :]


def selector(at: At) -> tuple[int | slice, ...]:
    """The index as NumPy takes it."""
    return tuple(i if isinstance(i, int) else slice(*i) for i in at.items)


def _index(x: Array, at: At) -> Array:
    return x[selector(at)]


def _place_shape(only: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    shape = tuple(params["shape"])
    hole = _index_shape((shape,), params)
    if hole != only[0]:
        raise ShapeError(f"the place has shape {shape_text(hole)}, not {shape_text(only[0])}")
    return shape


def _place(x: Array, at: At, shape: Any) -> Array:
    x = np.asarray(x)
    result = np.zeros(shape, x.dtype)
    if x.dtype == object:
        result += Fraction(0)
    result[selector(at)] = x[()]
    return result


def _concat_shape(many: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    parts = [shape or (1,) for shape in many]
    axis = _axis(parts[0], params)
    rest = [shape[:axis] + shape[axis + 1 :] for shape in parts]
    if any(len(p) != len(parts[0]) for p in parts) or any(r != rest[0] for r in rest):
        raise ShapeError("`concat` cannot join " + ", ".join(shape_text(s) for s in many))
    total: Size = 0
    for part in parts:
        total = total + part[axis]
    return (*parts[0][:axis], total, *parts[0][axis + 1 :])


def _axis(first: Shape, params: dict[str, Any]) -> int:
    return shapes.axes_of(len(first), params.get("axis") or 0)[0]


def _concat(*parts: Array, axis: int = 0) -> Array:
    return np.concatenate([np.atleast_1d(p) for p in parts], axis=axis)


def concat_vjp(position: int) -> Vjp:
    """The part of the upstream gradient that belongs to one operand."""

    def vjp(s: Site) -> Expr:
        axis = _axis(s.shapes[0] or (1,), s.params)
        before: Size = 0
        for shape in s.shapes[:position]:
            before = before + (shape or (1,))[axis]
        own = (s.shapes[position] or (1,))[axis]
        stop = before + own
        if not s.shapes[position]:
            if not isinstance(before, int):
                raise ShapeError("a number after a part of named size cannot be told apart")
            return index(s.g, before)
        return index(s.g, *((0, None),) * axis, (before, stop))

    return vjp


def array_vjp(position: int) -> Vjp:
    """The upstream gradient of one part of a list."""
    return lambda s: index(s.g, position)


def _array_shape(many: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    if any(shape != many[0] for shape in many):
        raise ShapeError(
            "the parts of a list need one shape, found " + ", ".join(shape_text(s) for s in many)
        )
    return (len(many), *many[0])


def _array(*parts: Array) -> Array:
    return np.stack([np.asarray(p) for p in parts])


def _reshape_shape(only: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    shape, wanted = only[0], tuple(params["shape"])
    if -1 in wanted and is_known(shape) and wanted.count(-1) == 1:
        rest = product(size for size in wanted if size != -1)
        free = product(shape)
        assert isinstance(rest, int)
        assert isinstance(free, int)
        if rest and free % rest == 0:
            wanted = tuple(free // rest if size == -1 else size for size in wanted)
    if -1 in wanted or product(shape) != product(wanted):
        raise ShapeError(f"`reshape` cannot make {shape_text(wanted)} of {shape_text(shape)}")
    return wanted


def _reshape(x: Array, shape: Any) -> Array:
    return np.reshape(x, shape)


def _flatten_shape(only: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    first = shapes.axes_of(len(only[0]), params["axis"])[0] if "axis" in params else 0
    return (*only[0][:first], product(only[0][first:]))


def _flip_shape(only: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    shapes.axes_of(len(only[0]), params.get("axis"))
    return only[0]


def _flip(x: Array, axis: Any = None) -> Array:
    return np.flip(x, axis)


def _onehot_shape(only: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    return (*only[0], params["n"])


def onehot_domain(x: Array, n: int, base: int = 1) -> str:
    """What is wrong with class numbers, or nothing."""
    return numbering_trouble(x, n, base, "class", "classes")


def numbering_trouble(x: Array, n: int, base: int, noun: str, plural: str) -> str:
    """What is wrong with numbers that name one of n things, counted from ``base``."""
    for value in np.asarray(x, float).flat:
        is_whole = np.isfinite(value) and value == int(value)
        if not is_whole or not base <= value < base + n:
            shown = int(value) if is_whole else value
            hint = f" ({plural} count from 1 here, as every index)" if base and value == 0 else ""
            return f"{noun} {shown} is not one of the {plural} {base} to {n + base - 1}{hint}"
    return ""


def _onehot(x: Array, n: int, base: int = 1) -> Array:
    return np.equal(np.arange(base, base + n), np.asarray(x, float)[..., None]).astype(float)


def _onehot_exact(x: Array, n: int, base: int = 1) -> Array:
    return _onehot(x, n, base).astype(int).astype(object) + Fraction(0)


def _expand_shape(only: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    shape, inner = tuple(params["shape"]), only[0]
    if params.get("axis") is not None:
        axes = shapes.axes_of(len(shape), params["axis"])
        kept = tuple(size for i, size in enumerate(shape) if i not in axes)
        fits = kept == inner
    else:
        fits = len(inner) <= len(shape) and shapes.broadcast((inner, shape), {}) == shape
    if not fits:
        raise ShapeError(f"{shape_text(inner)} cannot be repeated to {shape_text(shape)}")
    return shape


def _expand(x: Array, shape: Any, axis: Any = None) -> Array:
    if axis is not None:
        x = np.expand_dims(x, shapes.axes_of(len(shape), axis))
    return np.broadcast_to(x, shape)


def _expand_vjp(s: Site) -> Expr:
    axis = s.params.get("axis")
    if axis is None and s.shapes[0]:
        axis = tuple(range(len(s.shape) - len(s.shapes[0])))
    return call("sum", s.g, axis=axis)


def _place_entries(x: Array, at: At, shape: Any) -> Array:
    result = np.full(shape, Number(0), object)
    result[selector(at)] = np.asarray(x, object)[()]
    return result


def _onehot_entries(x: Array, n: int, base: int = 1) -> Array:
    if not all(isinstance(entry, Number) for entry in np.asarray(x, object).flat):
        raise Inexact
    numbers = np.frompyfunc(lambda entry: entry.value, 1, 1)(x)
    return _onehot_exact(numbers, n, base)


def _eye(n: int) -> Array:
    return np.eye(n)


def _eye_exact(n: int) -> Array:
    return np.eye(n, dtype=int).astype(object) + Fraction(0)


def _place_vjp(s: Site) -> Expr:
    return index(s.g, *s.params["at"].items)


def _index_vjp(s: Site) -> Expr:
    return call("place", s.g, at=s.params["at"], shape=s.shapes[0])


def _back(s: Site) -> Expr:
    return call("reshape", s.g, shape=s.shapes[0])


def _flatten(x: Array, axis: int = 0) -> Array:
    x = np.asarray(x)
    kept = x.shape[: shapes.axes_of(x.ndim, axis)[0]] if axis else ()
    return np.reshape(x, (*kept, math.prod(x.shape[len(kept) :])))


OPS = (
    Op("index", "An entry or a slice, counted from `index_from`; both ends of a slice are "
       "included.", _index, _index_shape, (_index_vjp,), params=("at",), exact=_index,
       operations=no_cost, linear=(0,),
       samples=(Sample(((3,),), {"at": At((1,))}), Sample(((2, 3),), {"at": At((1, (0, 2)))}))),
    Op("place", "A value put at a position of an array of zeros: the gradient of an index.",
       _place, _place_shape, (_place_vjp,), params=("at", "shape"), exact=_place,
       entries=_place_entries,
       operations=no_cost, linear=(0,),
       samples=(Sample(((),), {"at": At((1,)), "shape": (3,)}),)),
    Op("array", "A list of equally shaped parts, stacked along a new first axis.", _array,
       _array_shape, vjp_at=array_vjp, several=True, exact=_array, operations=no_cost,
       samples=(Sample(((), ())), Sample(((3,), (3,))))),
    Op("concat", "Values joined along `axis=` (0); single numbers count as vectors of length 1.",
       _concat, _concat_shape, vjp_at=concat_vjp, several=True, params=("axis",),
       exact=_concat, operations=no_cost,
       samples=(Sample(((), (3,))), Sample(((2, 3), (2, 1)), {"axis": 1}))),
    Op("reshape", "The same entries in another shape, row by row.", _reshape, _reshape_shape,
       (_back,), params=("shape",), exact=_reshape, operations=no_cost, linear=(0,),
       samples=(Sample(((2, 3),), {"shape": (3, 2)}),)),
    Op("flatten", "All entries as one vector, row by row; with `axis=1` one vector for each "
       "example of a batch, in general all axes from that one on.", _flatten, _flatten_shape,
       (_back,), params=("axis",), exact=_flatten, operations=no_cost, linear=(0,),
       samples=(Sample(((2, 3),)), Sample(((2, 3, 2),), {"axis": 1}), Sample(((),)))),
    Op("flip", "The entries in reverse order, along all axes or `axis=`.", _flip, _flip_shape,
       (lambda s: call("flip", s.g, **s.params),), params=("axis",), exact=_flip,
       operations=no_cost, linear=(0,),
       samples=(Sample(((3,),)), Sample(((2, 3),), {"axis": 1}), Sample(((2, 3, 2),),
                {"axis": (1, 2)}))),
    Op("onehot", "A vector of n zeros with a 1 at the class number, counted from `index_from`; a "
       "row for each class number of a vector.", _onehot, _onehot_shape, (None,),
       params=("n", "base"), exact=_onehot_exact, entries=_onehot_entries, operations=no_cost,
       domain=onehot_domain),
    Op("expand", "A value repeated along new axes: the gradient of a sum.", _expand,
       _expand_shape, (_expand_vjp,), params=("shape", "axis"), exact=_expand,
       operations=no_cost, linear=(0,),
       samples=(Sample(((),), {"shape": (3,)}), Sample(((3,),), {"shape": (3, 2), "axis": 1}))),
    Op("eye", "The identity matrix of size n.", _eye, lambda none, params: (params["n"],) * 2,
       (), 0, params=("n",), exact=_eye_exact, operations=no_cost),
)  # fmt: skip
