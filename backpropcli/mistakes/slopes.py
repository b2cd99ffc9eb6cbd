"""Slopes of activations, and the pairs of output activation and loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from backpropcli.language.nodes import Apply, Expr, Name, Number, call, is_op, names, postorder
from backpropcli.mistakes.parts import (
    Factor,
    at_path,
    chain_of,
    multiplied,
    put,
    summed,
    terms,
    walk,
)
from backpropcli.mistakes.world import Slope, World
from backpropcli.ops.sizes import Shape
from backpropcli.problem.data import Equation


class ByOutput(NamedTuple):
    """A slope written in terms of the activation's output."""

    text: str
    of: Callable[[Expr], Expr]


def by_output(activation: str) -> ByOutput | None:
    """The formula a*(1 - a) or 1 - a**2, or nothing for other activations."""
    if activation == "sigmoid":
        return ByOutput("a*(1 - a)", lambda a: a * (1 - a))
    if activation == "tanh":
        return ByOutput("1 - a**2", lambda a: 1 - a**2)
    return None


def slope_expr(slope: Slope) -> Expr:
    """The slope by itself."""
    return multiplied(slope.chain.factors[i] for i in slope.positions)


def slope_text(world: World, slope: Slope) -> str:
    """The slope as people read it."""
    return world.text(slope_expr(slope))


def along_last(shape: Shape) -> dict[str, Any]:
    """The parameters of a sum along the last axis that broadcasts back."""
    return {} if len(shape) < 2 else {"axis": len(shape) - 1, "keepdims": True}


class OutputPair(NamedTuple):
    """An output activation with its cross-entropy, and the gradient of its scores.

    ``slope`` is p - y over the mean's count, ``before`` the gradient of the probabilities.
    ``scale`` is what a loss that is written out multiplies by.
    """

    name: str
    activation: str
    p: Expr
    y: Expr
    slope: Expr
    before: Expr
    along: dict[str, Any]
    rows: int
    scale: Expr | None = None

    def per_row(self, expr: Expr) -> Expr:
        """An expression divided as the loss is."""
        if self.scale is not None:
            return expr if self.scale == Number(1) else self.scale * expr
        return expr / self.rows if self.rows > 1 else expr


FUSED = {"softmax_cross_entropy": "softmax", "bce_with_logits": "sigmoid"}
SPLIT = {"cross_entropy": "softmax", "bce": "sigmoid"}


def output_pairs(world: World) -> Iterator[OutputPair]:
    """Softmax with cross-entropy and sigmoid with its binary form, as one op or as two."""
    for equation in world.forward:
        if equation.name not in world.loss.data_equations:
            continue
        for node in _losses(equation.expr):
            if node.op in FUSED:
                yield from _fused(world, node)
            else:
                yield from _split(world, node)
    yield from _written_out(world)


def _losses(expr: Expr) -> Iterator[Apply]:
    for node in postorder(expr):
        if is_op(node, *FUSED, *SPLIT):
            yield node


def _count(world: World, op: str) -> int:
    what = "examples" if op in ("cross_entropy", "softmax_cross_entropy") else "entries"
    return world.loss.averaged.get(what, 1)


def _fused(world: World, node: Apply) -> Iterator[OutputPair]:
    z, y = node.args
    activation = FUSED[node.op]
    if not isinstance(z, Name):
        return
    name = f"d{world.upper}/d{z.name}"
    if name not in world.equations:
        return
    p = call(activation, z)
    count = _count(world, node.op)
    slope = (p - y) / count if count > 1 else p - y
    before = -(call("over", y, p))
    before = before / count if count > 1 else before
    yield OutputPair(name, activation, p, y, slope, before, along_last(world.shape(z) or ()), count)


def _split(world: World, node: Apply) -> Iterator[OutputPair]:
    p, y = node.args
    root = world.equations.get(p.name) if isinstance(p, Name) else None
    activation = SPLIT[node.op]
    if root is None or not is_op(root.expr, activation) or not isinstance(p, Name):
        return
    z = root.expr.args[0]
    name = f"d{world.upper}/d{z.name}" if isinstance(z, Name) else ""
    before = f"d{world.upper}/d{p.name}"
    if name not in world.equations or before not in world.equations:
        return
    count = _count(world, node.op)
    slope = (p - y) / count if count > 1 else p - y
    yield OutputPair(
        name, activation, p, y, slope, Name(before), along_last(world.shape(p) or ()), count
    )


def _written_out(world: World) -> Iterator[OutputPair]:
    """Pairs whose loss is written with log, known by the gradient -y/p of the probabilities."""
    if world.loss.kind != "log":
        return
    targets = [Name(n) for n in world.problem.given if n not in world.weights]
    for equation in world.forward:
        root, p = equation.expr, Name(equation.name)
        before, z = f"d{world.upper}/d{p.name}", root.args[0] if root.args else None
        if not is_op(root, "softmax", "sigmoid") or not isinstance(z, Name):
            continue
        name = f"d{world.upper}/d{z.name}"
        if before not in world.equations or name not in world.equations:
            continue
        for y in targets:
            scale = _scale(world.equations[before].expr, root.op, p, y)
            if scale is not None:
                slope = p - y if scale == Number(1) else scale * (p - y)
                along = along_last(world.shape(p) or ())
                yield OutputPair(name, root.op, p, y, slope, Name(before), along, 1, scale)


