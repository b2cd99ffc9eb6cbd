"""Mean and variance along axes, and what is normalised by them.

The variance divides by the number of entries, not by one less. ``eps=`` (1e-5) is added to it
under the root.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from backpropcli.language.nodes import Expr, as_expr, call
from backpropcli.ops import shapes
from backpropcli.ops.entry import Array, Op, Sample, ShapeError, Site, Spent
from backpropcli.ops.reductions import ALONG, SAMPLES, size_expr, spread
from backpropcli.ops.sizes import Shape, Size, product

EPS = Fraction(1, 100_000)
Params = Mapping[str, Any]
Axes = tuple[int, ...]


class Parts:
    """The parts of a normalisation that its formulas share, as expressions.

    ``axes`` are those that it runs over; ``feature`` those that gamma and beta have.
    """

    def __init__(self, s: Site, axes: Axes, feature: Axes = ()) -> None:
        self.s, self.feature = s, feature
        self.axis: int | Axes = axes if len(axes) > 1 else axes[0]
        self.eps = s.params.get("eps", EPS)

    def mean(self, value: Expr) -> Expr:
        """The mean, kept so that it broadcasts back."""
        return call("mean", value, axis=self.axis, keepdims=True)

    def inside(self, variance: Expr) -> Expr:
        """What stands under the root."""
        return variance if self.eps == 0 else variance + as_expr(self.eps)

    def root(self, variance: Expr) -> Expr:
        """The standard deviation by which is divided."""
        return call("sqrt", self.inside(variance))

    @property
    def deviation(self) -> Expr:
        """The standard deviation of x."""
        return self.root(call("var", self.s.x, axis=self.axis, keepdims=True))

    @property
    def xhat(self) -> Expr:
        """The normalised x, as a call."""
        eps = {"eps": self.eps} if "eps" in self.s.params else {}
        return call("standardize", self.s.x, axis=self.axis, **eps)

    @property
    def written_out(self) -> Expr:
        """The normalised x in simpler ops."""
        return (self.s.x - self.mean(self.s.x)) / self.deviation

    def through(self, u: Expr, xhat: Expr) -> Expr:
        """The gradient of x: by way of xhat itself, of the mean, and of the variance."""
        return (u - self.mean(u) - xhat * self.mean(u * xhat)) / self.deviation

    def wide(self, value: Expr) -> Expr:
        """One number for each feature, so that it broadcasts with x."""
        rank = len(self.s.shapes[0])
        if not self.feature or self.feature[-1] == rank - 1:
            return value
        sizes = self.s.shapes[0]
        last = range(self.feature[0], rank)
        return call(
            "reshape", value, shape=tuple(sizes[i] if i in self.feature else 1 for i in last)
        )

    def scaled(self, value: Expr, gamma: int = 1) -> Expr:
        """The value times gamma, where there is one at that position."""
        return value * self.wide(self.s.args[gamma]) if gamma < len(self.s.args) else value

    def shifted(self, value: Expr, beta: int = 2) -> Expr:
        """The value plus beta, where there is one at that position."""
        return value + self.wide(self.s.args[beta]) if beta < len(self.s.args) else value

    def summed(self, value: Expr, position: int) -> Expr:
        """The sum over all that an operand serves: one feature, or everything."""
        rank = len(self.s.shapes[0])
        if self.s.shapes[position] == ():
            return call("sum", value)
        rest = tuple(axis for axis in range(rank) if axis not in self.feature)
        if not rest:
            return value
        return call("sum", value, axis=rest if len(rest) > 1 else rest[0])


def check_eps(params: Params) -> None:
    """Raise ``ShapeError`` where ``eps=`` is no number from 0 on."""
    eps = params.get("eps", EPS)
    if isinstance(eps, bool) or not isinstance(eps, int | Fraction) or eps < 0:
        raise ShapeError("eps= is a number from 0 on")


def normal_axes(shape: Shape, params: Params) -> Axes:
    """The axes that are normalised: the last unless ``axis=`` names others."""
    if not shape:
        raise ShapeError("a single number has no axis to run along")
    axis = params.get("axis")
    return shapes.axes_of(len(shape), -1 if axis is None else axis)


def standardized(x: Array, axes: Axes, eps: Any) -> Array:
    """Mean 0 and variance 1 along axes, but for eps."""
    away = x - np.mean(x, axis=axes, keepdims=True)
    return away / np.sqrt(np.mean(away * away, axis=axes, keepdims=True) + float(eps))


def _var(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    return np.asarray(np.var(x, axis=axis, keepdims=keepdims))


def _var_expansion(s: Site) -> Expr:
    if not s.shapes[0]:
        return s.x - s.x
    middle = call("mean", s.x, axis=s.params.get("axis"), keepdims=True)
    return call("mean", (s.x - middle) ** 2, **s.params)


def _var_vjp(s: Site) -> Expr:
    axes = shapes.axes_of(len(s.shapes[0]), s.params.get("axis"))
    count = product(s.shapes[0][axis] for axis in axes)
    middle = call("mean", s.x, axis=s.params.get("axis"), keepdims=True)
    return spread(s, s.g) * (2 * (s.x - middle)) / size_expr(count)


def _four_in(only: tuple[Shape, ...], shape: Shape) -> Size:
    """Mean, differences, squares and the mean of those: four for each entry."""
    return 4 * product(only[0])


def normal_cost(x: Shape, each: Size) -> Size:
    """Mean, differences, squares, their mean and the quotient; eps and the root ``each``."""
    return 5 * product(x) + 2 * each


def _standardize(x: Array, axis: Any = None, eps: Any = EPS) -> Array:
    return standardized(x, normal_axes(np.shape(x), {"axis": axis}), eps)


def _standardize_shape(only: tuple[Shape, ...], params: Params) -> Shape:
    check_eps(params)
    normal_axes(only[0], params)
    return only[0]


def _parts(s: Site) -> Parts:
    return Parts(s, normal_axes(s.shapes[0], s.params))


def _standardize_cost(own: tuple[Shape, ...], shape: Shape, params: Params) -> Spent:
    axes = normal_axes(shape, params)
    rest = product(size for axis, size in enumerate(shape) if axis not in axes)
    return normal_cost(shape, rest), 0


NORMAL = (
    Sample(((4,),)), Sample(((3, 2),)), Sample(((3, 2),), {"axis": 0, "eps": Fraction(1, 10)}),
    Sample(((2, 3, 2),), {"axis": (0, 2), "eps": 0}),
)  # fmt: skip

OPS = (
    Op("var", "The variance of all entries, or along `axis=`: the mean of the squared distances "
       "from the mean (divided by n, not by n - 1).", _var, shapes.reduced, (_var_vjp,),
       params=ALONG, expansion=_var_expansion, operations=_four_in, samples=SAMPLES),
    Op("standardize", "x minus its mean, divided by sqrt(var + eps), along the last axis or "
       "`axis=`; eps is 1e-5.", _standardize, _standardize_shape,
       (lambda s: _parts(s).through(s.g, s.out),), params=("axis", "eps"),
       expansion=lambda s: _parts(s).written_out, cost=_standardize_cost, samples=NORMAL,
       source="Ioffe and Szegedy 2015, section 3"),
)  # fmt: skip
