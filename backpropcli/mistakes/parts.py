"""Expressions taken apart into terms and factors, and put together again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from backpropcli.language.nodes import Expr, Number, is_op, with_args

Path = tuple[int, ...]
MOST_NODES = 400  # of an expression that is searched for places where a mistake can be made


class Term(NamedTuple):
    """A summand with its sign."""

    sign: int
    expr: Expr


class Factor(NamedTuple):
    """A factor of a product; ``below`` the fraction line it divides."""

    expr: Expr
    below: bool = False


class Chain(NamedTuple):
    """A product somewhere in an expression: where, its sign, and its factors in reading order."""

    path: Path
    sign: int
    factors: tuple[Factor, ...]

    def made(self, factors: Iterable[Factor]) -> Expr:
        """The product of other factors with this one's sign."""
        product = multiplied(factors)
        return -product if self.sign < 0 else product

    def without(self, *positions: int) -> Expr:
        """The product with some factors left out."""
        return self.made(f for i, f in enumerate(self.factors) if i not in positions)

    def with_one(self, positions: Sequence[int], new: Expr) -> Expr:
        """The product with the factors at these positions replaced by one other."""
        first = positions[0]
        changed = [
            Factor(new) if i == first else f
            for i, f in enumerate(self.factors)
            if i == first or i not in positions
        ]
        return self.made(changed)


def walk(root: Expr) -> Iterator[tuple[Path, Expr]]:
    """Each place of an expression with what stands there, from the outside in."""
    stack: list[tuple[Path, Expr]] = [((), root)]
    seen = 0
    while stack and seen < MOST_NODES:
        path, node = stack.pop()
        seen += 1
        yield path, node
        for i in range(len(node.args) - 1, -1, -1):
            stack.append(((*path, i), node.args[i]))


def at_path(root: Expr, path: Path) -> Expr:
    """What stands at a place."""
    for position in path:
        root = root.args[position]
    return root


def put(root: Expr, path: Path, new: Expr) -> Expr:
    """The expression with something else at a place."""
    around = [root]
    for position in path:
        around.append(around[-1].args[position])
    for node, i in zip(reversed(around[:-1]), reversed(path), strict=True):
        new = with_args(node, (*node.args[:i], new, *node.args[i + 1 :]))
    return new


def terms(expr: Expr) -> list[Term]:
    """The summands of an expression, which may be as many as a sequence has steps."""
    found: list[Term] = []
    stack = [Term(1, expr)]
    while stack:
        sign, node = stack.pop()
        if is_op(node, "add", "sub"):
            second = -sign if node.op == "sub" else sign
            stack += [Term(second, node.args[1]), Term(sign, node.args[0])]
        elif is_op(node, "neg"):
            stack.append(Term(-sign, node.args[0]))
        else:
            found.append(Term(sign, node))
    return found


def summed(parts: Iterable[Term]) -> Expr:
    """The sum of terms; 0 of none."""
    total: Expr | None = None
    for sign, expr in parts:
        if total is None:
            total = -expr if sign < 0 else expr
        else:
            total = total - expr if sign < 0 else total + expr
    return Number(0) if total is None else total


def chain_of(expr: Expr, path: Path = ()) -> Chain:
    """The factors of a product; a single factor is a product too."""
    sign, found = 1, []

    def visit(node: Expr, below: bool) -> None:
        nonlocal sign
        if is_op(node, "neg"):
            sign = -sign
            visit(node.args[0], below)
        elif is_op(node, "mul"):
            visit(node.args[0], below)
            visit(node.args[1], below)
        elif is_op(node, "div", "over"):
            visit(node.args[0], below)
            visit(node.args[1], not below)
        else:
            found.append(Factor(node, below))

    visit(expr, False)
    return Chain(path, sign, tuple(found))


def chains(root: Expr) -> Iterator[Chain]:
    """Every product of an expression that is not part of a larger one."""
    for path, node in walk(root):
        parent = at_path(root, path[:-1]) if path else None
        inner = parent is not None and is_op(parent, "mul", "div", "over", "neg")
        if not inner:
            yield chain_of(node, path)


def multiplied(factors: Iterable[Factor]) -> Expr:
    """The product of factors; 1 of none."""
    total: Expr | None = None
    for expr, below in factors:
        if total is None:
            total = Number(1) / expr if below else expr
        elif total == Number(1) and not below:
            total = expr
        else:
            total = total / expr if below else total * expr
    return Number(1) if total is None else total


def scaled(expr: Expr, factor: Fraction | int) -> Expr:
    """An expression times a number, as people write it."""
    factor = Fraction(factor)
    if factor < 0:
        return -scaled(expr, -factor)
    if factor == 1:
        return expr
    if factor.numerator == 1:
        return expr / Number(factor.denominator)
    if factor.denominator == 1:
        return Number(factor) * expr
    return Number(factor.numerator) * expr / Number(factor.denominator)


def replaced(root: Expr, wanted: Callable[[Expr], Expr | None]) -> Expr:
    """The expression with every part exchanged for which ``wanted`` gives another."""
    stack = [(root, False)]
    made: list[Expr] = []
    while stack:
        node, ready = stack.pop()
        if ready:
            count = len(node.args)
            args = tuple(made[-count:])
            del made[-count:]
            made.append(with_args(node, args))
            continue
        new = wanted(node)
        if new is None and node.args:
            stack.append((node, True))
            stack.extend((arg, False) for arg in reversed(node.args))
        else:
            made.append(node if new is None else new)
    return made[0]
