"""Back through one equation: what an upstream gradient sends to each name it uses.

This knows no op: every op's vjp builds an expression. Broadcasting is undone here, once.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, Expr, Name, call, fold, index, postorder, with_args
from backpropcli.ops import OPS
from backpropcli.ops.entry import Site
from backpropcli.ops.sizes import Shape


class Assignment(NamedTuple):
    """A name and the expression that gives its value."""

    name: str
    expr: Expr


class Term(NamedTuple):
    """One contribution to the gradient of a name."""

    name: str
    expr: Expr


def vjp(equation: Assignment, g: Expr, needed: Collection[str], shapes: Shapes) -> list[Term]:
    """The contributions to the needed names, of one equation with upstream gradient ``g``.

    ``g`` has the shape of the equation's value; each contribution that of its name.
    """
    root = without_slopes(equation.expr, shapes)
    order = postorder(root)
    active = _active(order, needed)
    flowing: dict[int, Expr] = {id(root): g}
    arrived: list[Term] = []
    for node in reversed(order):
        if id(node) not in active or id(node) not in flowing:
            continue
        if isinstance(node, Name):
            arrived.append(Term(node.name, flowing[id(node)]))
            continue
        out = Name(equation.name) if node is root else node
        for position, arg in enumerate(node.args):
            if id(arg) in active:
                term = _one(node, out, position, flowing[id(node)], shapes)
                if term is not None:
                    before = flowing.get(id(arg))
                    flowing[id(arg)] = term if before is None else before + term
    return arrived


def _one(node: Expr, out: Expr, position: int, g: Expr, shapes: Shapes) -> Expr | None:
    assert isinstance(node, Apply)
    rule = OPS[node.op].vjp(position)
    if rule is None:
        return None
    own = tuple(shapes.of(arg) for arg in node.args)
    site = Site(g, out, node.args, own, shapes.of(node), dict(node.params))
    return mended(rule(site), own[position], shapes)


def _active(order: list[Expr], needed: Collection[str]) -> set[int]:
    """The nodes that depend on a needed name."""
    found: set[int] = set()
    for node in order:
        if isinstance(node, Name):
            if node.name in needed:
                found.add(id(node))
        elif any(id(arg) in found for arg in node.args):
            found.add(id(node))
    return found


def mended(term: Expr, target: Shape, shapes: Shapes) -> Expr:
    """A contribution summed over what was broadcast, and spread over what was summed."""
    shape = shapes.of(term)
    if shape == target:
        return term
    if target == () and all(size == 1 for size in shape):
        return index(term, *(0,) * len(shape))
    extra = len(shape) - len(target)
    if extra > 0:
        axis = None if not target else 0 if extra == 1 else tuple(range(extra))
        term = call("sum", term, axis=axis)
        shape = shape[extra:]
    ones = tuple(
        i for i, (a, b) in enumerate(zip(shape, target, strict=False)) if b == 1 and a != 1
    )
    if ones and len(shape) == len(target):
        term = call("sum", term, axis=ones[0] if len(ones) == 1 else ones, keepdims=True)
        shape = shapes.of(term)
    return term if shape == target else call("expand", term, shape=target)


def without_slopes(expr: Expr, shapes: Shapes) -> Expr:
    """The expression with slopes such as ``sigmoid'(z)`` written in simpler ops."""
    if not any(_is_slope(node) for node in postorder(expr)):
        return expr

    def visit(node: Expr, args: list[Expr]) -> Expr:
        node = with_args(node, tuple(args))
        expansion = OPS[node.op].expansion if _is_slope(node) else None  # type: ignore[attr-defined]
        if expansion is None or not isinstance(node, Apply):
            return node
        shape = shapes.of(node)
        site = Site(node, node, node.args, (shape,), shape, dict(node.params))
        return without_slopes(expansion(site), shapes)

    return fold(expr, visit)


def _is_slope(node: Expr) -> bool:
    return isinstance(node, Apply) and node.op.endswith("'")
