"""The equations of a batch written for one of its examples: ``s2 = x2 @ W2 + b2``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from backpropcli.autodiff import Assignment
from backpropcli.infer import Shapes
from backpropcli.language.nodes import (
    Apply,
    At,
    Expr,
    Name,
    fold,
    is_op,
    with_args,
)
from backpropcli.ops import OPS
from backpropcli.ops.entry import ShapeError
from backpropcli.ops.reductions import size_expr
from backpropcli.ops.shapes import axes_of
from backpropcli.ops.sizes import Shape, Size
from backpropcli.program import Program

PER_EXAMPLE = ("mse", "mae", "huber", "bce", "bce_with_logits", "hinge")
OF_CLASSES = ("cross_entropy", "softmax_cross_entropy")


class Kind(Enum):
    """Whether a part is shared by all examples, has one for each, or is summed over them."""

    SHARED = 0
    BATCH = 1
    TOTAL = 2


class Mixed(Exception):  # noqa: N818  (an expected outcome, not a fault)
    """Examples that are not computed apart from each other."""


class OneExample(NamedTuple):
    """The network for one example: a vector for a row of a batch, a column for a column.

    ``names`` has the new name of each value of the batch; ``size`` is that of the batch.
    """

    names: Mapping[str, str]
    equations: tuple[Assignment, ...]
    shapes: Mapping[str, Shape]
    size: Size
    columns: bool


def one_example(program: Program) -> Iterator[OneExample]:
    """The ways in which a program may be a batch of examples, rows first; often none.

    All inputs that are matrices have the examples in their rows, or all in their columns.
    """
    inputs = [g for g in program.problem.given.values() if g.kind == "input" and len(g.shape) == 2]
    for columns in (False, True):
        sizes = {g.shape[1 if columns else 0] for g in inputs}
        for size in sizes if len(sizes) == 1 else ():
            try:
                yield _Batch(program, size, columns).one()
            except (Mixed, ShapeError):
                continue


class _Batch:
    def __init__(self, program: Program, size: Size, columns: bool) -> None:
        self.program, self.size, self.columns = program, size, columns
        self.old = Shapes(program.shapes)
        self.kinds = {
            g.name: Kind.BATCH
            for g in program.problem.given.values()
            if g.kind == "input" and self.has_examples(g.shape)
        }
        self.names: dict[str, str] = {}

    def has_examples(self, shape: Shape) -> bool:
        """Whether the shape has an axis of examples, at the place where it is expected."""
        if self.columns:
            return len(shape) == 2 and shape[1] == self.size
        return 0 < len(shape) <= 2 and shape[0] == self.size

    def one(self) -> OneExample:
        """The equations for one example; raises ``Mixed`` where they cannot be told apart."""
        found: list[Assignment] = []
        for name in self.kinds:
            self.rename(name)
        for equation in self.program.forward:
            expr, kind = fold(equation.expr, self.visit)
            if kind is not Kind.SHARED:
                self.kinds[equation.name] = kind
                self.rename(equation.name)
            found.append(Assignment(self.names.get(equation.name, equation.name), expr))
        if self.kinds.get(self.program.problem.upper) is not Kind.TOTAL:
            raise Mixed
        return OneExample(self.names, tuple(found), self.measured(found), self.size, self.columns)

    def rename(self, name: str) -> None:
        """Give a value of the batch the name that its part for one example has."""
        small = name[0].lower() + name[1:]
        taken = {*self.program.shapes, *self.names.values(), *self.program.problem.sizes, "i"}
        total = self.kinds[name] is Kind.TOTAL
        self.names[name] = f"{name}_i" if total or small in taken else small

    def measured(self, equations: list[Assignment]) -> Mapping[str, Shape]:
        """The shapes for one example; raises where an equation does not keep to them."""
        known = {name: shape for name, shape in self.program.shapes.items() if "/" not in name}
        for name, kind in self.kinds.items():
            shape = known.pop(name)
            if kind is Kind.BATCH:
                shape = (shape[0], 1) if self.columns else shape[1:]
            known[self.names[name]] = shape
        shapes = Shapes(known)
        if any(shapes.of(e.expr) != known[e.name] for e in equations):
            raise Mixed
        return known

    def visit(self, node: Expr, args: list[tuple[Expr, Kind]]) -> tuple[Expr, Kind]:
        if isinstance(node, Name):
            kind = self.kinds.get(node.name, Kind.SHARED)
            return Name(self.names.get(node.name, node.name)), kind
        kinds = [kind for _, kind in args]
        changed = with_args(node, tuple(expr for expr, _ in args))
        if not isinstance(node, Apply) or not isinstance(changed, Apply):
            return changed, Kind.SHARED
        if Kind.TOTAL in kinds:
            return self.of_totals(changed, kinds), Kind.TOTAL
        if Kind.BATCH not in kinds:
            return changed, Kind.SHARED
        if node.op in ("sum", "mean", "logsumexp", "max", "min"):
            return self.reduced(node, changed)
        if node.op in PER_EXAMPLE or (node.op in OF_CLASSES and not self.columns):
            return changed, Kind.TOTAL
        return self.kept(node, changed, kinds), Kind.BATCH

    def of_totals(self, node: Apply, kinds: list[Kind]) -> Expr:
        """A sum without what is no sum over examples, such as a penalty; not divided by N."""
        if Kind.BATCH in kinds:
            raise Mixed
        shared = [kind is Kind.SHARED for kind in kinds]
        if node.op in ("add", "sub") and any(shared):
            kept = node.args[1 if shared[0] else 0]
            return -kept if node.op == "sub" and shared[0] else kept
        if node.op == "div" and shared[1]:
            own = node.args[1] == size_expr(self.size)
            return node.args[0] if own else node
        if node.op in ("add", "sub", "neg") or (node.op == "mul" and any(shared)):
            return node
        raise Mixed

    def reduced(self, node: Apply, changed: Apply) -> tuple[Expr, Kind]:
        """A sum over all is a sum over one example; one along other axes stays."""
        params = dict(node.params)
        rank = len(self.old.of(node.args[0]))
        axes = axes_of(rank, params.get("axis"))
        own = 1 if self.columns else 0
        if own in axes:
            if node.op not in ("sum", "mean") or len(axes) < rank or params.get("keepdims"):
                raise Mixed
            return (changed if rank > 1 else changed.args[0]), Kind.TOTAL
        if self.columns:
            return changed, Kind.BATCH
        kept = tuple((k, v) for k, v in node.params if k == "keepdims")
        return Apply(node.op, changed.args, kept), Kind.BATCH

    def kept(self, node: Apply, changed: Apply, kinds: list[Kind]) -> Expr:
        """An operation that treats each example alike."""
        if OPS[node.op].elementwise:
            return changed
        if node.op == "matmul":
            ranks = [len(self.old.of(arg)) for arg in node.args]
            place = 1 if self.columns else 0
            if kinds[place] is Kind.BATCH and Kind.SHARED in kinds and ranks[place] == 2:
                return changed
            raise Mixed
        if self.columns:
            raise Mixed
        if node.op in ("softmax", "log_softmax") and len(self.old.of(node)) == 2:
            return changed
        if node.op == "onehot":
            return changed
        if node.op == "concat" and Kind.SHARED not in kinds:
            rank, axis = len(self.old.of(node)), dict(node.params).get("axis", 0)
            if rank == 2 and axis % rank == 1:
                return Apply("concat", changed.args)
        if is_op(node, "index"):
            first, *rest = dict(node.params)["at"].items
            if first == (0, None) and rest:
                return Apply("index", changed.args, (("at", At(tuple(rest))),))
        raise Mixed