def _scale(expr: Expr, activation: str, p: Name, y: Name) -> Expr | None:
    """What the gradient of the probabilities multiplies -y/p by, or (1 - y)/(1 - p) - y/p."""
    product = chain_of(expr)
    wanted = [Factor(y), Factor(p, True)]
    if activation == "sigmoid":
        wanted = [Factor((1 - y) / (1 - p) - y / p)]
    rest = [f for f in product.factors if f not in wanted]
    if len(rest) != len(product.factors) - len(wanted):
        return None
    negative = product.sign > 0 if activation == "softmax" else product.sign < 0
    scale = multiplied(rest)
    return None if uses(scale, p.name) else -scale if negative else scale


def other_points(world: World) -> Iterator[tuple[str, Expr, float, Expr, Expr]]:
    """Local derivatives at other known values: name, equation, bits, what was used, the point."""
    for equation in world.gradients:
        for path, node in walk(equation.expr):
            if _is_local_point(world, equation, path, node):
                for other in _points_of(world, node):
                    expr, bits = put(equation.expr, path, other), _strange(other)
                    yield equation.name, expr, bits, other, node
    for slope in world.slopes:
        for other in _slope_points(world, slope.argument):
            if slope.activation == "relu" or (slope.activation == "tanh" and other == Number(0)):
                continue  # the slope of tanh at 0 is 1, as if it had been left out
            form = call(slope.activation + "'", other, **dict(slope.params))
            expr = slope.replaced_by(form)
            yield slope.equation.name, expr, _strange(other), other, slope.argument


def _strange(other: Expr) -> float:
    return 1.0 if isinstance(other, Number) else 2.0


def _points_of(world: World, node: Expr) -> Iterator[Expr]:
    """Other known values at which a derivative may have been evaluated by mistake."""
    shape = world.shape(node)
    if shape == ():
        yield Number(0)
        yield Number(1)
    for name, other in world.problem.shapes.items():
        if other == shape and name not in world.weights and Name(name) != node:
            yield Name(name)


def _slope_points(world: World, argument: Expr) -> Iterator[Expr]:
    """Other points at which a slope may have been evaluated: 0, inputs and targets."""
    yield Number(0)
    shape = world.shape(argument)
    for name, given in world.problem.given.items():
        if given.shape == shape and name not in world.weights and Name(name) != argument:
            yield Name(name)


def _is_local_point(world: World, equation: Equation, path: tuple[int, ...], node: Expr) -> bool:
    """Whether a value stands in a derivative as the point at which it is evaluated.

    Which units of a relu are active is decided there too, but that has names of its own.
    """
    inner = node.args[0] if is_op(node, "index") else node
    if not isinstance(inner, Name) or inner.name in world.weights:
        return False
    if inner.name not in world.problem.shapes:
        return False
    if path and is_op(at_path(equation.expr, path[:-1]), "relu'", "step"):
        return False
    if inner.name == equation.name.rpartition("/d")[2]:
        return True
    expr: Expr = equation.expr
    for position in path:
        if isinstance(expr, Apply) and (expr.op.endswith("'") or expr.op == "array"):
            return True
        expr = expr.args[position]
    return False


def uses(expr: Expr, name: str) -> bool:
    """Whether a name occurs in an expression."""
    return name in names(expr)


def first_term_alone(expr: Expr) -> Iterator[Expr]:
    """A binary cross-entropy of its first term alone."""
    for path, node in walk(expr):
        if is_op(node, "bce", "bce_with_logits"):
            p, y = node.args
            p = p if node.op == "bce" else call("sigmoid", p)
            yield put(expr, path, -call("mean", y * call("log", p)))
    yield from _without(expr, _has_log_of_rest)


def slopes_of_first_term(expr: Expr) -> Iterator[Expr]:
    """The gradient of its probabilities without the second term."""
    yield from _without(expr, _divides_by_rest)


def _without(expr: Expr, second: Callable[[Expr], bool]) -> Iterator[Expr]:
    """The expression with the second of two terms left out of a sum."""
    for path, node in walk(expr):
        parts = terms(node)
        kept = [part for part in parts if not second(part.expr)]
        if len(parts) == 2 and len(kept) == 1:
            yield put(expr, path, summed(kept))
            return


def _has_log_of_rest(expr: Expr) -> bool:
    return any(is_op(n, "log") and _is_rest(n.args[0]) for n in postorder(expr))


def _divides_by_rest(expr: Expr) -> bool:
    return any(below and _is_rest(factor) for factor, below in chain_of(expr).factors)


def _is_rest(expr: Expr) -> bool:
    """Whether it is 1 - p."""
    return is_op(expr, "sub") and expr.args[0] == Number(1)
