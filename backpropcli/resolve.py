"""What the names of a parsed expression mean: values, ops, parameters, class numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from backpropcli.errors import nearest
from backpropcli.infer import Room, Shapes, index_trouble, over_steps
from backpropcli.language.nodes import (
    Apply,
    Expr,
    Name,
    Number,
    Params,
    call,
    fold,
    is_op,
    with_args,
)
from backpropcli.language.text import to_text
from backpropcli.language.timeline import OVER_STEPS
from backpropcli.named_arguments import SHOWN, SIZE_PARAMS, Arguments, error_at, shortened
from backpropcli.on_paper import STRICT, greek_factors, on_paper, run_together
from backpropcli.ops import FUNCTIONS, LOSSES_WITH_CLASSES, OPS, SPELLINGS
from backpropcli.ops.entry import Op, ShapeError
from backpropcli.ops.sizes import Shape, product, shape_text
from backpropcli.shortened import has_extra, stands_for, without_extra

MAX_ENTRIES = 20_000_000


class Scope(NamedTuple):
    """What an expression may refer to.

    ``later`` are names that are defined further down; ``aliases`` are second names of shared
    weights; ``sizes`` are the named sizes of the problem. No part may have more than ``most``
    entries, and all parts together no more than there is ``room``. ``reading`` says how products of
    arrays that are written as on paper are taken: ``STRICT``, or as formulas of students are, in
    the likelier or the other way (``on_paper``).
    """

    shapes: Mapping[str, Shape]
    sizes: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = {}
    later: Collection[str] = ()
    index_from: int = 1
    hints: bool = True
    most: int = MAX_ENTRIES
    reading: str = STRICT
    room: Room | None = None


def resolve(expr: Expr, scope: Scope) -> tuple[Expr, Shape]:
    """The expression over known names and ops, and its shape.

    Raises ``ExpressionError`` with the span of the part that is wrong.
    """
    resolver = _Resolver(scope)
    result = fold(expr, resolver.visit)
    return result, resolver.shapes.of(result)


class _Resolver:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.shapes = Shapes(scope.shapes)

    def visit(self, node: Expr, args: list[Expr]) -> Expr:
        if isinstance(node, Name):
            return self.name(node)
        if not isinstance(node, Apply):
            return node
        result = self.meaning(node, args)
        try:
            shape = self.shapes.of(result)
            entries = product(shape)
            if isinstance(entries, int) and entries > self.scope.most:
                raise ShapeError(f"the result {shape_text(shape)} is too large")
            if self.scope.room is not None and isinstance(entries, int):
                self.scope.room.spend(entries)
        except ShapeError as error:
            if is_op(result, "index"):
                shape = self.shapes.of(args[0])
                said = index_trouble(node, shape, str(error), self.scope.index_from)
                raise error_at(node, said) from None
            said = self.short(result if node.implicit else node)
            raise error_at(node, f"`{said}`: {self.operands(args)}{error}") from None
        return result

    def name(self, node: Name) -> Expr:
        name = self.scope.aliases.get(node.name, node.name)
        if name in self.scope.shapes or name in self.scope.sizes:
            return node if name == node.name else Name(name, node.span)
        if name in self.scope.later:
            raise error_at(
                node,
                f"`{name}` is used before it is defined",
                "equations stand in the order in which they are computed",
            )
        if self.scope.reading and (parts := greek_factors(name, self.scope.shapes)):
            return Apply("mul", tuple(map(Name, parts)), (), node.span)
        hint = self.hint(name) if self.scope.hints else ""
        shown = name if len(name) <= SHOWN else name[:SHOWN] + "..."
        raise error_at(node, f"there is no value `{shown}`", hint, name)

    def hint(self, name: str) -> str:
        if "/" in name:
            return "derivatives stand in `define` and `find`, not in the network or the loss"
        if split := run_together(name, self.scope.shapes):
            return f"a product is written {'*'.join(split)}"
        if name == "e":
            return "the exponential function is written exp(...)"
        if name in FUNCTIONS:
            return f"`{name}` is a function: write {name}(...)"
        functions = FUNCTIONS if len(name) > 2 else ()
        return nearest(name, [*self.scope.shapes, *self.scope.sizes, *functions])

    def short(self, node: Expr) -> str:
        """An expression as a message repeats it."""
        return shortened(node, self.scope.index_from)

    def operands(self, args: list[Expr]) -> str:
        """The named operands with their shapes, as the start of a message."""
        shown = [
            f"{to_text(a, self.scope.index_from)} is {shape_text(self.shapes.of(a))}"
            for a in args
            if isinstance(a, Name)
            or (isinstance(a, Apply) and a.op != "array" and len(to_text(a)) <= SHOWN)
        ]
        return ", ".join(dict.fromkeys(shown)) + ": " if shown else ""

    def meaning(self, node: Apply, args: list[Expr]) -> Expr:
        if self.scope.reading and (node.implicit or node.op in ("dotted", "matmul")):
            meant = on_paper(node, [self.shapes.of(arg) for arg in args], self.scope.reading)
            if meant:
                return Apply(meant, tuple(args), (), node.span)
        if node.op in ("dotted", "dot"):
            return self.dotted(node, args)
        if node.op in OVER_STEPS:
            return over_steps(node, args, self.shapes)
        slope = node.op.endswith("'")
        name = SPELLINGS.get(node.op.rstrip("'"), node.op.rstrip("'")) + ("'" if slope else "")
        if name in ("max", "min") and len(args) == 2:
            name = "maximum" if name == "max" else "minimum"
        if has_extra(node, name):
            if name in LOSSES_WITH_CLASSES and len(args) == 2:
                args = self.with_classes(node, args)
            node = without_extra(node, name, args, self.shapes, self.name)
            args = list(node.args)
        written = stands_for(node, args, self.shapes)
        if written is not None:
            return written
        op = OPS.get(name)
        if op is None:
            raise error_at(
                node,
                f"`{node.op}` has no derivative of its own to ask for",
                "slopes are known for relu, sigmoid, tanh and the other elementwise functions",
            )
        if node.implicit and not self.scope.reading:
            self.check_implicit(node, args)
        args, params = self.signature(node, op, args)
        if name in LOSSES_WITH_CLASSES:
            args = self.with_classes(node, args)
        if name in ("onehot", "embedding") and self.scope.index_from != 1:
            params = (*params, ("base", self.scope.index_from))
        if (name, params) == (node.op, node.params):
            return with_args(node, tuple(args))
        return Apply(name, tuple(args), params, node.span)

    def check_implicit(self, node: Apply, args: list[Expr]) -> None:
        """A product without a sign is elementwise; of unlike arrays, another may be meant."""
        left, right = (self.shapes.of(arg) for arg in args)
        if left and right and left != right:
            a, b = (to_text(arg, self.scope.index_from) for arg in args)
            raise error_at(
                node,
                f"`{a} {b}`: {self.operands(args)}which product is meant?",
                f"the matrix product is {a} @ {b} or {a}·{b}, the product entry by entry {a} * {b}",
            )

    def dotted(self, node: Apply, args: list[Expr]) -> Expr:
        if len(args) != 2:
            raise error_at(node, f"`{self.short(node)}`: dot takes two operands, found {len(args)}")
        scalar = any(self.shapes.of(arg) == () for arg in args)
        return Apply("mul" if scalar else "matmul", tuple(args), (), node.span)

    def signature(self, node: Apply, op: Op, args: list[Expr]) -> tuple[list[Expr], Params]:
        """The operands and the parameters, which may be given by position or by name."""
        if op.several:
            if len(args) < max(1, op.operands):
                raise error_at(node, f"`{node.op}` takes at least one operand")
            return args, self.checked(node, op, dict(node.params))
        if len(args) < op.operands:
            raise error_at(
                node,
                f"`{self.short(node)}`: {node.op} takes {_plural(op.operands, 'operand')}, "
                f"found {len(args)}",
            )
        most = op.operands + op.optional
        extra = args[most:]
        if len(extra) > len(op.params):
            raise error_at(
                node,
                f"`{self.short(node)}`: {node.op} takes {_plural(op.operands, 'operand')}"
                + (f" and {', '.join(op.params)}" if op.params else "")
                + f", found {len(args)}",
            )
        params = dict(zip(op.params, (self.constant(e) for e in extra), strict=False))
        for key, value in node.params:
            if key in params:
                raise error_at(node, f"`{self.short(node)}`: {key} is given twice")
            params[key] = value
        return args[:most], self.checked(node, op, params)

    def constant(self, expr: Expr) -> Any:
        """A parameter that was written as an operand: a number, a size or a list of them."""
        if isinstance(expr, Number):
            return int(expr.value) if expr.value.denominator == 1 else expr.value
        if isinstance(expr, Name) and expr.name in self.scope.sizes:
            return expr.name
        if is_op(expr, "neg"):
            value = self.constant(expr.args[0])
            if isinstance(value, int | Fraction):
                return -value
        if is_op(expr, "array"):
            return tuple(self.constant(item) for item in expr.args)
        raise error_at(expr, f"`{self.short(expr)}`: a constant is expected here")

    def checked(self, node: Apply, op: Op, params: dict[str, Any]) -> Params:
        for key in params:
            if key not in op.params:
                known = ", ".join(f"{p}=" for p in op.params) or "no named arguments"
                raise error_at(
                    node,
                    f"`{self.short(node)}`: {node.op} has no argument `{key}=`",
                    nearest(key, op.params) or f"it takes {known}",
                )
        self.check_required(node, op, params)
        arguments = Arguments(self.scope.sizes, self.scope.index_from)
        return tuple((k, arguments.typed(node, k, v)) for k, v in params.items())

    def check_required(self, node: Apply, op: Op, params: dict[str, Any]) -> None:
        for key in (*SIZE_PARAMS, "at"):
            if key in op.params and key not in params:
                raise error_at(node, f"`{self.short(node)}`: {node.op} needs {key}=")

    def with_classes(self, node: Apply, args: list[Expr]) -> list[Expr]:
        """A target of class numbers as one-hot rows."""
        scores, target = (self.shapes.of(arg) for arg in args)
        if scores and target == scores[:-1]:
            base = self.scope.index_from
            params = {} if base == 1 else {"base": base}
            return [args[0], call("onehot", args[1], n=scores[-1], **params)]
        return args


def _plural(count: int, noun: str) -> str:
    return f"{'one' if count == 1 else count} {noun}{'' if count == 1 else 's'}"
