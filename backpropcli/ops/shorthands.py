"""Calls that stand for an expression: it is what equations show, and what is differentiated."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from backpropcli.language.nodes import Expr, Number, as_expr, call
from backpropcli.ops.entry import ShapeError
from backpropcli.ops.reductions import size_expr
from backpropcli.ops.sizes import Shape, shape_text
from backpropcli.registry import Registry


class Shorthand(NamedTuple):
    """A call, what it stands for, and how many operands it takes at least and at most."""

    name: str
    doc: str
    least: int
    most: int
    write: Callable[[tuple[Expr, ...], tuple[Shape, ...], dict[str, Any]], Expr]
    params: tuple[str, ...] = ()


def _turned(x: Expr, shape: Shape) -> Expr:
    return x.T if len(shape) == 2 else call("swap", x)


def _attention(args: tuple[Expr, ...], shapes: tuple[Shape, ...], params: dict[str, Any]) -> Expr:
    if not shapes[0] or len(shapes[1]) < 2 or len(shapes[2]) < 2:
        found = ", ".join(shape_text(s) for s in shapes[:3])
        raise ShapeError(f"`attention` takes matrices of queries, keys and values, found {found}")
    scores = args[0] @ _turned(args[1], shapes[1]) / call("sqrt", size_expr(shapes[1][-1]))
    mask = args[3] if len(args) == 4 else None
    if params.get("causal"):
        if len(shapes[0]) < 2:
            raise ShapeError("causal=True needs the rows of all queries")
        causal = call("causal_mask", n=shapes[0][-2])
        mask = causal if mask is None else mask * causal
    weights = call("softmax", scores) if mask is None else call("masked_softmax", scores, mask)
    return weights @ args[2]


def _added(args: list[Expr]) -> Expr:
    total = args[0]
    for arg in args[1:]:
        total = total + arg
    return total


def _l1(args: tuple[Expr, ...], shapes: tuple[Shape, ...], params: dict[str, Any]) -> Expr:
    return _added([call("sum", call("abs", arg)) for arg in args])


def _l2(args: tuple[Expr, ...], shapes: tuple[Shape, ...], params: dict[str, Any]) -> Expr:
    return _added([call("sum", arg**2) for arg in args])


def smoothed(target: Expr, shape: Shape, amount: Expr) -> Expr:
    """A target of which a share is spread evenly over the classes; Szegedy et al. 2016, sec. 7."""
    kept = as_expr(1 - amount.value) if isinstance(amount, Number) else 1 - amount
    return kept * target + amount / size_expr(shape[-1])


def share_trouble(amount: Expr) -> str:
    """What is wrong with a share that is a number, or nothing."""
    inside = not isinstance(amount, Number) or amount.value < Fraction(1)
    return "" if inside else "label_smoothing= is a number from 0 to below 1"


SHORTHANDS: Registry[Shorthand] = Registry("shorthand")
for shorthand in (
    Shorthand("attention", "softmax(Q @ K.T / sqrt(d)) @ V with the number d of columns of K; a "
              "mask M, or causal=True, leaves out what may not be attended to.",
              3, 4, _attention, ("causal",)),
    Shorthand("l1_penalty", "The sum of the absolute values of all entries of all operands.", 1,
              20, _l1),
    Shorthand("l2_penalty", "The sum of the squares of all entries of all operands, without a "
              "factor 1/2.", 1, 20, _l2),
):  # fmt: skip
    SHORTHANDS.add(shorthand.name, shorthand)
# Named arguments that an op takes beside its own, and what they change in its operands.
SCALED = frozenset({"softmax", "log_softmax"})  # temperature=
SMOOTHED = frozenset({"softmax_cross_entropy", "cross_entropy"})  # label_smoothing=
