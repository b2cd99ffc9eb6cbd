"""Arithmetic, element by element."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import numpy as np

from backpropcli.language.nodes import Expr, Number, call
from backpropcli.ops import shapes
from backpropcli.ops.entry import Array, Inexact, Op, Sample, Site, no_cost

MAX_BITS = 4096  # of a power that is still worked out exactly
PAIRS = (
    Sample(((3,), (3,))),
    Sample(((2, 3), (3,))),
    Sample(((), (2, 3))),
    Sample(((2, 1), (1, 3))),
)
APART = (Sample(((3,), (3,)), low=0.4, high=2.5), Sample(((2, 3), ()), low=0.4, high=2.5))


def _bits(values: Array) -> int:
    entries = [e for e in np.asarray(values, object).flat if isinstance(e, Fraction)]
    return max((max(e.numerator.bit_length(), e.denominator.bit_length()) for e in entries),
               default=0)  # fmt: skip


def _power_exact(base: Array, exponent: Array) -> Array:
    powers = {e for e in np.asarray(exponent, object).flat if isinstance(e, Fraction)}
    if any(e.denominator != 1 or abs(e) > 64 for e in powers):
        raise Inexact
    if _bits(base) * max((abs(int(e)) for e in powers), default=1) > MAX_BITS:
        raise Inexact
    return np.power(base, exponent)


def _over(a: Array, b: Array) -> Array:
    return np.where(np.equal(a, 0), 0.0, np.true_divide(a, b))


def _over_exact(a: Array, b: Array) -> Array:
    return np.frompyfunc(lambda x, y: x if x == 0 else x / y, 2, 1)(a, b)


def _power_base(s: Site) -> Expr:
    exponent = s.y
    if isinstance(exponent, Number) and exponent.value == 2:
        return s.g * (2 * s.x)
    return s.g * (exponent * s.x ** (exponent - 1))


def _power_exponent(s: Site) -> Expr:
    return s.g * (s.out * call("log", s.x))


def _sign_exact(x: Array) -> Array:
    return np.frompyfunc(lambda v: Fraction((v > 0) - (v < 0)), 1, 1)(x)


def _floor_exact(x: Array) -> Array:
    return np.frompyfunc(lambda v: Fraction(floor(v)), 1, 1)(x)


def step_exact(x: Array) -> Array:
    """1 where x > 0, else 0, as Fractions."""
    return np.frompyfunc(lambda v: Fraction(int(v > 0)), 1, 1)(x)


def _second_wins(s: Site, sign: int) -> Expr:
    difference = s.y - s.x if sign > 0 else s.x - s.y
    return call("step", difference)


def step(x: Array) -> Array:
    """1 where x > 0, else 0."""
    return np.greater(x, 0.0).astype(float)


OPS = (
    Op("add", "The sum; operands broadcast.", np.add, shapes.broadcast,
       (lambda s: s.g, lambda s: s.g), 2, exact=np.add, elementwise=True, samples=PAIRS),
    Op("sub", "The difference; operands broadcast.", np.subtract, shapes.broadcast,
       (lambda s: s.g, lambda s: -s.g), 2, exact=np.subtract, elementwise=True, samples=PAIRS),
    Op("mul", "The product element by element; operands broadcast.", np.multiply,
       shapes.broadcast, (lambda s: s.g * s.y, lambda s: s.g * s.x), 2, exact=np.multiply,
       elementwise=True, linear=(0, 1), samples=PAIRS),
    Op("div", "The quotient element by element; operands broadcast.", np.true_divide,
       shapes.broadcast, (lambda s: s.g / s.y, lambda s: -(s.g * s.x / s.y**2)), 2,
       exact=np.true_divide, elementwise=True, linear=(0,), samples=APART),
    Op("over", "The quotient element by element, and 0 where the first operand is 0: the limit "
       "that y/p has in a cross-entropy.", _over, shapes.broadcast,
       (lambda s: call("over", s.g, s.y), lambda s: -call("over", s.g * s.x, s.y**2)), 2,
       exact=_over_exact, elementwise=True, linear=(0,), samples=APART),
    Op("pow", "The power element by element.", np.power, shapes.broadcast,
       (_power_base, _power_exponent), 2, exact=_power_exact, elementwise=True, samples=APART),
    Op("neg", "The negative.", np.negative, shapes.same, (lambda s: -s.g,), exact=np.negative,
       operations=no_cost, elementwise=True, linear=(0,), samples=(Sample(((3,),)),)),
    Op("abs", "The absolute value; its derivative at 0 is 0.", np.absolute, shapes.same,
       (lambda s: s.g * call("sign", s.x),), exact=np.absolute, elementwise=True,
       latex=r"\left|{0}\right|", samples=(Sample(((3,),)),)),
    Op("sign", "1, 0 or -1; its derivative is 0.", np.sign, shapes.same, (None,),
       exact=_sign_exact, elementwise=True, samples=(Sample(((3,),)),)),
    Op("step", "1 where the value is above 0, otherwise 0; its derivative is 0.", step,
       shapes.same, (None,), exact=step_exact, elementwise=True,
       latex=r"\mathbf{{1}}\left[{0} > 0\right]", samples=(Sample(((3,),)),)),
    Op("floor", "The largest whole number that is not above the value; its derivative is 0.",
       np.floor, shapes.same, (None,), exact=_floor_exact, elementwise=True,
       latex=r"\left\lfloor {0} \right\rfloor", samples=(Sample(((3,),)),)),
    Op("maximum", "The larger of two, element by element; equal ones send the gradient to the "
       "first.", np.maximum, shapes.broadcast,
       (lambda s: s.g * (1 - _second_wins(s, 1)), lambda s: s.g * _second_wins(s, 1)), 2,
       exact=np.maximum, elementwise=True, latex=r"\max\left({0}, {1}\right)", samples=PAIRS),
    Op("minimum", "The smaller of two, element by element; equal ones send the gradient to the "
       "first.", np.minimum, shapes.broadcast,
       (lambda s: s.g * (1 - _second_wins(s, -1)), lambda s: s.g * _second_wins(s, -1)), 2,
       exact=np.minimum, elementwise=True, latex=r"\min\left({0}, {1}\right)", samples=PAIRS),
)  # fmt: skip
