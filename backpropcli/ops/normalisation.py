"""Batch, layer and RMS normalisation, each with its whole backward pass.

A batch is normalised for each feature over its examples (and positions), a layer for each example
over its features. In training the statistics depend on x, and the gradient runs through them.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from backpropcli.language.nodes import Expr
from backpropcli.ops import shapes
from backpropcli.ops.entry import Array, Op, Sample, ShapeError, Site, Spent, Vjp
from backpropcli.ops.sizes import Shape, product, shape_text
from backpropcli.ops.statistics import (
    EPS,
    Axes,
    Params,
    Parts,
    check_eps,
    normal_axes,
    normal_cost,
    standardized,
)


def feature_axis(shape: Shape, params: Params) -> Axes:
    """The axis of the features of a batch: the second, or ``axis=``; none for a vector."""
    if not shape:
        raise ShapeError("a single number is no batch")
    axis = params.get("axis")
    if axis is None:
        return () if len(shape) == 1 else (1,)
    if isinstance(axis, tuple) or len(shape) == 1:
        raise ShapeError("axis= is the one axis of the features, beside that of the examples")
    return shapes.axes_of(len(shape), axis)


def _others(shape: Shape, feature: Axes) -> Axes:
    return tuple(axis for axis in range(len(shape)) if axis not in feature)


def _wide(value: Array, feature: Axes, rank: int) -> Array:
    """One number for each feature, so that it broadcasts over ``rank`` axes."""
    value = np.asarray(value)
    if value.ndim == 0:
        return value
    sizes = iter(value.shape)
    return value.reshape([next(sizes) if i in feature else 1 for i in range(rank)])


def _filled(operands: tuple[Array, ...], count: int) -> list[Any]:
    """The operands, with None for those that are not there."""
    return [*operands, *[None] * (count - len(operands))]


def _affine(x: Array, gamma: Any, beta: Any, feature: Axes) -> Array:
    if gamma is not None:
        x = x * _wide(gamma, feature, x.ndim)
    return x if beta is None else x + _wide(beta, feature, x.ndim)


def _batchnorm(x: Array, *more: Array, axis: Any = None, eps: Any = EPS) -> Array:
    rank = np.ndim(x)
    feature = feature_axis(np.shape(x), {"axis": axis})
    gamma, beta, middle, variance = _filled(more, 4)
    if middle is None or variance is None:
        xhat = standardized(x, _others(x.shape, feature), eps)
    else:
        root = np.sqrt(_wide(variance, feature, rank) + float(eps))
        xhat = (x - _wide(middle, feature, rank)) / root
    return _affine(xhat, gamma, beta, feature)


def _batchnorm_shape(own: tuple[Shape, ...], params: Params) -> Shape:
    check_eps(params)
    if len(own) not in (1, 3, 5):
        raise ShapeError("it takes x alone, with gamma and beta, or with gamma, beta, mean and var")
    feature = feature_axis(own[0], params)
    _check_features(own, feature, ("gamma", "beta", "the mean", "the variance"))
    return own[0]


def _check_features(own: tuple[Shape, ...], feature: Axes, called: tuple[str, ...]) -> None:
    wanted = tuple(own[0][axis] for axis in feature)
    for name, shape in zip(called, own[1:], strict=False):
        if shape not in (wanted, ()):
            raise ShapeError(
                f"{name} is {shape_text(shape)}, a number for each feature is {shape_text(wanted)}"
            )


def _of_batch(s: Site) -> Parts:
    feature = feature_axis(s.shapes[0], s.params)
    return Parts(s, _others(s.shapes[0], feature), feature)


def _is_fixed(s: Site) -> bool:
    """Whether mean and variance are given: inference."""
    return len(s.args) == 5


def _given_root(parts: Parts) -> Expr:
    return parts.root(parts.wide(parts.s.args[4]))


def _batch_xhat(parts: Parts) -> Expr:
    if not _is_fixed(parts.s):
        return parts.xhat
    return (parts.s.x - parts.wide(parts.s.args[3])) / _given_root(parts)


def _batchnorm_x(s: Site) -> Expr:
    parts = _of_batch(s)
    u = parts.scaled(s.g)
    return u / _given_root(parts) if _is_fixed(s) else parts.through(u, parts.xhat)


def _batchnorm_gamma(s: Site) -> Expr:
    parts = _of_batch(s)
    return parts.summed(s.g * _batch_xhat(parts), 1)


def _batchnorm_mean(s: Site) -> Expr:
    parts = _of_batch(s)
    return -parts.summed(parts.scaled(s.g) / _given_root(parts), 3)


def _batchnorm_variance(s: Site) -> Expr:
    parts = _of_batch(s)
    inside = parts.inside(parts.wide(s.args[4]))
    return -parts.summed(parts.scaled(s.g) * _batch_xhat(parts) / (2 * inside), 4)


def _batchnorm_expansion(s: Site) -> Expr:
    parts = _of_batch(s)
    xhat = _batch_xhat(parts) if _is_fixed(s) else parts.written_out
    return parts.shifted(parts.scaled(xhat))


def _batchnorm_cost(own: tuple[Shape, ...], shape: Shape, params: Params) -> Spent:
    features = product(shape[axis] for axis in feature_axis(shape, params))
    affine = (min(len(own), 3) - 1) * product(shape)
    if len(own) == 5:  # a difference and a quotient for each entry
        return 2 * product(shape) + 2 * features + affine, 0
    return normal_cost(shape, features) + affine, 0


def _layernorm(x: Array, *more: Array, axis: Any = None, eps: Any = EPS) -> Array:
    axes = normal_axes(np.shape(x), {"axis": axis})
    gamma, beta = _filled(more, 2)
    return _affine(standardized(x, axes, eps), gamma, beta, axes)


def _layernorm_shape(own: tuple[Shape, ...], params: Params) -> Shape:
    check_eps(params)
    if len(own) == 2:
        raise ShapeError("it takes x alone, or with gamma and beta")
    _check_features(own, normal_axes(own[0], params), ("gamma", "beta"))
    return own[0]


def _of_layer(s: Site) -> Parts:
    axes = normal_axes(s.shapes[0], s.params)
    return Parts(s, axes, axes)


def _layernorm_x(s: Site) -> Expr:
    parts = _of_layer(s)
    return parts.through(parts.scaled(s.g), parts.xhat)


def _layernorm_gamma(s: Site) -> Expr:
    parts = _of_layer(s)
    return parts.summed(s.g * parts.xhat, 1)


def _layernorm_expansion(s: Site) -> Expr:
    parts = _of_layer(s)
    return parts.shifted(parts.scaled(parts.written_out))


def _rows(shape: Shape, params: Params) -> Any:
    """How many groups are normalised, each on its own."""
    axes = normal_axes(shape, params)
    return product(size for axis, size in enumerate(shape) if axis not in axes)


def _layernorm_cost(own: tuple[Shape, ...], shape: Shape, params: Params) -> Spent:
    return normal_cost(shape, _rows(shape, params)) + (len(own) - 1) * product(shape), 0


def _rmsnorm(x: Array, gamma: Any = None, axis: Any = None, eps: Any = EPS) -> Array:
    axes = normal_axes(np.shape(x), {"axis": axis})
    root = np.sqrt(np.mean(np.square(x), axis=axes, keepdims=True) + float(eps))
    return _affine(x / root, gamma, None, axes)


def _rmsnorm_shape(own: tuple[Shape, ...], params: Params) -> Shape:
    check_eps(params)
    _check_features(own, normal_axes(own[0], params), ("gamma",))
    return own[0]


def _rms(parts: Parts) -> Expr:
    """The root of the mean of the squares."""
    return parts.root(parts.mean(parts.s.x**2))


def _rmsnorm_x(s: Site) -> Expr:
    parts = _of_layer(s)
    u, squares = parts.scaled(s.g), parts.inside(parts.mean(s.x**2))
    return (u - s.x * parts.mean(u * s.x) / squares) / _rms(parts)


def _rmsnorm_gamma(s: Site) -> Expr:
    parts = _of_layer(s)
    return parts.summed(s.g * (s.x / _rms(parts)), 1)


def _rmsnorm_cost(own: tuple[Shape, ...], shape: Shape, params: Params) -> Spent:
    """Squares, their mean and the quotient; eps and the root for each row; gamma."""
    return (2 + len(own)) * product(shape) + 2 * _rows(shape, params), 0


def _beta(parts_of: Callable[[Site], Parts]) -> Vjp:
    """The gradient of beta: the sum of the upstream gradient."""
    return lambda s: parts_of(s).summed(s.g, 2)


BATCHES = (
    Sample(((3,),)), Sample(((3,), (), ())), Sample(((3, 2), (2,), (2,))),
    Sample(((2, 2, 2, 2), (2,), (2,)), {"eps": Fraction(1, 10)}),
    Sample(((2, 3, 2), (2,), (2,)), {"axis": 0}),
    Sample(((3, 2), (2,), (2,), (2,), (2,)), low=0.3, high=2.5),
    Sample(((2, 2, 3), (2,), (2,), (2,), (2,)), {"eps": 0}, low=0.3, high=2.5),
)  # fmt: skip
LAYERS = (
    Sample(((4,),)), Sample(((2, 3), (3,), (3,))),
    Sample(((2, 2, 3), (2, 3), (2, 3)), {"axis": (1, 2), "eps": Fraction(1, 10)}),
)  # fmt: skip
NORMAL = ("axis", "eps")

OPS = (
    Op("batchnorm", "Each feature over the batch: gamma*(x - mean)/sqrt(var + eps) + beta, with "
       "eps 1e-5. The features are on the second axis, or on `axis=`. At inference the "
       "mean and the variance are given as fourth and fifth operand.",
       _batchnorm, _batchnorm_shape,
       (_batchnorm_x, _batchnorm_gamma, _beta(_of_batch), _batchnorm_mean, _batchnorm_variance),
       optional=4, params=NORMAL, expansion=_batchnorm_expansion, cost=_batchnorm_cost,
       samples=BATCHES, source="Ioffe and Szegedy 2015, algorithm 1"),
    Op("layernorm", "Each example over its features (the last axis, or `axis=`): "
       "gamma*(x - mean)/sqrt(var + eps) + beta, with eps 1e-5.", _layernorm, _layernorm_shape,
       (_layernorm_x, _layernorm_gamma, _beta(_of_layer)), optional=2, params=NORMAL,
       expansion=_layernorm_expansion, cost=_layernorm_cost, samples=LAYERS,
       source="Ba et al. 2016, eq. 3"),
    Op("rmsnorm", "Each example divided by the root of the mean of its squares plus eps (1e-5), "
       "times gamma.", _rmsnorm, _rmsnorm_shape, (_rmsnorm_x, _rmsnorm_gamma), optional=1,
       params=NORMAL, expansion=lambda s: _of_layer(s).scaled(s.x / _rms(_of_layer(s))),
       cost=_rmsnorm_cost,
       samples=(Sample(((4,),)), Sample(((2, 3), (3,))), Sample(((2, 3), ()), {"eps": 0})),
       source="Zhang and Sennrich 2019, eq. 4"),
)  # fmt: skip
