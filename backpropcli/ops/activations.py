"""Activations, each with its slope: the derivative, written ``relu'(z)``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import erf, pi, sqrt
from typing import Any

import numpy as np

from backpropcli.language.nodes import Expr, Name, Number, as_expr, call
from backpropcli.ops import shapes
from backpropcli.ops.arithmetic import step, step_exact
from backpropcli.ops.entry import Array, Op, Sample, Site

Rule = Callable[[Site], Expr]
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def slope_call(s: Site, name: str) -> Expr:
    """The slope as a call, ``sigmoid'(z)``, with the parameters of the activation."""
    return call(name + "'", s.x, **s.params)


def by_output(name: str, formula: Callable[[Expr], Expr]) -> Rule:
    """The slope in terms of the output where that has a name, as people write it; else a call."""
    return lambda s: formula(s.out) if isinstance(s.out, Name) else slope_call(s, name)


def unary(
    name: str,
    doc: str,
    forward: Callable[..., Array],
    slope: Callable[..., Array],
    local: Rule | None = None,
    expansion: Rule | None = None,
    exact: tuple[Callable[..., Array], Callable[..., Array]] | None = None,
    samples: tuple[Sample, ...] = (Sample(((3,),)), Sample(((2, 3),))),
    params: tuple[str, ...] = (),
    source: str = "",
    latex: str = "",
) -> Iterator[Op]:
    """An elementwise function and its slope. ``expansion`` writes the slope in simpler ops."""
    local = local or (lambda s: slope_call(s, name))
    latex = latex or rf"\operatorname{{{{{name.replace('_', '-')}}}}}\left({{0}}\right)"
    shared: dict[str, Any] = {
        "params": params,
        "elementwise": True,
        "samples": samples,
        "source": source,
    }
    yield Op(
        name,
        doc,
        forward,
        shapes.same,
        (lambda s: s.g * local(s),),
        exact=exact[0] if exact else None,
        latex=latex,
        **shared,
    )
    yield Op(
        name + "'",
        f"The derivative of {name}.",
        slope,
        shapes.same,
        (None,),
        exact=exact[1] if exact else None,
        expansion=expansion,
        latex=latex.replace(r"}}\left(", r"}}'\left(", 1),
        **shared,
    )


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + np.exp(-x))


def _sigmoid_slope(x: Array) -> Array:
    s = sigmoid(x)
    return s * (1.0 - s)


def _relu(x: Array) -> Array:
    return np.maximum(x, 0.0)


def _relu_exact(x: Array) -> Array:
    return np.maximum(x, np.asarray(Fraction(0), object))


def _leaky(x: Array, alpha: Any = 0.01) -> Array:
    return np.where(np.asarray(x) > 0, x, float(alpha) * np.asarray(x))


def _leaky_slope(x: Array, alpha: Any = 0.01) -> Array:
    return np.where(np.asarray(x) > 0, 1.0, float(alpha))


def _leaky_exact(x: Array, alpha: Any = Fraction(1, 100)) -> Array:
    return np.frompyfunc(lambda v: v if v > 0 else Fraction(alpha) * v, 1, 1)(x)


def _leaky_slope_exact(x: Array, alpha: Any = Fraction(1, 100)) -> Array:
    return np.frompyfunc(lambda v: Fraction(1) if v > 0 else Fraction(alpha), 1, 1)(x)


def _elu(x: Array, alpha: Any = 1) -> Array:
    return np.where(np.asarray(x) > 0, x, float(alpha) * np.expm1(np.minimum(x, 0.0)))


def _elu_slope(x: Array, alpha: Any = 1) -> Array:
    return np.where(np.asarray(x) > 0, 1.0, float(alpha) * np.exp(np.minimum(x, 0.0)))


def _selu(x: Array) -> Array:
    return SELU_SCALE * _elu(x, SELU_ALPHA)


def _selu_slope(x: Array) -> Array:
    return SELU_SCALE * _elu_slope(x, SELU_ALPHA)


