"""Derivatives of vector functions: Jacobians entry by entry, and the chain rule for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from backpropcli.derivation.data import Derivation, Line, partial
from backpropcli.derivation.locals import Locals, entry_of, slope_of
from backpropcli.derivation.paths import name_paths
from backpropcli.derivation.put_in import numbers, numbers_note
from backpropcli.derivation.terms import expanded, simplified, size
from backpropcli.evaluate.entries import entry_expressions, symbols
from backpropcli.language.nodes import (
    Expr,
    Name,
    array,
    fold,
    names,
    substitute,
    with_args,
)
from backpropcli.ops.entry import Array, Inexact
from backpropcli.ops.sizes import Shape, is_known, product, whole
from backpropcli.problem.quantities import canonical, split_derivative
from backpropcli.solution import Solution

MOST_ENTRIES = 36  # of a Jacobian that is written out
LONGEST = 400  # nodes of a vector whose inner function is put in


def jacobian_derivations(solution: Solution, name: str) -> list[Derivation]:
    """The Jacobian of a vector function, written out, and by the chain rule where it is composed.

    ``name`` is a derivative such as "dF/dx" of a vector, or a definition that puts derivatives
    together, such as ``[dF/dx, dF/dy].T``. Two methods are given for a function of a function:
    the product of the Jacobians, and the derivative of the one put into the other. There is
    nothing where the upper value is a single number or a Jacobian is too large to write out.
    """
    try:
        definition = next((e for e in solution.program.definitions if e.name == name), None)
        if definition is not None:
            return _defined(solution, definition.name, definition.expr)
        name_parts = split_derivative(canonical(name, solution.problem.aliases))
        return _Jacobian(solution, name, *name_parts).all() if name_parts else []
    except Inexact:
        return []


def _defined(solution: Solution, name: str, expr: Expr) -> list[Derivation]:
    """A gradient or Jacobian put together from derivatives by a definition."""
    gradients = {e.name: e.expr for e in solution.program.gradients}
    if not any(n in gradients for n in names(expr)):
        return []
    shape = solution.program.shapes[name]
    _check_size(shape)
    put_in, before = expr, None
    while put_in != before:
        before, put_in = put_in, substitute(put_in, gradients)
    local = Locals(solution.program)
    entries = entry_expressions(put_in, local.shapes)
    formula = _matrix(np.asarray(np.frompyfunc(simplified, 1, 1)(entries), object))
    lines = [Line(expr, "as defined"), Line(formula, "each derivative worked out")]
    lines += numbers(solution, formula)
    return [Derivation(name, Name(name), tuple(lines), shape, tuple(numbers_note(solution)))]


class _Jacobian:
    """The derivative of a vector by a scalar or vector."""

    def __init__(self, solution: Solution, name: str, upper: str, lower: str) -> None:
        self.solution, self.program = solution, solution.program
        self.name, self.upper, self.lower = name, upper, lower
        self.locals = Locals(self.program)
        self.shapes = self.locals.shapes
        self.expressions = {e.name: e.expr for e in self.program.forward}

    def all(self) -> list[Derivation]:
        shapes = self.program.shapes
        if self.upper not in self.expressions or not shapes[self.upper]:
            return []
        if self.upper == self.lower or max(len(shapes[n]) for n in (self.upper, self.lower)) > 1:
            return []
        paths = name_paths(self.program, self.locals, self.upper, self.lower)
        if paths.total == 0:
            return []
        first = paths.first(2)
        if len(first) == 1 and len(first[0]) == 2:
            return [self.direct(self.upper, self.lower)]
        found: list[Derivation] = []
        if len(first) == 1 and all(len(shapes[name]) == 1 for name in first[0][1:-1]):
            found += self.by_product(first[0])
        found += self.by_substitution()
        return found

    def direct(self, upper: str, lower: str) -> Derivation:
        """The Jacobian of one equation: the matrix of its partial derivatives."""
        name, shape = f"d{upper}/d{lower}", self.shape(upper, lower)
        formula = _matrix(self.local_matrix(upper, lower))
        lines = [
            Line(_matrix(self.partials(upper, lower)), "row i has the derivatives of entry i"),
            Line(formula, "each entry differentiated"),
            *numbers(self.solution, formula),
        ]
        return self.derivation(name, lines, shape)

    def by_product(self, path: Sequence[str]) -> list[Derivation]:
        """The chain rule as a product of Jacobians, with each of them in front."""
        steps = list(pairwise(path))
        found = [self.direct(*step) for step in steps]
        matrices = [_matrix(self.local_matrix(*step)) for step in steps]
        written = _product(matrices)
        lines = [
            Line(_product([partial(Name(a), Name(b)) for a, b in steps]), "the chain rule"),
            Line(written, "the Jacobians put in"),
        ]
        put_in = numbers(self.solution, written)
        if not put_in:
            lines += self.multiplied(written, path)
        lines += put_in
        last = self.derivation(self.name, lines, self.shape(self.upper, self.lower))
        return [*found, last._replace(title=f"{self.name} as a product of Jacobians")]

    def multiplied(self, written: Expr, path: Sequence[str]) -> Iterator[Line]:
        """The product without numbers: the inner functions put in, and multiplied out."""
        inner = self.inner_values(path[1:-1])
        put_in = self.entries_put_in(written, inner)
        yield Line(put_in, f"{', '.join(path[1:-1])} put in")
        yield Line(_matrix(_simplest(entry_expressions(put_in, self.shapes))), "multiplied out")

    def by_substitution(self) -> list[Derivation]:
        """The inner functions put into the outer one, which is then differentiated."""
        outer = entry_expressions(self.expressions[self.upper], self.shapes)
        inner = self.inner_values([n for n in self.expressions if n != self.upper])
        composed = np.empty(outer.shape, object)
        for at in np.ndindex(outer.shape):
            composed[at] = self.entries_put_in(outer[at], inner)
        if sum(size(e) for e in composed.flat) > LONGEST:
            return []
        short = _simplest(composed)
        lines = [
            Line(_matrix(outer)),
            Line(_matrix(composed), "the inner function put in"),
            Line(_matrix(short), "multiplied out"),
        ]
        put_in = self.derivation(self.upper, _each_once(lines), outer.shape)
        inputs = symbols(self.lower, self.program.shapes[self.lower])
        slopes = np.empty((*outer.shape, *inputs.shape), object)
        for at in np.ndindex(slopes.shape):
            upper, lower = at[: outer.ndim], at[outer.ndim :]
            slopes[at] = slope_of(short[upper], inputs[lower], self.shapes)
        formula = _matrix(slopes)
        lines = [Line(formula, f"{self.upper} as it is now, differentiated")]
        lines += numbers(self.solution, formula)
        last = self.derivation(self.name, lines, slopes.shape)
        return [
            put_in._replace(title=f"{self.upper} as a function of {self.lower}", notes=()),
            last._replace(title=f"{self.name} from {self.upper} as a function of {self.lower}"),
        ]

    def inner_values(self, between: Sequence[str]) -> dict[Expr, Expr]:
        """The entries of values on the way as functions of what is given, entry by entry."""
        found: dict[Expr, Expr] = {}
        for name in self.expressions:
            if name not in between or name == self.lower:
                continue
            marks = symbols(name, self.program.shapes[name])
            formulas = entry_expressions(self.expressions[name], self.shapes)
            for at in np.ndindex(marks.shape):
                found[marks[at]] = self.entries_put_in(formulas[at], found)
        return found

    def entries_put_in(self, formula: Expr, values: dict[Expr, Expr]) -> Expr:
        def visit(node: Expr, args: list[Expr]) -> Expr:
            return values[node] if node in values else with_args(node, tuple(args))

        return fold(formula, visit)

    def local_matrix(self, upper: str, lower: str) -> Array:
        """The derivatives of the entries of an equation, as formulas."""
        rank = len(self.program.shapes[upper])
        found: Array = np.empty(self.shape(upper, lower), object)
        for at in np.ndindex(found.shape):
            found[at] = self.locals.entry(upper, at[:rank], lower, at[rank:])
        return found

    def partials(self, upper: str, lower: str) -> Array:
        rank = len(self.program.shapes[upper])
        found: Array = np.empty(self.shape(upper, lower), object)
        for at in np.ndindex(found.shape):
            found[at] = partial(entry_of(upper, at[:rank]), entry_of(lower, at[rank:]))
        return found

    def shape(self, upper: str, lower: str) -> tuple[int, ...]:
        shape = (*self.program.shapes[upper], *self.program.shapes[lower])
        _check_size(shape)
        return whole(shape)

    def derivation(self, name: str, lines: Sequence[Line], shape: Shape) -> Derivation:
        has_numbers = any(line.value is not None for line in lines)
        notes = numbers_note(self.solution) if has_numbers else []
        return Derivation(name, Name(name), tuple(lines), shape, tuple(notes))


def _check_size(shape: Shape) -> None:
    count = product(shape) if is_known(shape) else None
    if not isinstance(count, int) or count > MOST_ENTRIES:
        raise Inexact


def _matrix(entries: Array) -> Expr:
    """An array of formulas as a list of lists."""
    if entries.ndim == 0:
        only: Expr = entries[()]
        return only
    return array(_matrix(np.asarray(part, object)) for part in entries)


def _simplest(entries: Array) -> Array:
    """Each formula in its shortest form, or multiplied out where that is no longer."""
    found = np.empty(entries.shape, object)
    for at in np.ndindex(entries.shape):
        short, spread = simplified(entries[at]), expanded(entries[at])
        found[at] = spread if size(spread) <= size(short) + 2 else short
    return found


def _product(parts: Sequence[Expr]) -> Expr:
    total = parts[0]
    for part in parts[1:]:
        total = total @ part
    return total


def _each_once(lines: Sequence[Line]) -> list[Line]:
    return [line for i, line in enumerate(lines) if i == 0 or line.expr != lines[i - 1].expr]
