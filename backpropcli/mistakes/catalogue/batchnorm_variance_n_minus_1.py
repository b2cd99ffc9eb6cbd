"""The variance of a normalisation is divided by n - 1.

What it is
The variance of a batch, or of a layer, is computed as that of a sample in statistics:
the squares are divided by n - 1 in place of n.

Why it is wrong
A normalisation does not estimate anything, it brings these very numbers to variance 1.
So it divides by their count.

Example
For x = (1, 2, 4) the mean is 7/3 and the squares add up to 14/3. The variance is 14/3 /
3 = 1.556; divided by n - 1 it would be 2.333.

How to avoid it
Check a result: the squares of the normalised values add up to n, but for eps.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from backpropcli.language.nodes import Expr, Name, as_expr, call, is_op
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.parts import scaled
from backpropcli.mistakes.windows import Use, uses
from backpropcli.mistakes.world import World
from backpropcli.ops.normalisation import feature_axis
from backpropcli.ops.shapes import axes_of
from backpropcli.ops.sizes import Shape, product
from backpropcli.ops.statistics import EPS, normal_axes


def edits(world: World) -> Iterator[Edit]:
    """The variance n/(n - 1) times as large, in a normalisation or on a line of its own."""
    for use in uses(world.forward, "batchnorm", "layernorm", "standardize", "var"):
        shape = world.shape(use.node.args[0]) or ()
        axes = _axes(use, shape)
        count = product(shape[axis] for axis in axes)
        if isinstance(count, int) and count > 1 and len(use.node.args) < 4:
            other = _with(world, use, axes, Fraction(count, count - 1))
            facts = {"less": str(count - 1), "count": str(count)}
            yield from world.edit(use.equation.name, use.put(other), use.node.op, 0.0, **facts)
    for use in uses(world.forward, "mean"):  # the variance written out
        count = _squares(world, use.node.args[0], use.params.get("axis"))
        if count > 1:
            other = use.put(scaled(use.node, Fraction(count, count - 1)))
            facts = {"less": str(count - 1), "count": str(count)}
            yield from world.edit(use.equation.name, other, "mean", 0.0, **facts)


def _squares(world: World, power: Expr, axis: Any) -> int:
    """Over how many squared distances from their own mean a mean runs; 0 for other means."""
    if not is_op(power, "pow") or power.args[1] != as_expr(2):
        return 0
    distance = _meaning(world, power.args[0])
    if not is_op(distance, "sub"):
        return 0
    middle = _meaning(world, distance.args[1])
    if not is_op(middle, "mean") or middle.args[0] != distance.args[0]:
        return 0
    shape = world.shape(power) or ()
    count = product(shape[i] for i in axes_of(len(shape), axis))
    return count if isinstance(count, int) else 0


def _meaning(world: World, expr: Expr) -> Expr:
    """What a name stands for, where it has an equation."""
    while isinstance(expr, Name) and expr.name in world.equations:
        expr = world.equations[expr.name].expr
    return expr


def _axes(use: Use, shape: Shape) -> tuple[int, ...]:
    """The axes over which the variance runs."""
    if use.node.op == "var":
        return axes_of(len(shape), use.params.get("axis"))
    if use.node.op != "batchnorm":
        return normal_axes(shape, use.params)
    feature = feature_axis(shape, use.params)
    return tuple(axis for axis in range(len(shape)) if axis not in feature)


def _with(world: World, use: Use, axes: tuple[int, ...], factor: Fraction) -> Expr:
    """The same with a variance that is larger by a factor."""
    if use.node.op == "var":
        return scaled(use.node, factor)
    x, eps = use.node.args[0], Fraction(use.params.get("eps", EPS))
    along = axes if len(axes) > 1 else axes[0]
    if eps == 0:  # the root of the factor, whatever scales and shifts the values
        xhat = call("standardize", x, axis=along, eps=0)
        return _affine(world, use, xhat / call("sqrt", as_expr(factor)))
    larger = scaled(call("var", x, axis=along, keepdims=True), factor) + as_expr(eps)
    middle = call("mean", x, axis=along, keepdims=True)
    return _affine(world, use, (x - middle) / call("sqrt", larger))


def _affine(world: World, use: Use, xhat: Expr) -> Expr:
    """The normalised values times gamma, plus beta."""
    x, *weights = use.node.args
    shape = world.shape(x) or ()
    if use.node.op == "batchnorm" and len(shape) > 1:
        (feature,) = feature_axis(shape, use.params)
        wide = (shape[feature], *(1,) * (len(shape) - feature - 1))
        weights = [call("reshape", one, shape=wide) if len(wide) > 1 else one for one in weights]
    if not weights:
        return xhat
    return xhat * weights[0] + weights[1]


MISTAKE = Mistake(
    code="BP805",
    name="batchnorm-variance-n-minus-1",
    tier="D",
    message=(
        "{at} divides the squares of the variance by {less}; a normalisation divides by {count}."
    ),
    question="By which count are the squares of the variance divided here?",
    remedy="The variance of a normalisation is the mean of the squares: divide by {count}.",
    examples=(
        Example("batch-norm", "n: [-0.8729, -0.2182, 1.0911]\n", "n"),
        Example(
            "batch-norms",
            "N: [[-1.0911, 0.3595], [0.2182, 3.2418], [0.8729, -0.6013]]\n",
            "N",
            ("L", "dL/dN"),
        ),
        Example("variance", "c: [-2, -1, 0, 3]\nv: 4.6667\nd: 1.3333\n", "v"),
    ),
    edits=edits,
)