def _softplus(x: Array) -> Array:
    return np.logaddexp(0.0, x)


def _silu(x: Array) -> Array:
    return x * sigmoid(x)


def _silu_slope(x: Array) -> Array:
    s = sigmoid(x)
    return s * (1.0 + x * (1.0 - s))


_erf = np.frompyfunc(erf, 1, 1)


def _normal_cdf(x: Array) -> Array:
    return 0.5 * (1.0 + np.asarray(_erf(np.asarray(x) / sqrt(2.0)), float))


def _gelu(x: Array) -> Array:
    return x * _normal_cdf(x)


def _gelu_slope(x: Array) -> Array:
    return _normal_cdf(x) + x * _normal_density(x)


def _normal_density(x: Array) -> Array:
    return np.exp(-0.5 * np.square(x)) / sqrt(2.0 * pi)


def _density_rule(s: Site) -> Expr:
    return call("exp", -(s.x**2) / 2) * Number(Fraction(1 / sqrt(2.0 * pi)))


def _gelu_rule(s: Site) -> Expr:
    return call("normal_cdf", s.x) + s.x * call("normal_cdf'", s.x)


def _selu_rule(s: Site) -> Expr:
    return Number(Fraction(SELU_SCALE)) * _elu_slope_of(s.x, Number(Fraction(SELU_ALPHA)))


def _tanh_slope(x: Array) -> Array:
    return 1.0 - np.square(np.tanh(x))


def _half_root(x: Array) -> Array:
    return 0.5 / np.sqrt(x)


def _minus_sine(x: Array) -> Array:
    return -np.sin(x)


def _inverse(s: Site) -> Expr:
    return call("div", 1, s.x)


def _elu_rule(s: Site) -> Expr:
    return _elu_slope_of(s.x, as_expr(s.params.get("alpha", 1)))


def _elu_slope_of(x: Expr, alpha: Expr) -> Expr:
    above = call("step", x)
    return above + (1 - above) * (alpha * call("exp", call("minimum", x, 0)))


def _sigmoid_rule(s: Site) -> Expr:
    value = call("sigmoid", s.x)
    return value * (1 - value)


def _silu_rule(s: Site) -> Expr:
    value = call("sigmoid", s.x)
    return value + s.x * value * (1 - value)


def _softmax(x: Array) -> Array:
    exps = np.exp(x - np.maximum.reduce(x, axis=-1, keepdims=True))
    return exps / np.add.reduce(exps, axis=-1, keepdims=True)


def log_softmax(x: Array) -> Array:
    """The logarithm of softmax along the last axis, by way of its largest entry."""
    low = x - np.maximum.reduce(x, axis=-1, keepdims=True)
    return low - np.log(np.add.reduce(np.exp(low), axis=-1, keepdims=True))


def last_sum(value: Expr, rank: int) -> Expr:
    """The sum along the last axis, kept so that it broadcasts back."""
    if rank == 1:
        return call("sum", value)
    return call("sum", value, axis=rank - 1, keepdims=True)


def _softmax_vjp(s: Site) -> Expr:
    return s.out * (s.g - last_sum(s.g * s.out, len(s.shape)))


def _softmax_expansion(s: Site) -> Expr:
    return call("exp", s.x) / last_sum(call("exp", s.x), len(s.shape))


def _log_softmax_vjp(s: Site) -> Expr:
    return s.g - call("softmax", s.x) * last_sum(s.g, len(s.shape))


def _log_softmax_expansion(s: Site) -> Expr:
    rank = len(s.shape)
    along = {} if rank == 1 else {"axis": rank - 1, "keepdims": True}
    return s.x - call("logsumexp", s.x, **along)


APART = (Sample(((3,),), low=0.3, high=2.5),)
ROWS = (Sample(((3,),)), Sample(((2, 3),)))
ALPHA = (Sample(((3,),)), Sample(((2, 3),), {"alpha": Fraction(1, 5)}))

