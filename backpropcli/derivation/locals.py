"""Local derivatives: of one equation, with respect to a value or an entry in it."""

from __future__ import annotations

import numpy as np

from backpropcli.autodiff.coefficients import factors
from backpropcli.autodiff.sweep import gradients
from backpropcli.autodiff.tidy import tidy
from backpropcli.autodiff.vjp import Assignment, vjp
from backpropcli.derivation.terms import simplified
from backpropcli.evaluate.entries import entry_expressions, symbols
from backpropcli.evaluate.floats import evaluate
from backpropcli.infer import Shapes
from backpropcli.language.nodes import (
    At,
    Expr,
    Name,
    Number,
    array,
    fold,
    index,
    is_op,
    names,
    postorder,
    with_args,
)
from backpropcli.ops.entry import Array, Inexact, ShapeError
from backpropcli.ops.sizes import is_known, product
from backpropcli.problem.data import Equation
from backpropcli.program import Program

MARK = "<g>"  # stands for the upstream gradient; no user can write this name
MOST_CELLS = 20_000  # entries of an equation times entries of a value in it
Position = tuple[int, ...]


def entry_of(name: str, position: Position) -> Expr:
    """An entry of a named value, or the name of a single number."""
    return index(Name(name), *position) if position else Name(name)


class Locals:
    """The local derivatives of the equations of a program, worked out when they are asked for."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.equations = {
            equation.name: equation._replace(expr=with_classes(equation.expr, program))
            for equation in program.forward
        }
        self.shapes = Shapes(program.shapes)
        self._cells: dict[tuple[str, str], Array] = {}
        self._entries: dict[tuple[str, Position, str, Position], Expr] = {}
        self._used: dict[tuple[str, str], bool] = {}

    def depends(self, upper: str, lower: str) -> bool:
        """Whether the derivative of an equation's value by a name in it is not always zero."""
        key = upper, lower
        if key not in self._used:
            equation = self.equations[upper]
            self._used[key] = lower in names(equation.expr) and bool(self._terms(equation, lower))
        return self._used[key]

    def entry(self, upper: str, at: Position, lower: str, below: Position) -> Expr:
        """The derivative of an entry by an entry; the number 0 where there is none.

        Raises ``Inexact`` where the equation cannot be written out entry by entry.
        """
        key = upper, at, lower, below
        if key not in self._entries:
            self._entries[key] = self._entry(*key)
        return self._entries[key]

    def _entry(self, upper: str, at: Position, lower: str, below: Position) -> Expr:
        cell = self.cells(upper, lower)[below]
        own = entry_of(MARK, at)
        if not any(node == own for node in postorder(cell)):
            return Number(0)
        return _own_first(simplified(tidy(_at_unit(cell, own), self.shapes)), entry_of(upper, at))

    def cells(self, upper: str, lower: str) -> Array:
        """What a general upstream gradient of an equation sends to each entry of a name."""
        key = upper, lower
        if key not in self._cells:
            self._cells[key] = self._written_out(self.equations[upper], lower)
        return self._cells[key]

    def touched(self, upper: str, lower: str, below: Position) -> list[Position]:
        """The entries of an equation's value in which an entry of a name occurs."""
        found: set[Position] = set()
        for node in postorder(self.cells(upper, lower)[below]):
            if node == Name(MARK) and not self.shapes.names[upper]:
                found.add(())
            elif is_op(node, "index") and node.args[0] == Name(MARK):
                at: At = dict(node.params)["at"]
                found.add(tuple(int(i) for i in at.items))  # type: ignore[arg-type]
        return sorted(found)

    def whole(self, upper: str, lower: str) -> Expr | None:
        """The Jacobian of a scalar or vector by a scalar or vector; None for other shapes."""
        ranks = [len(self.shapes.names[name]) for name in (upper, lower)]
        if max(ranks) > 1:
            return None
        equation = self.equations[upper]
        own = Assignment(upper, equation.expr)
        try:
            found = gradients([own], upper, [lower], self.shapes.names)
        except (ShapeError, ValueError):
            return None
        expr = next(g.expr for g in found if g.lower == lower)
        return simplified(expr) if max(ranks) == 0 else expr

    def _written_out(self, equation: Equation, lower: str) -> Array:
        shapes = [self.shapes.names[name] for name in (equation.name, lower)]
        if not all(map(is_known, shapes)) or _count(shapes[0]) * _count(shapes[1]) > MOST_CELLS:
            raise Inexact
        marked = Shapes({**self.shapes.names, MARK: shapes[0]})
        terms = self._terms(equation, lower)
        if not terms:
            return np.full(shapes[1], Number(0), object)
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        try:
            return entry_expressions(total, marked)
        except Inexact:
            return self._by_entries(equation, lower)

    def _by_entries(self, equation: Equation, lower: str) -> Array:
        """The same, from the equation written out first and differentiated then."""
        outputs = entry_expressions(equation.expr, self.shapes)
        inputs = symbols(lower, self.shapes.names[lower])
        result = np.full(inputs.shape, Number(0), object)
        for at in np.ndindex(outputs.shape):
            for below in np.ndindex(inputs.shape):
                slope = slope_of(outputs[at], inputs[below], self.shapes)
                if slope != Number(0):
                    result[below] = result[below] + entry_of(MARK, at) * slope
        return result

    def _terms(self, equation: Equation, lower: str) -> list[Expr]:
        shape = self.shapes.names[equation.name]
        marked = Shapes({**self.shapes.names, MARK: shape})
        own = Assignment(equation.name, equation.expr)
        return [term.expr for term in vjp(own, Name(MARK), [lower], marked)]


