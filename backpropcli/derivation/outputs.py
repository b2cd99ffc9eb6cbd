"""Backward formulas in values that have names: outputs for their slopes, slices of factors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from backpropcli.derivation.products import over, product_of, without, written
from backpropcli.infer import Shapes
from backpropcli.language.nodes import (
    Apply,
    At,
    Expr,
    Name,
    Number,
    call,
    fold,
    index,
    is_op,
    names,
    substitute,
    with_args,
)
from backpropcli.ops import OPS
from backpropcli.ops.entry import ShapeError, Site
from backpropcli.ops.sizes import Shape

OUTPUT = Name("<output>")  # no user can write this name


class Outputs:
    """Which named values of the forward pass stand for which expressions."""

    def __init__(self, forward: Mapping[str, Expr], shapes: Shapes) -> None:
        self.shapes = shapes
        self.known: dict[Expr, Expr] = {}
        for name, expr in forward.items():
            if isinstance(expr, Apply):
                self.known.setdefault(expr, Name(name))
                for part, place in _parts(Name(name), expr, shapes):
                    if isinstance(part, Apply):
                        self.known.setdefault(part, place)

    def tell(self, expr: Expr) -> Expr:
        """The expression with values by their names, ``f*(1 - f)`` for ``sigmoid'(e)``."""

        def visit(node: Expr, args: list[Expr]) -> Expr:
            node = with_args(node, tuple(args))
            if is_op(node, "index"):
                node = self.sliced(node)
            if is_op(node, "transpose") and is_op(node.args[0], "outer"):
                return call("outer", *node.args[0].args[::-1])
            if is_op(node, "expand") and is_op(node.args[0], "expand"):
                node = self.spread_once(node)
            if isinstance(node, Apply) and node.op.endswith("'"):
                return self.slope(node)
            return self.known.get(node, node)

        return fold(expr, visit)

    def slope(self, node: Apply) -> Expr:
        """A slope in terms of the output, where the op has such a formula and the output a name."""
        op = node.op.removesuffix("'")
        output = self.known.get(Apply(op, node.args, node.params))
        rule = OPS[op].vjp(0)
        if output is None or rule is None:
            return node
        shape = self.shapes.of(node)
        found = rule(Site(Number(1), OUTPUT, node.args, (shape,), shape, dict(node.params)))
        return substitute(found, {OUTPUT.name: output}) if OUTPUT.name in names(found) else node

    def spread_once(self, node: Apply) -> Expr:
        """A single number that is spread over one axis after the other, spread over all."""
        inner = node.args[0]
        while is_op(inner, "expand"):
            inner = inner.args[0]
        if self.shapes.of(inner) != ():
            return node
        return call("expand", inner, shape=self.shapes.of(node))

    def sliced(self, node: Apply) -> Expr:
        """A slice of a product as the product of the slices, and of a list of parts as a part."""
        inner, at = node.args[0], dict(node.params)["at"].items
        if is_op(inner, "outer") and len(at) == 2:
            rows, columns = (_cut(arg, at[i]) for i, arg in enumerate(inner.args))
            return call("outer", rows, columns)
        if is_op(inner, "mul", "div", "neg"):
            shape = self.shapes.of(inner)
            shapes = [self.shapes.of(arg) for arg in inner.args]
            if all(own in ((), shape) for own in shapes):
                pieces = zip(inner.args, shapes, strict=True)
                args = tuple(arg if own == () else index(arg, *at) for arg, own in pieces)
                return Apply(inner.op, tuple(map(self.tell, args)), inner.params)
        return node


def _cut(vector: Expr, item: object) -> Expr:
    return vector if item == (0, None) else Apply("index", (vector,), (("at", At((item,))),))  # type: ignore[arg-type]


def _parts(whole: Name, expr: Expr, shapes: Shapes) -> list[tuple[Expr, Expr]]:
    """The parts of a value that is put together, each with the slice that it is."""
    if not is_op(expr, "concat"):
        return []
    rank = len(shapes.of(expr))
    axis = dict(expr.params).get("axis", 0) % rank
    found: list[tuple[Expr, Expr]] = []
    start = 0
    for part in expr.args:
        shape: Shape = shapes.of(part)
        size = shape[axis] if shape else 1
        if not isinstance(size, int):
            return found
        at = ((0, None),) * axis + ((start, start + size),)
        found.append((part, index(whole, *at)))
        start += size
    return found


def without_scalar_divisors(expr: Expr, shapes: Shapes) -> Expr:
    """The expression with divisions by single numbers taken out of products and sums."""

    def visit(node: Expr, args: list[Expr]) -> Expr:
        node = with_args(node, tuple(args))
        if not isinstance(node, Apply) or all(shapes.of(arg) == () for arg in node.args):
            return node
        if is_op(node, "div") and shapes.of(node.args[1]) == ():
            return node  # what stands around it takes it out
        taken: tuple[Expr, ...] = ()
        kept = list(node.args)
        for i in OPS[node.op].linear:
            inner = product_of(kept[i])
            scalars = tuple(b for b in inner.bottom if shapes.of(b) == ())
            if scalars:
                rest = written(inner._replace(bottom=without(inner.bottom, Counter(scalars))))
                if shapes.of(rest) == shapes.of(kept[i]):
                    kept[i], taken = rest, taken + scalars
        if is_op(node, "add", "sub"):
            return _sum_over(node, shapes)
        if not taken or is_op(node, "concat", "array"):
            return node
        return over(with_args(node, tuple(kept)), taken)

    try:
        return fold(expr, visit)
    except ShapeError:
        return expr


def _sum_over(node: Apply, shapes: Shapes) -> Expr:
    """A sum with the single numbers that both its terms are divided by taken out."""
    terms = [product_of(arg) for arg in node.args]
    counts = [Counter(b for b in term.bottom if shapes.of(b) == ()) for term in terms]
    common = counts[0] & counts[1]
    if not common:
        return node
    kept = [written(t._replace(bottom=without(t.bottom, common))) for t in terms]
    if any(shapes.of(k) != shapes.of(arg) for k, arg in zip(kept, node.args, strict=True)):
        return node
    left, right = kept
    if is_op(node, "add") and is_op(right, "add", "sub"):  # a + (b - c) is a + b - c
        left, right = left + right.args[0], right.args[1]
        return over(with_args(kept[1], (left, right)), common.elements())
    return over(with_args(node, (left, right)), common.elements())


def under_one_line(expr: Expr, shapes: Shapes) -> Expr:
    """Single numbers that are divided by one after the other, together: ``a / (N * C)``."""

    def visit(node: Expr, args: list[Expr]) -> Expr:
        node = with_args(node, tuple(args))
        if not is_op(node, "div") or not is_op(node.args[0], "div"):
            return node
        above, first = node.args[0].args
        second = node.args[1]
        numbers = shapes.of(first) == shapes.of(second) == ()
        return over(above, (first, second)) if numbers else node

    return fold(expr, visit)
