"""Pairs of an activation and a loss whose gradients simplify: ``P - Y`` and ``p - y``.

Softmax sends back ``P * (g - sum(g * P))`` and cross-entropy sends ``g = -Y / P``: P cancels, and
what is left is ``P * sum(Y) - Y``, which is ``P - Y`` where each row of Y adds up to 1. Sigmoid
sends back ``g * p * (1 - p)`` and binary cross-entropy ``g = (1 - y) / (1 - p) - y / p``: that is
``p - y``. These are rules over expressions: it does not matter how the author wrote the loss.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from backpropcli.derivation.products import (
    ONE,
    Product,
    factored,
    multiplied_out,
    product_of,
    terms_of,
    without,
    written,
)
from backpropcli.derivation.targets import Targets
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, Expr, Name, fold, is_op, with_args
from backpropcli.ops.entry import ShapeError
from backpropcli.ops.shapes import axes_of

SOFTMAX = "softmax with cross-entropy"
SIGMOID = "sigmoid with binary cross-entropy"
FUSED = {"softmax_cross_entropy": SOFTMAX, "bce_with_logits": SIGMOID}


class Setting(NamedTuple):
    """What the rules need to know: shapes, forward equations, which targets add up to 1."""

    shapes: Shapes
    forward: Mapping[str, Expr]
    targets: Targets

    def computed_by(self, expr: Expr) -> str:
        """The operation that gives a value, through its name; empty where there is none."""
        if isinstance(expr, Name):
            expr = self.forward.get(expr.name, expr)
        return expr.op if isinstance(expr, Apply) else ""

    def is_scalar(self, expr: Expr) -> bool:
        """Whether it is a single number."""
        return self.shapes.of(expr) == ()

    def same_shape(self, one: Expr, other: Expr) -> bool:
        """Whether both fit, and have one shape."""
        try:
            return self.shapes.of(one) == self.shapes.of(other)
        except ShapeError:
            return False


def cancelled(expr: Expr, setting: Setting) -> Expr:
    """The expression with factors cancelled, also through a difference and inside a sum.

    The same expression is returned where nothing cancels.
    """

    def visit(node: Expr, args: list[Expr]) -> Expr:
        node = with_args(node, tuple(args))
        if is_op(node, "sum"):
            return _out_of_sum(node, setting)
        if is_op(node, "mul", "div", "over"):
            return _distributed(node, setting)
        return node

    return fold(expr, visit) if _may_cancel(expr) else expr


def _may_cancel(expr: Expr) -> bool:
    """Whether there is any division."""

    def visit(node: Expr, args: list[bool]) -> bool:
        return any(args) or is_op(node, "div", "over")

    return fold(expr, visit)


def _out_of_sum(node: Apply, setting: Setting) -> Expr:
    """Single numbers in front of the sum, so that what is summed stands alone."""
    inner = product_of(node.args[0])
    top = tuple(filter(setting.is_scalar, inner.top))
    bottom = tuple(filter(setting.is_scalar, inner.bottom))
    if not (top or bottom or inner.coefficient != 1) or not inner.coefficient:
        return node
    rest = written(
        Product(ONE, without(inner.top, Counter(top)), without(inner.bottom, Counter(bottom)))
    )
    if not setting.same_shape(rest, node.args[0]):
        return node
    return written(Product(inner.coefficient, (with_args(node, (rest,)), *top), bottom))


def _distributed(node: Expr, setting: Setting) -> Expr:
    """A product with common factors cancelled, multiplied out over a difference if that helps."""
    whole = product_of(node)
    small = whole.cancelled()
    best = written(small) if len(small.top) < len(whole.top) else node
    for factor in small.top:
        if is_op(factor, "add", "sub"):
            outside = small._replace(top=without(small.top, Counter([factor])))
            found = _over(outside, factor, setting)
            if found is not None:
                best = found
                break
    return best if setting.same_shape(best, node) else node


def _over(outside: Product, difference: Expr, setting: Setting) -> Expr | None:
    """A product multiplied out over the terms of a difference; None where nothing cancels."""
    before = [outside.times(term) for term in terms_of(difference)]
    after = [term.cancelled() for term in before]
    if all(len(a.top) == len(b.top) for a, b in zip(after, before, strict=True)):
        return None
    result = factored(after, setting.is_scalar)
    core = product_of(result)
    sums = [part for part in core.top if is_op(part, "add", "sub")]
    if len(sums) == 1 and not any(is_op(n, "div", "over") for n in sums[0].args):
        short = multiplied_out(sums[0])
        if short is not None and len(short) <= len(after):
            rest = core._replace(top=without(core.top, Counter(sums)))
            simpler = factored(short, setting.is_scalar)
            return written(rest.times(product_of(simpler)))
    return result


def with_row_sums(expr: Expr, setting: Setting) -> tuple[Expr, list[Expr]]:
    """``P * sum(Y) - Y`` as ``P - Y`` for a softmax P, and the targets that add up to 1."""
    targets: list[Expr] = []

    def visit(node: Expr, args: list[Expr]) -> Expr:
        node = with_args(node, tuple(args))
        if not is_op(node, "add", "sub"):
            return node
        found = _pair_of(terms_of(node), setting)
        if found is None or not setting.same_shape(found[0], node):
            return node
        targets.append(found[1])
        return found[0]

    return fold(expr, visit), targets


def _pair_of(terms: list[Product], setting: Setting) -> tuple[Expr, Expr] | None:
    """The difference and the target of ``c*P*sum(Y) - c*Y``, where Y adds up to 1."""
    if len(terms) != 2:
        return None
    for spread, plain in (terms, terms[::-1]):
        for target in plain.top:
            for factor in spread.top:
                if not _is_row_sum(factor, target, setting):
                    continue
                shortened = spread._replace(top=without(spread.top, Counter([factor])))
                outside = plain._replace(top=without(plain.top, Counter([target])))
                probability = _left_over(shortened, outside)
                if probability is None or setting.computed_by(probability) != "softmax":
                    continue
                if setting.targets.sums_to_one(target):
                    return factored([shortened, plain], setting.is_scalar), target
    return None


def _left_over(product: Product, opposite: Product) -> Expr | None:
    """The single factor by which one product differs from the negative of another."""
    if product.coefficient != -opposite.coefficient or product.bottom != opposite.bottom:
        return None
    rest = without(product.top, Counter(opposite.top))
    return rest[0] if len(rest) == 1 and len(product.top) == len(opposite.top) + 1 else None


def _is_row_sum(expr: Expr, target: Expr, setting: Setting) -> bool:
    """Whether it is the sum of a target over its classes, along the last axis."""
    if not is_op(expr, "sum") or expr.args[0] != target:
        return False
    rank = len(setting.shapes.of(target))
    params = dict(expr.params)
    kept = rank == 1 or bool(params.get("keepdims"))
    return kept and rank > 0 and axes_of(rank, params.get("axis")) == (rank - 1,)


def pair_name(expr: Expr, setting: Setting) -> str:
    """Which pair an equation with a cancelled factor belongs to; empty where to none."""

    def visit(node: Expr, args: list[str]) -> str:
        own = {"softmax": SOFTMAX, "sigmoid": SIGMOID}.get(setting.computed_by(node), "")
        return next(filter(None, [own, *args]), "")

    return fold(expr, visit)
