"""Expressions: immutable trees whose shared parts stay shared.

Nothing here recurses: an expression may be as deep as memory allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from operator import is_
from typing import Any, TypeGuard, TypeVar

T = TypeVar("T")
Params = tuple[tuple[str, Any], ...]
# A slice may run to the end, and its ends may be named sizes, which add up as numbers do.
Positions = tuple[int | tuple[Any, Any], ...]


class Expr:
    """A node: what it is, its operands, and where it was written.

    ``span`` (first and last offset in the text it was read from) and the operands' order of
    creation do not count for equality.
    """

    __slots__ = ("_hash", "args", "span")
    args: tuple[Expr, ...]
    span: tuple[int, int] | None

    def label(self) -> tuple[Any, ...]:
        """What distinguishes this node from others with the same operands."""
        raise NotImplementedError

    def __hash__(self) -> int:
        return self._hash  # type: ignore[no-any-return, attr-defined]

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Expr) and hash(self) == hash(other) and _same(self, other)

    def __repr__(self) -> str:
        from backpropcli.language.text import to_text

        return f"<{to_text(self)}>"

    def __add__(self, other: Expr | int) -> Expr:
        return Apply("add", (self, as_expr(other)))

    def __sub__(self, other: Expr | int) -> Expr:
        return Apply("sub", (self, as_expr(other)))

    def __rsub__(self, other: int) -> Expr:
        return Apply("sub", (as_expr(other), self))

    def __mul__(self, other: Expr | int) -> Expr:
        return Apply("mul", (self, as_expr(other)))

    def __rmul__(self, other: int) -> Expr:
        return Apply("mul", (as_expr(other), self))

    def __truediv__(self, other: Expr | int | Fraction) -> Expr:
        return Apply("div", (self, as_expr(other)))

    def __pow__(self, other: Expr | int) -> Expr:
        return Apply("pow", (self, as_expr(other)))

    def __matmul__(self, other: Expr) -> Expr:
        return Apply("matmul", (self, other))

    def __neg__(self) -> Expr:
        return Apply("neg", (self,))

    @property
    def T(self) -> Expr:  # noqa: N802  (NumPy's name)
        """The transpose."""
        return Apply("transpose", (self,))


class Number(Expr):
    """An exact rational constant, never negative (a minus sign is an operation)."""

    __slots__ = ("value",)

    def __init__(self, value: Fraction | int, span: tuple[int, int] | None = None) -> None:
        self.value = value if type(value) is Fraction else Fraction(value)
        if self.value.numerator < 0:
            raise ValueError("a Number is not negative: use neg")
        self.args = ()
        self.span = span
        self._hash = hash(("number", self.value))

    def label(self) -> tuple[Any, ...]:
        """The kind and the content."""
        return ("number", self.value)


class Name(Expr):
    """A quantity by its name; a derivative has one too: ``dL/dW1``."""

    __slots__ = ("name",)

    def __init__(self, name: str, span: tuple[int, int] | None = None) -> None:
        self.name = name
        self.args = ()
        self.span = span
        self._hash = hash(("name", name))

    def label(self) -> tuple[Any, ...]:
        """The kind and the content."""
        return ("name", self.name)


class Apply(Expr):
    """An operation on operands, with constant parameters such as ``axis``.

    ``implicit`` marks a product that was written without a sign; it does not count for equality.
    """

    __slots__ = ("implicit", "op", "params")

    def __init__(
        self,
        op: str,
        args: tuple[Expr, ...],
        params: Params = (),
        span: tuple[int, int] | None = None,
        implicit: bool = False,
    ) -> None:
        self.op = op
        self.args = args
        self.params = params
        self.span = span
        self.implicit = implicit
        self._hash = hash((op, args, params))

    def label(self) -> tuple[Any, ...]:
        """The kind and the content."""
        return (self.op, self.params)


class At:
    """The parameter of an index: positions counted from 0, slices as [from, to), None the end."""

    __slots__ = ("items",)

    def __init__(self, items: Positions) -> None:
        self.items = items

    def __eq__(self, other: object) -> bool:
        return isinstance(other, At) and self.items == other.items

    def __hash__(self) -> int:
        return hash(self.items)


def _same(left: Expr, right: Expr) -> bool:
    stack = [(left, right)]
    seen: set[tuple[int, int]] = set()
    while stack:
        a, b = stack.pop()
        if a is b or (id(a), id(b)) in seen:
            continue
        if a.label() != b.label() or len(a.args) != len(b.args):
            return False
        seen.add((id(a), id(b)))
        stack.extend(zip(a.args, b.args, strict=True))
    return True


def as_expr(value: Expr | int | Fraction) -> Expr:
    """A plain number as an expression; an expression as it is."""
    if isinstance(value, Expr):
        return value
    return Number(value) if value >= 0 else Apply("neg", (Number(-value),))


def call(op: str, *args: Expr | int | Fraction, **params: Any) -> Apply:
    """An operation by name; parameters that are None are left out."""
    kept = tuple([(k, v) for k, v in params.items() if v is not None])
    return Apply(op, tuple([as_expr(a) for a in args]), kept)


def index(value: Expr, *items: int | tuple[Any, Any]) -> Expr:
    """An entry or a slice of a value, counted from 0."""
    return Apply("index", (value,), (("at", At(items)),))


def array(items: Iterable[Expr]) -> Expr:
    """A list of equally shaped parts, stacked along a new first axis."""
    return Apply("array", tuple(items))


def is_op(expr: Expr | None, *ops: str) -> TypeGuard[Apply]:
    """Whether the node applies one of these operations."""
    return isinstance(expr, Apply) and expr.op in ops


def postorder(*roots: Expr) -> list[Expr]:
    """Each distinct node below the roots once, operands before their operation."""
    order: list[Expr] = []
    done: set[int] = set()
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, expanded = stack.pop()
        if id(node) in done:
            continue
        if expanded or not node.args:
            done.add(id(node))
            order.append(node)
        else:
            stack.append((node, True))
            stack += [(arg, False) for arg in node.args[::-1]]
    return order


def fold(root: Expr, visit: Callable[[Expr, list[T]], T]) -> T:
    """The value of ``visit(node, values of its operands)`` at the root."""
    results: dict[int, T] = {}
    for node in postorder(root):
        results[id(node)] = visit(node, [results[id(a)] for a in node.args])
    return results[id(root)]


def with_args(node: Expr, args: tuple[Expr, ...]) -> Expr:
    """The same operation on other operands (the node itself where nothing changed)."""
    if not isinstance(node, Apply) or all(map(is_, node.args, args)):
        return node
    return Apply(node.op, args, node.params, node.span, node.implicit)


def substitute(root: Expr, values: Mapping[str, Expr]) -> Expr:
    """The expression with names replaced."""

    def visit(node: Expr, args: list[Expr]) -> Expr:
        if isinstance(node, Name):
            return values.get(node.name, node)
        return with_args(node, tuple(args))

    return fold(root, visit)


def names(*roots: Expr) -> list[str]:
    """The names that occur, each once, in reading order."""
    found: dict[str, None] = {}
    seen: set[int] = set()
    stack = [*reversed(roots)]
    while stack:
        node = stack.pop()
        if node.args:
            if id(node) not in seen:
                seen.add(id(node))
                stack += node.args[::-1]
        elif isinstance(node, Name):
            found[node.name] = None
    return list(found)
