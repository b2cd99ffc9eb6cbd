"""Expressions brought to the form a careful person writes.

Constants are multiplied out, there is one minus sign at most, products read from left to right.
Each part is held as a rational coefficient and a core; a core of None is the number 1.
"""

from __future__ import annotations

from fractions import Fraction

from backpropcli.autodiff.coefficients import attach, constant, factors
from backpropcli.autodiff.taken import taken
from backpropcli.infer import Shapes
from backpropcli.language.nodes import (
    Apply,
    Expr,
    Name,
    Number,
    array,
    call,
    fold,
    index,
    is_op,
)
from backpropcli.ops import OPS
from backpropcli.ops.entry import ShapeError
from backpropcli.ops.shapes import axes_of
from backpropcli.ops.sizes import is_known

Part = tuple[Fraction, Expr | None]
ONE = Fraction(1)
LISTED = 6  # the longest vector whose entries are written out one by one


def tidy(expr: Expr, shapes: Shapes) -> Expr:
    """The same function, of the same shape, tidied."""
    return _Tidy(shapes).whole(expr)


class _Tidy:
    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes

    def whole(self, expr: Expr) -> Expr:
        coefficient, core = self.part(expr)
        if coefficient == 0:
            return self.zeros(expr)
        result = attach(coefficient, core)
        shape = self.shapes.of(expr)
        if self.shapes.of(result) != shape:
            if core is not None:
                raise ValueError(f"tidying changed the shape {shape} of {expr!r} to {result!r}")
            result = call("expand", result, shape=shape)
        return self.written_out(result)

    def written_out(self, expr: Expr) -> Expr:
        """One number in all entries of a short vector, as a list of it."""
        if not is_op(expr, "expand") or self.shapes.of(expr.args[0]):
            return expr
        shape = self.shapes.of(expr)
        if len(shape) == 1 and isinstance(shape[0], int) and shape[0] <= LISTED:
            return array(expr.args * shape[0])
        return expr

    def part(self, expr: Expr) -> Part:
        return fold(expr, self.visit)

    def zeros(self, like: Expr) -> Expr:
        shape = self.shapes.of(like)
        return call("expand", 0, shape=shape) if shape else Number(0)

    def visit(self, node: Expr, parts: list[Part]) -> Part:
        if isinstance(node, Number):
            return node.value, None
        if isinstance(node, Name):
            return ONE, node
        assert isinstance(node, Apply)
        if node.op == "neg":
            return -parts[0][0], parts[0][1]
        if node.op in ("add", "sub"):
            return self.sum(node, parts)
        if node.op in ("mul", "div", "pow"):
            return {"mul": self.product, "div": self.quotient, "pow": self.power}[node.op](
                node, parts
            )
        return self.other(node, parts)

    def sum(self, node: Apply, parts: list[Part]) -> Part:
        (a, left), (b, right) = parts
        if node.op == "sub":
            b = -b
        if a == 0 or b == 0:
            return self.kept(node, (b, right) if a == 0 else (a, left))
        if left is None and right is None:
            return a + b, None
        if left == right:
            return a + b, left
        left, right = self.broadcasting(node, left, right)
        if left is not None and right is not None and self.are_lists(left, right):
            return self.entrywise(a, left, b, right)
        scale = abs(a) if abs(a) == abs(b) else ONE
        first, second = attach(abs(a) / scale, left), attach(abs(b) / scale, right)
        if a > 0:
            return scale, first + second if b > 0 else first - second
        return (scale, second - first) if b > 0 else (-scale, first + second)

    def kept(self, node: Apply, part: Part) -> Part:
        """What is left of a sum with a zero; it keeps the shape of the sum."""
        coefficient, core = part
        shape = self.shapes.of(node)
        if shape != (() if core is None else self.shapes.of(core)):
            return coefficient, call("expand", core or 1, shape=shape)
        return part

    def are_lists(self, left: Expr, right: Expr) -> bool:
        """Whether both are written out, in one shape."""
        written = is_op(left, "array") and is_op(right, "array")
        return written and self.shapes.of(left) == self.shapes.of(right)

    def entrywise(self, a: Fraction, left: Expr, b: Fraction, right: Expr) -> Part:
        """A sum of two written-out vectors of one shape, entry by entry."""
        pairs = zip(left.args, right.args, strict=True)
        return ONE, array(self.whole(_scaled(a, x) + _scaled(b, y)) for x, y in pairs)

    def broadcasting(self, node: Apply, *cores: Expr | None) -> tuple[Expr | None, ...]:
        """Operands without an expansion that broadcasting does anyway."""
        shape = self.shapes.of(node)
        full = [core is not None and self.shapes.of(core) == shape for core in cores]
        kept = list(cores)
        for i, core in enumerate(cores):
            others = any(full[j] and j != i for j in range(len(cores)))
            if core is not None and others and self.is_implied(core):
                inner = core.args[0]
                kept[i] = None if inner == Number(1) else inner
                full[i] = False
        return tuple(kept)

    def is_implied(self, core: Expr) -> bool:
        if not is_op(core, "expand"):
            return False
        params = dict(core.params)
        rank = len(params["shape"]) - len(self.shapes.of(core.args[0]))
        axis = params.get("axis")
        return axis is None or axes_of(len(params["shape"]), axis) == tuple(range(rank))

    def product(self, node: Apply, parts: list[Part]) -> Part:
        (a, left), (b, right) = parts
        if a == 0 or b == 0:
            return Fraction(0), None
        left, right = self.broadcasting(node, left, right)
        return a * b, self.times(left, right)

    def times(self, left: Expr | None, right: Expr | None) -> Expr | None:
        if left is None or right is None:
            return right if left is None else left
        regrouped = left
        try:
            for factor in factors(right):
                regrouped = self.times_one(regrouped, factor)
            self.shapes.of(regrouped)
        except ShapeError:  # v*(c*M) of a vector and a column fits where v*c does not
            return left * right
        return regrouped

    def times_one(self, left: Expr, right: Expr) -> Expr:
        """A product with one more factor, which is no product itself."""
        if is_op(right, "div") and right.args[0] == Number(1):
            return left / right.args[1]
        if is_op(left, "div") and left.args[0] == Number(1) and not self.shapes.of(left):
            return right / left.args[1]
        if is_op(right, "div") and self.shapes.of(right.args[0]) == self.shapes.of(right):
            return (self.times(left, right.args[0]) or Number(1)) / right.args[1]
        fits = self.shapes.of(right) == self.shapes.of(left)[:1]
        if is_op(left, "eye") and fits:
            return call("diag", right)
        if is_op(left, "diag") and fits:
            return call("diag", self.times(left.args[0], right) or right)
        return left * right

    def quotient(self, node: Apply, parts: list[Part]) -> Part:
        (a, top), (b, bottom) = parts
        if b == 0:
            return ONE, attach(a, top) / attach(b, bottom)
        if a == 0:
            return Fraction(0), None
        if bottom is None:
            return a / b, top
        top, bottom = self.broadcasting(node, top, bottom)
        if bottom is None:
            return a / b, top
        if is_op(top, "expand") and not self.shapes.of(bottom):
            return a / b, Apply("expand", (top.args[0] / bottom,), top.params)
        return a / b, (Number(1) if top is None else top) / bottom

    def power(self, node: Apply, parts: list[Part]) -> Part:
        base, exponent = (
            self.restored(before, attach(*part))
            for before, part in zip(node.args, parts, strict=True)
        )
        if exponent == Number(1):
            return parts[0]
        if exponent == Number(0) and not self.shapes.of(base):
            return ONE, None
        return ONE, base**exponent

    def other(self, node: Apply, parts: list[Part]) -> Part:
        op = OPS[node.op]
        coefficient = ONE
        args: list[Expr] = []
        for position, (factor, core) in enumerate(parts):
            if position in op.linear and (core is not None or node.op == "expand"):
                coefficient *= factor
                args.append(core if core is not None else Number(1))
            else:
                args.append(self.restored(node.args[position], attach(factor, core)))
        if coefficient == 0 or (node.op == "array" and set(args) == {Number(0)}):
            return Fraction(0), None
        return self.simpler(Apply(node.op, tuple(args), node.params), coefficient)

    def restored(self, before: Expr, after: Expr) -> Expr:
        """A constant operand in the shape that it had."""
        shape = self.shapes.of(before)
        return after if self.shapes.of(after) == shape else call("expand", after, shape=shape)

    def simpler(self, node: Apply, coefficient: Fraction) -> Part:
        inner = node.args[0] if node.args else None
        if node.op == "transpose" and inner is not None:
            if is_op(inner, "transpose"):
                return coefficient, inner.args[0]
            if len(self.shapes.of(inner)) < 2:
                return coefficient, inner
            if is_op(inner, "matmul") and all(len(self.shapes.of(a)) == 2 for a in inner.args):
                left, right = (self.turned(arg) for arg in inner.args)
                return coefficient, right @ left
        if node.op == "swap" and inner is not None:
            return coefficient, self.swapped(inner) or node
        if node.op == "matmul":
            return coefficient, self.without_identity(node)
        if node.op == "sum" and inner is not None and self.shapes.of(node) == ():
            if is_op(inner, "onehot") and self.shapes.of(inner.args[0]) == ():
                return coefficient, None
            picked = self.picked(inner) if is_op(inner, "mul") else None
            if picked is not None:
                return coefficient, picked
        same = inner is not None and self.shapes.of(inner) == self.shapes.of(node)
        if node.op in ("reshape", "expand") and same:
            return coefficient, None if inner == Number(1) else inner
        if node.op == "place":
            return coefficient, self.listed(node)
        if node.op == "index":
            entry = taken(node, self.shapes)
            if entry is not None:
                factor, core = self.part(entry)
                return coefficient * factor, core
        return coefficient, node

    def picked(self, product: Expr) -> Expr | None:
        """The sum of a vector times a one-hot vector: one entry of it."""
        for mark, other in (product.args, product.args[::-1]):
            if is_op(mark, "onehot"):
                place, base = mark.args[0], dict(mark.params).get("base", 1)
                if isinstance(place, Number) and self.shapes.of(other) == self.shapes.of(mark):
                    return index(other, int(place.value) - base)
        return None

    def turned(self, matrix: Expr) -> Expr:
        return matrix.args[0] if is_op(matrix, "transpose") else matrix.T

    def swapped(self, inner: Expr) -> Expr | None:
        """The matrices of a stack turned: of a product each factor, of turned ones as before."""
        if is_op(inner, "swap"):
            return inner.args[0]
        if is_op(inner, "matmul") and all(len(self.shapes.of(a)) > 2 for a in inner.args):
            left, right = (self.swapped(arg) or call("swap", arg) for arg in inner.args)
            return right @ left
        return None

    def without_identity(self, node: Apply) -> Expr:
        left, right = node.args
        kept = right if is_op(left, "eye") else left if is_op(right, "eye") else node
        return kept if self.shapes.of(kept) == self.shapes.of(node) else node

    def listed(self, node: Apply) -> Expr:
        """A value placed in a short vector, written out: [0, v, 0]."""
        params = dict(node.params)
        at, shape = params["at"].items, params["shape"]
        if all(size == 1 for size in shape):
            return Apply("expand", node.args, (("shape", shape),))
        if len(at) > 1 or len(shape) > 2 or not is_known(shape) or not isinstance(at[0], int):
            return node
        if max(shape) > LISTED:
            return node
        empty = array([Number(0)] * shape[1]) if len(shape) == 2 else Number(0)
        return array(node.args[0] if i == at[0] else empty for i in range(shape[0]))


def _scaled(factor: Fraction, expr: Expr) -> Expr:
    return constant(factor) * expr
