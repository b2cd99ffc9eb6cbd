"""Losses. A target may be one-hot or a class number; batches are means over their rows."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from backpropcli.language.nodes import Expr, as_expr, call
from backpropcli.ops import shapes
from backpropcli.ops.activations import last_sum, log_softmax
from backpropcli.ops.entry import Array, Op, Sample, ShapeError, Site
from backpropcli.ops.reductions import size_expr
from backpropcli.ops.sizes import Shape, Size, product, shape_text

PAIR = (Sample(((3,), (3,))), Sample(((2, 3), (2, 3))), Sample(((), ())))
PROBABILITIES = (
    Sample(((3,), (3,)), low=0.1, high=0.9),
    Sample(((2, 3), (2, 3)), low=0.1, high=0.9),
)


def _count(s: Site) -> Expr:
    return size_expr(product(s.shapes[0]))


def _rows(s: Site) -> Expr:
    return size_expr(s.shapes[0][0]) if len(s.shapes[0]) == 2 else as_expr(1)


def _mse(a: Array, b: Array) -> Array:
    r = np.subtract(a, b).ravel()
    return np.dot(r, r) / r.size


def _mae(a: Array, b: Array) -> Array:
    r = np.asarray(np.subtract(a, b))
    return np.add.reduce(np.absolute(r), axis=None) / r.size


def _huber(a: Array, b: Array, delta: Any = 1) -> Array:
    r = np.absolute(np.subtract(a, b))
    d = float(delta)
    return np.mean(np.where(r <= d, 0.5 * r * r, d * (r - 0.5 * d)))


def _residual(s: Site) -> Expr:
    return s.x - s.y


def _delta(s: Site) -> Expr:
    return as_expr(s.params.get("delta", 1))


def _clipped(s: Site) -> Expr:
    return call("maximum", call("minimum", _residual(s), _delta(s)), -_delta(s))


def _huber_expansion(s: Site) -> Expr:
    beyond = call("abs", _residual(s)) - call("abs", _clipped(s))
    return call("mean", _clipped(s) ** 2 / 2 + _delta(s) * beyond)


def _mse_vjp(s: Site) -> Expr:
    return s.g * (2 * _residual(s)) / _count(s)


def _mae_vjp(s: Site) -> Expr:
    return s.g * call("sign", _residual(s)) / _count(s)


def _huber_vjp(s: Site) -> Expr:
    return s.g * _clipped(s) / _count(s)


def _classes(pair: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    if len(pair[0]) not in (1, 2):
        raise ShapeError(f"the classes are a vector or rows, found {shape_text(pair[0])}")
    return shapes.matched(pair, params)


def _log_terms(p: Array, y: Array) -> Array:
    """y*log(p), and 0 where y is 0."""
    return np.where(y == 0, 0.0, y * np.log(np.where(y == 0, 1.0, p)))


def _probabilities(p: Array, y: Array) -> str:
    """Probabilities lie from 0 to 1; a little more is rounding."""
    wrong = [float(v) for v in np.asarray(p, float).flat if not -1e-9 <= v <= 1 + 1e-9]
    return f"a probability lies from 0 to 1, found {wrong[0]:.6g}" if wrong else ""


def _row_count(x: Array) -> int:
    return x.shape[0] if np.ndim(x) == 2 else 1


def _cross_entropy(p: Array, y: Array) -> Array:
    return -np.add.reduce(_log_terms(p, y), axis=None) / _row_count(p)


def _cross_entropy_expansion(s: Site) -> Expr:
    total = -call("sum", s.y * call("log", s.x))
    return total / _rows(s)


def _softmax_cross_entropy(z: Array, y: Array) -> Array:
    return -np.add.reduce(y * log_softmax(z), axis=None) / _row_count(z)


def _distribution(z: Array, y: Array) -> str:
    """The gradient softmax(z) - y holds only for targets that sum to 1."""
    totals = np.atleast_1d(np.add.reduce(np.asarray(y, float), axis=-1))
    for row, total in enumerate(totals):
        if abs(total - 1) > 1e-6:
            where = f"row {row + 1} of the target" if totals.size > 1 else "the target"
            return (
                f"{where} sums to {total:.6g}; softmax_cross_entropy needs targets that sum "
                "to 1 (otherwise write -sum(y * log_softmax(z)))"
            )
    return ""


def _softmax_cross_entropy_vjp(s: Site) -> Expr:
    return s.g * (call("softmax", s.x) - s.y) / _rows(s)


def _softmax_target_vjp(s: Site) -> Expr:
    return -(s.g * call("log_softmax", s.x) / _rows(s))


def _softmax_cross_entropy_expansion(s: Site) -> Expr:
    return -call("sum", s.y * call("log_softmax", s.x)) / _rows(s)


def _bce(p: Array, y: Array) -> Array:
    y = np.asarray(y)
    return -np.mean(_log_terms(p, y) + _log_terms(1.0 - np.asarray(p), 1.0 - y))


def _bce_vjp(s: Site) -> Expr:
    # Not (p - y) / (p*(1 - p)): at p = y = 1 that is 0/0, and the slope is -1.
    return s.g * (call("over", 1 - s.y, 1 - s.x) - call("over", s.y, s.x)) / _count(s)


def _bce_target_vjp(s: Site) -> Expr:
    return s.g * (call("log", 1 - s.x) - call("log", s.x)) / _count(s)


def _bce_expansion(s: Site) -> Expr:
    return -call("mean", s.y * call("log", s.x) + (1 - s.y) * call("log", 1 - s.x))


def _bce_with_logits(z: Array, y: Array) -> Array:
    return np.mean(np.logaddexp(0.0, z) - np.multiply(y, z))


def _bce_with_logits_vjp(s: Site) -> Expr:
    return s.g * (call("sigmoid", s.x) - s.y) / _count(s)


def _logits_target_vjp(s: Site) -> Expr:
    return -(s.g * s.x / _count(s))


def _hinge(scores: Array, y: Array) -> Array:
    true = np.add.reduce(scores * y, axis=-1, keepdims=True)
    margins = np.maximum(scores - true + 1.0, 0.0) * (1.0 - y)
    return np.add.reduce(margins, axis=None) / _row_count(scores)


def _margins(s: Site) -> Expr:
    """By how much each score comes too near to that of the true class, or negative."""
    return s.x - last_sum(s.x * s.y, len(s.shapes[0])) + 1


def _violated(s: Site) -> Expr:
    return call("step", _margins(s)) * (1 - s.y)


def _hinge_vjp(s: Site) -> Expr:
    violated = _violated(s)
    return s.g * (violated - s.y * last_sum(violated, len(s.shapes[0]))) / _rows(s)


def _hinge_target_vjp(s: Site) -> Expr:
    violated = last_sum(_violated(s), len(s.shapes[0]))
    return -(s.g * (call("relu", _margins(s)) + s.x * violated) / _rows(s))


def _hinge_expansion(s: Site) -> Expr:
    return call("sum", call("relu", _margins(s)) * (1 - s.y)) / _rows(s)


def _accuracy(p: Array, y: Array) -> Array:
    return np.mean(np.argmax(p, axis=-1) == np.argmax(y, axis=-1))


def _accuracy_exact(p: Array, y: Array) -> Array:
    hits = np.argmax(p, axis=-1) == np.argmax(y, axis=-1)
    return Fraction(int(np.sum(hits)), int(np.size(hits)))


def _three_each(pair: tuple[Shape, ...], shape: Shape) -> Size:
    """A difference, a power or logarithm and an addition for each entry."""
    return 3 * product(pair[0])


def _opposite(rule: Any) -> Any:
    return lambda s: -rule(s)


OPS = (
    Op("mse", "The mean of the squared differences over all entries.", _mse, shapes.matched,
       (_mse_vjp, _opposite(_mse_vjp)), 2,
       expansion=lambda s: call("mean", _residual(s) ** 2), operations=_three_each, samples=PAIR),
    Op("mae", "The mean of the absolute differences over all entries.", _mae, shapes.matched,
       (_mae_vjp, _opposite(_mae_vjp)), 2,
       expansion=lambda s: call("mean", call("abs", _residual(s))), operations=_three_each,
       samples=PAIR),
    Op("huber", "The mean over all entries of r**2/2 where |r| <= delta, else delta*(|r| - "
       "delta/2); delta is 1 unless given.", _huber, shapes.matched,
       (_huber_vjp, _opposite(_huber_vjp)), 2, params=("delta",), expansion=_huber_expansion,
       operations=_three_each, samples=(*PAIR, Sample(((3,), (3,)), {"delta": Fraction(1, 2)})),
       source="Huber 1964, eq. 1"),
    Op("cross_entropy", "-sum(y*log(p)) of probabilities p over the classes, and the mean of that "
       "over the rows of a batch.", _cross_entropy, _classes,
       (lambda s: -(s.g * call("over", s.y, s.x) / _rows(s)),
        lambda s: -(s.g * call("log", s.x) / _rows(s))), 2,
       expansion=_cross_entropy_expansion, operations=_three_each, samples=PROBABILITIES,
       domain=_probabilities),
    Op("softmax_cross_entropy", "The cross-entropy of softmax(z) for logits z and a target that "
       "sums to 1; the mean over the rows of a batch.", _softmax_cross_entropy, _classes,
       (_softmax_cross_entropy_vjp, _softmax_target_vjp), 2,
       expansion=_softmax_cross_entropy_expansion, operations=_three_each, domain=_distribution),
    Op("bce", "The mean over all entries of -(y*log(p) + (1 - y)*log(1 - p)).", _bce,
       shapes.matched, (_bce_vjp, _bce_target_vjp), 2, expansion=_bce_expansion,
       operations=_three_each, domain=_probabilities,
       samples=(*PROBABILITIES, Sample(((), ()), low=0.1, high=0.9))),
    Op("bce_with_logits", "bce of sigmoid(z), computed from z without overflow.",
       _bce_with_logits, shapes.matched, (_bce_with_logits_vjp, _logits_target_vjp), 2,
       expansion=lambda s: call("mean", call("softplus", s.x) - s.y * s.x),
       operations=_three_each, samples=PAIR),
    Op("hinge", "The sum over the wrong classes of max(0, s_j - s_true + 1) for scores s and a "
       "one-hot target; the mean over the rows of a batch.", _hinge, _classes,
       (_hinge_vjp, _hinge_target_vjp), 2, expansion=_hinge_expansion, operations=_three_each,
       source="Weston and Watkins 1999"),
    Op("accuracy", "The share of rows whose largest entry is the target's; not differentiated.",
       _accuracy, _classes, (None,), 2, exact=_accuracy_exact, operations=_three_each),
)  # fmt: skip
