"""The numbers of a line: forms such as sums over an index and partial derivatives included."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial as bound
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from backpropcli.derivation.data import ENTRY, FORMS
from backpropcli.derivation.forms import branches_of, free_letters
from backpropcli.evaluate.floats import evaluate
from backpropcli.language.nodes import Apply, Expr, Name, fold, is_op, names, postorder, with_args
from backpropcli.ops import OPS
from backpropcli.ops.entry import Array
from backpropcli.ops.shaping import selector

STEP = 2e-4  # of central differences; their error is of the order STEP**4
KINK = 0.05  # how far the slopes to the left and to the right may differ
STAND_IN = "<lower>"  # no user can write this name
RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    ">": np.greater, "<": np.less, ">=": np.greater_equal, "<=": np.less_equal,
    "=": np.equal, "!=": np.not_equal,
}  # fmt: skip


class Point(NamedTuple):
    """Values of names that fit together, and the equations between them, in order."""

    values: Mapping[str, Array]
    equations: Mapping[str, Expr] = {}


def line_value(expr: Expr, point: Point, ranges: Mapping[str, int] | None = None) -> Array:
    """The value of a line; one axis for each free index letter, in alphabetical order, leads.

    ``ranges`` has how many values an index takes, where no entry of the line tells it. An entry
    at which a partial derivative meets a kink is nan. Raises ``ValueError`` where an index has
    no range, or two.
    """
    known = {**(ranges or {}), **extents([expr], point)}
    free = sorted(free_letters(expr))
    return stacked(expr, point, free, known)


def stacked(expr: Expr, point: Point, free: list[str], ranges: Mapping[str, int]) -> Array:
    """The values of a line for all values of the listed letters, one axis each."""
    missing = [letter for letter in free if letter not in ranges]
    if missing:
        raise ValueError(f"nothing says which values the index {missing[0]} takes")
    sizes = [ranges[letter] for letter in free]
    found = [
        _Line(point, dict(zip(free, places, strict=True)), ranges).value(expr)
        for places in product(*map(range, sizes))
    ]
    return np.asarray(found, float).reshape((*sizes, *np.shape(found[0])))


def extents(exprs: list[Expr], point: Point) -> dict[str, int]:
    """How many values each index takes, as the entries of named values tell."""
    found: dict[str, int] = {}
    for node in postorder(*exprs):
        if not is_op(node, ENTRY) or free_letters(node.args[0]):
            continue
        shape = np.shape(_Line(point, {}, {}).value(node.args[0]))
        for letter, size in zip(node.args[1:], shape, strict=False):
            assert isinstance(letter, Name)
            if found.setdefault(letter.name, size) != size:
                raise ValueError(f"the index {letter.name} has two ranges")
    return found


class _Line:
    """One line at one point, for one choice of its free indices (``places`` count from 0)."""

    def __init__(self, point: Point, places: Mapping[str, int], ranges: Mapping[str, int]) -> None:
        self.point, self.places, self.ranges = point, places, ranges

    def value(self, expr: Expr) -> Array:
        if isinstance(expr, Name) and expr.name in self.places:
            return np.asarray(float(self.places[expr.name]))
        if not any(is_op(node, *FORMS) for node in postorder(expr)):
            return evaluate(expr, {name: self.point.values[name] for name in names(expr)})
        assert isinstance(expr, Apply)
        if expr.op in FORMS:
            return getattr(self, expr.op)(expr)
        operands = [self.value(arg) for arg in expr.args]
        with np.errstate(all="ignore"):
            return np.asarray(OPS[expr.op].forward(*operands, **dict(expr.params)))

    def entry(self, node: Apply) -> Array:
        return np.asarray(self.value(node.args[0])[self.at(node)])

    def at(self, node: Apply) -> tuple[int, ...]:
        """Where an entry stands."""
        return tuple(self.places[arg.name] for arg in node.args[1:] if isinstance(arg, Name))

    def delta(self, node: Apply) -> Array:
        one, other = (self.value(arg) for arg in node.args)
        return np.asarray(one == other, float)

    def cases(self, node: Apply) -> Array:
        result = self.value(node.args[-1])
        for branch in reversed(branches_of(node)):
            holds = RELATIONS[branch.relation](self.value(branch.left), self.value(branch.right))
            result = np.where(holds, self.value(branch.value), result)
        return np.asarray(result)

    def sum_over(self, node: Apply) -> Array:
        letter, body = str(dict(node.params)["index"]), node.args[0]
        size = extents([body], self.point).get(letter, self.ranges.get(letter))
        if size is None:
            raise ValueError(f"nothing says which values the index {letter} takes")
        places = ({**self.places, letter: i} for i in range(size))
        parts = [_Line(self.point, there, self.ranges).value(body) for there in places]
        return np.asarray(np.sum(parts, axis=0))

    def partial(self, node: Apply) -> Array:
        upper, lower = node.args
        base = lower.args[0] if is_op(lower, ENTRY, "index") else lower
        if isinstance(base, Name):
            positions = self.positions(lower, self.point.values[base.name])
            return self.slopes(upper, base.name, positions)
        values = {**self.point.values, STAND_IN: self.value(lower)}
        inner = _Line(Point(values, self.point.equations), self.places, self.ranges)
        positions = np.arange(values[STAND_IN].size).reshape(values[STAND_IN].shape)
        return inner.slopes(_replaced(upper, lower, Name(STAND_IN)), STAND_IN, positions)

    def positions(self, lower: Expr, value: Array) -> Array:
        """Which entries of the value are meant, counted through."""
        value = np.asarray(value)
        every = np.arange(value.size).reshape(value.shape)
        if is_op(lower, ENTRY):
            return np.asarray(every[self.at(lower)])
        if is_op(lower, "index"):
            return np.asarray(every[selector(dict(lower.params)["at"])])
        return every

    def slopes(self, upper: Expr, name: str, positions: Array) -> Array:
        """The derivatives of a line by some entries of a value: upper's shape, then theirs."""
        rows = [_slope(bound(self.moved, upper, name, int(i))) for i in positions.flat]
        return np.moveaxis(np.asarray(rows), 0, -1).reshape((*np.shape(rows[0]), *positions.shape))

    def moved(self, upper: Expr, name: str, position: int, by: float) -> Array:
        """The value of the upper line with one entry of a value moved."""
        value = np.array(self.point.values[name], float)
        value.flat[position] += by
        values = {**self.point.values, name: value}
        for other in self.following(upper, name):
            expr = self.point.equations[other]
            values[other] = evaluate(expr, {n: values[n] for n in names(expr)})
        there = Point(values, self.point.equations)
        return _Line(there, self.places, self.ranges).value(upper)

    def following(self, upper: Expr, name: str) -> list[str]:
        """The values that move with one.

        A derivative is local where the lower value stands in the upper line, or in the equation
        of the upper value; otherwise it goes through all equations in between.
        """
        base = upper.args[0] if is_op(upper, ENTRY, "index") else upper
        equations = self.point.equations
        if isinstance(base, Name):
            if base.name == name:
                return []
            if base.name in equations and name in names(equations[base.name]):
                return [base.name]
        elif name in names(upper):
            return []
        found = {name: None}
        for other, expr in equations.items():
            if other not in found and any(n in found for n in names(expr)):
                found[other] = None
        return list(found)[1:]


def _slope(moved: Callable[[float], Array]) -> Array:
    """The central difference with Richardson's combination of two steps; nan at a kink."""
    h = STEP
    here, up, down = moved(0.0), moved(h), moved(-h)
    central = (8 * (up - down) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
    left, right = (here - down) / h, (up - here) / h
    size = np.maximum(np.abs(left), np.abs(right))
    return np.where(np.abs(left - right) > KINK * size + 1e-3, np.nan, central)


def _replaced(root: Expr, part: Expr, by: Expr) -> Expr:
    """The expression with one of its parts replaced wherever it stands."""

    def visit(node: Expr, args: list[Expr]) -> Expr:
        return by if node == part else with_args(node, tuple(args))

    return fold(root, visit)