OPS = (
    *unary("relu", "max(0, z); its derivative at 0 is 0.", _relu, step,
           exact=(_relu_exact, step_exact)),
    *unary("leaky_relu", "z above 0, alpha*z below (alpha 0.01); slope alpha at 0.", _leaky,
           _leaky_slope, exact=(_leaky_exact, _leaky_slope_exact), params=("alpha",),
           samples=ALPHA),
    *unary("elu", "z above 0, alpha*(exp(z) - 1) below (alpha 1).", _elu, _elu_slope,
           expansion=_elu_rule, params=("alpha",), samples=ALPHA,
           source="Clevert et al. 2016, eq. 15"),
    *unary("selu", "The self-normalising scaled elu.", _selu, _selu_slope,
           expansion=_selu_rule, source="Klambauer et al. 2017, eq. 2"),
    *unary("sigmoid", "1 / (1 + exp(-z)); its derivative is a*(1 - a) of its output a.", sigmoid,
           _sigmoid_slope, by_output("sigmoid", lambda a: a * (1 - a)), _sigmoid_rule,
           latex=r"\sigma\left({0}\right)"),
    *unary("tanh", "The hyperbolic tangent; its derivative is 1 - a**2 of its output a.",
           np.tanh, _tanh_slope, by_output("tanh", lambda a: 1 - a**2),
           lambda s: 1 - call("tanh", s.x) ** 2, latex=r"\tanh\left({0}\right)"),
    *unary("softplus", "log(1 + exp(z)); its derivative is sigmoid(z).", _softplus, sigmoid,
           lambda s: call("sigmoid", s.x), lambda s: call("sigmoid", s.x)),
    *unary("silu", "z*sigmoid(z), also called swish.", _silu, _silu_slope, None, _silu_rule,
           source="Elfwing et al. 2018"),
    *unary("gelu", "z*Phi(z) with the normal distribution function Phi (the exact form).",
           _gelu, _gelu_slope, expansion=_gelu_rule, source="Hendrycks and Gimpel 2016, eq. 1"),
    *unary("normal_cdf", "The distribution function Phi of the standard normal distribution.",
           _normal_cdf, _normal_density, expansion=_density_rule, latex=r"\Phi\left({0}\right)"),
    *unary("identity", "The value itself: no activation.", np.positive,
           lambda x: x * 0 + 1, exact=(np.positive, lambda x: x * 0 + 1)),
    *unary("exp", "The exponential function.", np.exp, np.exp, lambda s: s.out,
           lambda s: call("exp", s.x), latex=r"\exp\left({0}\right)"),
    *unary("log", "The natural logarithm.", np.log, np.reciprocal, _inverse, _inverse,
           samples=APART,
           latex=r"\ln\left({0}\right)"),
    *unary("sqrt", "The square root.", np.sqrt, _half_root, lambda s: call("div", 1, 2 * s.out),
           lambda s: call("div", 1, 2 * call("sqrt", s.x)), samples=APART,
           latex=r"\sqrt{{{0}}}"),
    *unary("sin", "The sine of an angle in radians.", np.sin, np.cos,
           lambda s: call("cos", s.x), lambda s: call("cos", s.x),
           latex=r"\sin\left({0}\right)"),
    *unary("cos", "The cosine of an angle in radians.", np.cos, _minus_sine,
           lambda s: -call("sin", s.x), lambda s: -call("sin", s.x),
           latex=r"\cos\left({0}\right)"),
    Op("softmax", "exp(z) divided by its sum along the last axis.", _softmax, shapes.rows,
       (_softmax_vjp,), expansion=_softmax_expansion,
       latex=r"\operatorname{{softmax}}\left({0}\right)", samples=ROWS),
    Op("log_softmax", "The logarithm of softmax, along the last axis.", log_softmax,
       shapes.rows, (_log_softmax_vjp,), expansion=_log_softmax_expansion,
       latex=r"\log\operatorname{{softmax}}\left({0}\right)", samples=ROWS),
)  # fmt: skip