def with_classes(expr: Expr, program: Program) -> Expr:
    """The expression with the class numbers of a target as zeros and ones, where they are known."""
    problem = program.problem

    def visit(node: Expr, args: list[Expr]) -> Expr:
        node = with_args(node, tuple(args))
        if not is_op(node, "onehot") or not isinstance(node.args[0], Name):
            return node
        given = problem.given.get(node.args[0].name)
        if given is None or given.value is None:
            return node
        marks = evaluate(node, {node.args[0].name: np.asarray(given.value, float)})
        return _listed(marks)

    return fold(expr, visit)


def _listed(values: Array) -> Expr:
    return array(map(_listed, values)) if np.ndim(values) else Number(int(values))


def slope_of(formula: Expr, lower: Expr, shapes: Shapes) -> Expr:
    """The derivative of a formula of scalars by an entry or a name in it, in its shortest form."""
    stand_in = Name("<x>")

    def visit(node: Expr, args: list[Expr]) -> Expr:
        # A node of its own for each place: the terms arrive one by one, last first.
        return Name(stand_in.name) if node == lower else with_args(node, tuple(args))

    inner = Shapes({**shapes.names, stand_in.name: (), "<f>": ()})
    terms = vjp(Assignment("<f>", fold(formula, visit)), Number(1), [stand_in.name], inner)
    total: Expr = Number(0)
    for term in reversed(terms):
        total = total + term.expr
    back = {stand_in: lower, Name("<f>"): formula}

    def restore(node: Expr, args: list[Expr]) -> Expr:
        return (
            back[node] if isinstance(node, Name) and node in back else with_args(node, tuple(args))
        )

    return simplified(fold(tidy(total, inner), restore))


def _at_unit(cell: Expr, own: Expr) -> Expr:
    """A linear formula in the upstream gradient where it is 1 at one entry, and 0 elsewhere."""

    def visit(node: Expr, args: list[Expr]) -> Expr:
        if node == own:
            return Number(1)
        if node == Name(MARK):
            return node
        if is_op(node, "index") and node.args[0] == Name(MARK):
            return Number(0)
        return with_args(node, tuple(args))

    return fold(cell, visit)


def _own_first(expr: Expr, own: Expr) -> Expr:
    """The product with the value that is differentiated in front: ``-P[1] * P[2]``."""
    if is_op(expr, "neg"):
        return -_own_first(expr.args[0], own)
    parts = factors(expr)
    if own not in parts:
        return expr
    parts.sort(key=lambda part: 0 if isinstance(part, Number) else 1 if part == own else 2)
    product_of = parts[0]
    for part in parts[1:]:
        product_of = product_of * part
    return product_of


def _count(shape: tuple[object, ...]) -> int:
    count = product(shape)  # type: ignore[arg-type]
    return count if isinstance(count, int) else MOST_CELLS + 1
