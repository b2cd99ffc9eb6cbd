"""What a small change would make right in a formula that is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from backpropcli.checking.draws import sized
from backpropcli.checking.formulas import judge_formula
from backpropcli.checking.graph import Graph
from backpropcli.evaluate.floats import evaluate
from backpropcli.infer import Shapes
from backpropcli.language.nodes import (
    Apply,
    At,
    Expr,
    Name,
    Number,
    call,
    fold,
    is_op,
    names,
    postorder,
    with_args,
)
from backpropcli.language.text import to_text
from backpropcli.ops import OPS
from backpropcli.ops.entry import Array, ShapeError
from backpropcli.ops.shaping import selector
from backpropcli.program import Program

SECONDS = 0.4
MOST_WRITTEN = 60
FACTORS = (Number(2), Number(1) / 2, Number(4), Number(1) / 4)


class Repair(NamedTuple):
    """A formula that may be right, and what it tells about the one that was written.

    ``turned`` is the name that stands transposed or not where it should not, ``factor`` the one
    that is missing as a factor of the whole.
    """

    formula: Expr
    said: str
    turned: str = ""
    factor: str = ""


class Repairer:
    """Looks for the change; ``graph`` has numbers for the problem of ``program``."""

    def __init__(self, program: Program, graph: Graph, sizes: Mapping[str, int]) -> None:
        self.program, self.sizes = program, sizes
        self.values = {
            name: np.asarray(value, float) for name, value in graph.solution.total.values.items()
        }
        self.shapes = Shapes(program.shapes)
        self.index_from = program.problem.index_from

    def found(self, formula: Expr, target: str, at: tuple[Any, ...] | None) -> Repair | None:
        """What would make it right, or nothing where no small change does.

        What is also N times as large as it should be is told with that.
        """
        if target not in self.values:
            return None
        self.known = self.usable(formula, target)
        key = self.values[target]
        key = np.asarray(key if at is None else np.asarray(key)[selector(At(at))])
        name = target if at is None else f"this entry of {target}"
        started = perf_counter()
        for size in ("", *sorted(self.program.problem.sizes)):
            for one in self.repairs(formula, name):
                if perf_counter() - started > SECONDS:
                    return None
                tried = one.formula / Name(size) if size else one.formula
                if self.meets(tried, key) and judge_formula(tried, target, at, self.program).same:
                    return one._replace(said=f"{one.said}, and divided by {size}") if size else one
        return None

    def usable(self, formula: Expr, target: str) -> list[str]:
        """The names that may stand in a formula for a quantity: those before it, and its own."""
        problem = self.program.problem
        before: list[str] = [*problem.given]
        for equation in problem.equations:
            if equation.name == target:
                break
            before.append(equation.name)
        used = [name for name in names(formula) if name in self.values]
        return [n for n in dict.fromkeys([*used, *before]) if n != target and n in self.values]

    def meets(self, formula: Expr, key: Array) -> bool:
        """Whether it has the right value in the one problem with numbers."""
        if any(n not in self.values and n not in self.sizes for n in names(formula)):
            return False
        try:
            value = np.asarray(evaluate(sized(formula, self.sizes), self.values), float)
        except (ShapeError, ValueError, IndexError):
            return False
        if value.size != key.size or np.squeeze(value).shape != np.squeeze(key).shape:
            return False
        return bool(np.allclose(value.reshape(key.shape), key, rtol=1e-7, atol=1e-10))

    def repairs(self, formula: Expr, target: str) -> Iterator[Repair]:
        """The changes that are tried, likelier ones first."""
        yield from self.of_whole(formula, target)
        nodes = postorder(formula)
        for change in (_without_sum, _signs, _less, self.subscripts, self.turns):
            for node in reversed(nodes):
                for new in change(node):
                    yield self.instead(node, new, formula, change is self.turns)
        yield from self.with_factors(formula)
        for node in nodes[:-1]:
            for name, new in self.factors(node):
                said = f"the factor {name} is missing at {self.text(node)}"
                yield Repair(_put(formula, node, new), said)
        yield from self.terms(formula)

    def instead(self, old: Expr, new: Expr, formula: Expr, turns: bool) -> Repair:
        """What to write in place of what."""
        whole = _put(formula, old, new)
        said = f"it would be right with {self.text(new)} in place of {self.text(old)}"
        if old is formula:
            said = f"it would be right as {self.text(whole)}"
        if is_op(old, "sum", "mean"):
            said = f"{old.op}() does not belong there: {said}"
        inner = old.args[0] if is_op(old, "transpose") else old
        turned = inner.name if turns and isinstance(inner, Name) else ""
        return Repair(whole, said, turned)

    def text(self, expr: Expr) -> str:
        """A part of a formula as it is repeated."""
        text = to_text(expr, self.index_from)
        short = text if len(text) <= MOST_WRITTEN else text[: MOST_WRITTEN - 3] + "..."
        return f"`{short}`"

    def of_whole(self, formula: Expr, target: str) -> Iterator[Repair]:
        """The whole of it times a number, transposed, or to be summed."""
        yield Repair(-formula, f"the sign is wrong: this is -({target})")
        counts = [Name(size) for size in sorted(self.program.problem.sizes)]
        for factor in (*FACTORS, *counts):
            text = to_text(factor).replace(" ", "")
            yield Repair(formula / factor, f"this is {text} times {target}")
            yield Repair(-(formula / factor), f"this is -{text} times {target}")
        for count in counts:
            yield Repair(formula * count, f"this is {target} divided by {count.name}")
        shape = self.shape(formula)
        if shape is None:
            return
        if len(shape) == 2:
            inner = formula.args[0] if is_op(formula, "transpose") else formula
            turned = inner.name if isinstance(inner, Name) else ""
            yield Repair(formula.T, f"this is {target} transposed", turned)
        for axis in range(len(shape)):
            said = f"it still has to be summed: {self.text(call('sum', formula, axis=axis))}"
            yield Repair(call("sum", formula, axis=axis), said)
        if shape:
            said = f"it still has to be summed: {self.text(call('sum', formula))}"
            yield Repair(call("sum", formula), said)

    def shape(self, expr: Expr) -> tuple[Any, ...] | None:
        """The shape of a part, or nothing."""
        try:
            return self.shapes.of(expr)
        except ShapeError:
            return None

    def subscripts(self, node: Expr) -> Iterator[Expr]:
        """Another quantity of the same shape, or another entry."""
        if isinstance(node, Name):
            shape = self.program.shapes.get(node.name)
            for name in self.known:
                if name != node.name and self.program.shapes.get(name) == shape:
                    yield Name(name)
        if isinstance(node, Number):
            yield from map(Name, self.known)
        if is_op(node, "index") and isinstance(node.args[0], Name):
            at: At = dict(node.params)["at"]
            sizes = self.program.shapes.get(node.args[0].name, ())
            for axis, item in enumerate(at.items):
                size = sizes[axis] if axis < len(sizes) else 0
                if not isinstance(item, int) or not isinstance(size, int):
                    continue
                for other in range(size):
                    items = (*at.items[:axis], other, *at.items[axis + 1 :])
                    if other != item:
                        yield Apply("index", node.args, (("at", At(items)),))

    def turns(self, node: Expr) -> Iterator[Expr]:
        """A transpose more or less, or factors exchanged."""
        if is_op(node, "transpose"):
            yield node.args[0]
        elif isinstance(node, Name) and len(self.program.shapes.get(node.name, ())) == 2:
            yield node.T
        if is_op(node, "matmul", "outer"):
            yield Apply(node.op, node.args[::-1])

    def with_factors(self, formula: Expr) -> Iterator[Repair]:
        """The whole with a factor that is missing: entry by entry, or as an outer or a product."""
        for name, new in self.factors(formula):
            yield Repair(new, f"the factor {name} is missing", factor=name)
        shape = self.shape(formula) or ()
        for name in self.known:
            other, one = self.program.shapes.get(name, ()), Name(name)
            products: list[Expr] = []
            if len(shape) == len(other) == 1:
                products = [call("outer", formula, one), call("outer", one, formula)]
            elif len(shape) == len(other) == 2:
                products = [one.T @ formula, formula.T @ one, formula @ one.T, formula @ one]
            for new in products:
                said = f"the factor {name} is missing: {self.text(new)}"
                yield Repair(new, said, factor=name)

    def factors(self, node: Expr) -> Iterator[tuple[str, Expr]]:
        """A factor that is missing, where it leaves the shape as it is, or a part is a number."""
        shape = self.shape(node)
        if shape is None:
            return
        for name in (*self.known, *sorted(self.program.problem.sizes)):
            new = node * Name(name)
            if not shape or self.shape(new) == shape:
                yield name, new

    def terms(self, formula: Expr) -> Iterator[Repair]:
        """A summand that is missing."""
        shape = self.shape(formula)
        for name in self.known:
            one = Name(name)
            if shape is not None and self.shape(formula + one) == shape:
                yield Repair(formula + one, f"the term {name} is missing")
                yield Repair(formula - one, f"the term -{name} is missing")


def _without_sum(node: Expr) -> Iterator[Expr]:
    if is_op(node, "sum", "mean"):
        yield node.args[0]


def _signs(node: Expr) -> Iterator[Expr]:
    if is_op(node, "add"):
        yield node.args[0] - node.args[1]
    elif is_op(node, "sub"):
        yield node.args[0] + node.args[1]
        yield node.args[1] - node.args[0]
    elif is_op(node, "neg"):
        yield node.args[0]


def _less(node: Expr) -> Iterator[Expr]:
    """A factor, a summand or a function left out."""
    if is_op(node, "mul", "add", "sub", "matmul"):
        yield from node.args
    elif is_op(node, "div", "pow") or (
        isinstance(node, Apply) and len(node.args) == 1 and OPS[node.op].elementwise
    ):
        yield node.args[0]


def _put(root: Expr, old: Expr, new: Expr) -> Expr:
    def visit(node: Expr, args: list[Expr]) -> Expr:
        return new if node is old else with_args(node, tuple(args))

    return fold(root, visit)
