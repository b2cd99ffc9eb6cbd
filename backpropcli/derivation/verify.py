"""Whether each line of a derivation equals the line above: by sympy where it can, by numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from backpropcli.derivation.data import FORMS, PARTIAL, Derivation
from backpropcli.derivation.forms import free_letters
from backpropcli.derivation.numbers import Point, extents, stacked
from backpropcli.derivation.points import Setting, setting_points
from backpropcli.derivation.writing import line_text
from backpropcli.language.nodes import Expr, Name, fold, is_op, names, substitute, with_args
from backpropcli.ops.entry import Array, Inexact
from backpropcli.ops.sizes import Shape

RELATIVE, OF_LARGEST, ABSOLUTE = 1e-6, 1e-7, 1e-8  # above the noise of central differences


def check_lines(derivation: Derivation, points: Sequence[Point], seconds: float = 0.0) -> list[str]:
    """What is wrong in a derivation, empty where all is well.

    Every line is compared with the line above, the first with the left side, at all points.
    With ``seconds``, sympy is asked first about lines of scalars and entries, so long for each; a
    line that it shows to be equal is not compared by numbers.
    """
    exprs = [derivation.left, *(line.expr for line in derivation.lines)]
    return [
        f"{derivation.title}: line {number}, {line_text(right)}, is not {line_text(left)}: {said}"
        for number, left, right in _pairs(exprs)
        if (said := _complaint(left, right, exprs, points, seconds))
    ]


def same(
    left: Expr,
    right: Expr,
    shapes: Mapping[str, Shape],
    points: Sequence[Point] | None = None,
) -> bool:
    """Whether two lines are equal at all points, and of one shape.

    Without points random ones are drawn, from the shapes alone.
    """
    if points is None:
        points = setting_points(Setting(shapes))
    return not _difference(left, right, [left, right], points)


def _pairs(exprs: list[Expr]) -> Iterator[tuple[int, Expr, Expr]]:
    for number in range(1, len(exprs)):
        yield number, exprs[number - 1], exprs[number]


def _complaint(
    left: Expr, right: Expr, exprs: list[Expr], points: Sequence[Point], seconds: float
) -> str:
    if seconds and points and shown_by_sympy(left, right, points[0].equations, seconds):
        return ""
    return _difference(left, right, exprs, points)


def shown_by_sympy(
    left: Expr, right: Expr, equations: Mapping[str, Expr], seconds: float = 2.0
) -> bool:
    """Whether sympy shows two lines of scalars to be equal, under the equations between them.

    Lines with sums over an index or cases are not asked; False says nothing.
    """
    from backpropcli.symbolic import NotScalarError, equal

    try:
        one, other = (_worked_out(side, equations) for side in (left, right))
    except (NotScalarError, Inexact):
        return False
    return equal(one, other, seconds) is True


def _worked_out(line: Expr, equations: Mapping[str, Expr]) -> Expr:
    """The line with its partial derivatives worked out and all equations put in."""
    from backpropcli.symbolic import NotScalarError, derivative

    def visit(node: Expr, args: list[Expr]) -> Expr:
        if not is_op(node, *FORMS):
            return with_args(node, tuple(args))
        upper, lower = args[0], args[-1]
        if node.op != PARTIAL or not isinstance(lower, Name):
            raise NotScalarError(node.op)
        if isinstance(upper, Name):
            upper = equations.get(upper.name, upper)
        if lower.name not in names(upper):
            upper = _put_in(upper, equations)
        return derivative(upper, lower)

    return _put_in(fold(line, visit), equations)


def _put_in(expr: Expr, equations: Mapping[str, Expr]) -> Expr:
    for name in reversed(list(equations)):
        expr = substitute(expr, {name: equations[name]})
    return expr


def _difference(left: Expr, right: Expr, exprs: list[Expr], points: Sequence[Point]) -> str:
    """How two lines differ at some point; empty where they agree at all that have numbers."""
    letters = sorted(free_letters(left) | free_letters(right))
    compared = 0
    for point in points:
        try:
            ranges = extents(exprs, point)
            one, other = (stacked(expr, point, letters, ranges) for expr in (left, right))
        except (KeyError, ValueError) as error:
            return f"it has no value ({error})"
        if one.shape != other.shape:
            return f"the shapes are {other.shape} and {one.shape}"
        usable = np.isfinite(one) & np.isfinite(other)
        if not _close(one, other)[usable].all():
            return _worst(other, one, usable)
        compared += bool(usable.any())
    return "" if compared else "no point has finite values"


def _close(one: Array, other: Array) -> Array:
    size = np.maximum(np.abs(one), np.abs(other))
    largest = np.nanmax(np.where(np.isfinite(size), size, 0.0), initial=0.0)
    with np.errstate(invalid="ignore"):
        close = np.abs(one - other) <= RELATIVE * size + OF_LARGEST * largest + ABSOLUTE
    return np.asarray(close)


def _worst(found: Array, wanted: Array, usable: Array) -> str:
    """The two numbers that are furthest apart."""
    gap = np.where(usable, np.abs(found - wanted), -1.0)
    at = int(np.argmax(gap))
    return f"{found.flat[at]:.6g} and {wanted.flat[at]:.6g} at a random point"
