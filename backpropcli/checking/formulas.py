"""Whether a formula is the same function as the quantity for which it was handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backpropcli.checking.draws import (
    ROUNDS,
    drawn_points,
    drawn_sizes,
    givens_of,
    size_of,
    sized,
    uses_of,
)
from backpropcli.checking.written import core
from backpropcli.errors import BackpropError
from backpropcli.evaluate.floats import Machine
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Expr, Name, call, index, names, substitute
from backpropcli.ops.entry import Array, ShapeError
from backpropcli.ops.sizes import Shape, shape_text
from backpropcli.problem.data import Equation, Given
from backpropcli.program import Program, build_program

RELATIVE, OF_LARGEST, ABSOLUTE = 1e-7, 1e-9, 1e-11
MISSED = 0.75  # of the points, by a difference on a quarter of the space


@dataclass(frozen=True)
class FormulaVerdict:
    """How a formula compares with its quantity.

    ``same`` says that it is the same function, ``here`` that it is right at the problem's own
    numbers (in every example). ``shape_ok`` is False where it has another shape. ``error_bound``
    is the chance that ``same`` is said of another function; 1 where nothing was compared.
    ``diagonal`` says that it gives the diagonal of a square matrix whose other entries are 0.
    """

    same: bool
    here: bool
    shape_ok: bool = True
    message: str = ""
    error_bound: float = 1.0
    diagonal: bool = False


def judge_formula(
    formula: Expr,
    target: str,
    at: tuple[Any, ...] | None,
    program: Program,
    in_step: bool = False,
) -> FormulaVerdict:
    """Compare a formula with a quantity, or with its entry ``at``, at random points.

    ``in_step`` says that it belongs to one of several steps of an update.

    12 points lie near the given values and 24 far from them, or all 36 far where nothing is given
    (fewer where millions of numbers would be drawn); those where something is not finite are
    passed over. Named sizes are 3 sets of small numbers, 12 points for each. Two values agree
    within 1e-7 of their size, or 1e-9 of the largest entry, or 1e-11: far above the noise of
    float64, and two analytic functions that differ are so close on a set of points of nearly no
    measure.
    Functions with kinks may differ on a part of the space only: a difference on a quarter of it
    is missed by all n points with the chance 0.75^n, 3e-5 for 36, which is ``error_bound``.
    Sources: J. T. Schwartz, Fast probabilistic algorithms, J. ACM 27 (1980); R. Zippel (1979).
    """
    if target in names(formula):
        return FormulaVerdict(False, False, True, f"this only names {target} itself")
    program = _with_all(program, target, formula)
    whole = as_diagonal(formula, target, at, program)
    said = _shape_trouble(whole or formula, target, at, program)
    if said is not None:
        return FormulaVerdict(False, False, not said, said or "this could not be compared")
    found = _verdict(whole or formula, target, at, program, in_step)
    return replace(found, diagonal=whole is not None and found.same)


def _verdict(
    formula: Expr, target: str, at: tuple[Any, ...] | None, program: Program, in_step: bool
) -> FormulaVerdict:
    """The verdict on a formula of the right shape."""
    here, points = None, 0
    for number in range(ROUNDS if program.problem.sizes else 1):
        compared = _Compared(formula, target, at, program, number, in_step)
        if not compared.possible:
            return FormulaVerdict(False, False, True, f"{target} could not be worked out here")
        here = compared.at_home() if number == 0 else here
        agreeing = compared.agreeing()
        if agreeing is None:
            return FormulaVerdict(False, bool(here), True, "", 0.0)
        points += agreeing
    if not points:
        said = "it could not be decided whether this is the same: no point has finite values"
        return FormulaVerdict(False, bool(here), True, said)
    return FormulaVerdict(here is not False, here is not False, True, "", MISSED**points)


def as_diagonal(
    formula: Expr, target: str, at: tuple[Any, ...] | None, program: Program
) -> Expr | None:
    """The square matrix whose diagonal a formula gives, where such a matrix is asked."""
    try:
        shapes = Shapes(program.shapes)
        given, wanted = shapes.of(formula), shapes.of(_asked(target, at))
    except ShapeError:
        return None
    square = len(wanted) == 2 and wanted[0] == wanted[1] and wanted[0] != 1
    return call("diag", formula) if square and given == wanted[:1] else None


def _with_all(program: Program, target: str, formula: Expr) -> Program:
    """The program with all derivatives that are needed."""
    wanted = [target, *names(formula)]
    missing = [name for name in wanted if "/" in name and name not in program.shapes]
    if not missing:
        return program
    try:
        return build_program(program.problem, missing)
    except BackpropError:
        return program


def _shape_trouble(
    formula: Expr, target: str, at: tuple[Any, ...] | None, program: Program
) -> str | None:
    """Why the shapes do not fit; empty where one is not known, None where all is well."""
    try:
        shapes = Shapes(program.shapes)
        found = shapes.of(formula)
        wanted = shapes.of(_asked(target, at))
    except ShapeError:
        return ""
    if core(found) == core(wanted):
        return None
    name = target if at is None else f"this entry of {target}"
    return f"this is {_extent(found)}; {name} is {_extent(wanted)}"


def _extent(shape: Shape) -> str:
    return shape_text(shape) if shape else "a single number"


def _asked(target: str, at: tuple[Any, ...] | None) -> Expr:
    return Name(target) if at is None else index(Name(target), *at)


class _Compared:
    """A formula and a quantity, compiled side by side."""

    def __init__(
        self,
        formula: Expr,
        target: str,
        at: tuple[Any, ...] | None,
        program: Program,
        number: int = 0,
        in_step: bool = False,
    ) -> None:
        problem = program.problem
        self.problem = problem
        self.sizes = drawn_sizes(problem, number)
        example: Mapping[str, Given] = problem.examples[0] if problem.examples else {}
        self.given = givens_of(problem, example)
        self.constants = _constants(program, self.sizes, [*names(formula), target])
        known = {*self.given, *self.constants}
        sides = [("#formula", sized(formula, self.sizes)), ("#target", _asked(target, at))]
        pairs = _needed(_equations(program, in_step), sides, known)
        pairs = [(name, sized(expr, self.sizes)) for name, expr in pairs]
        used = {n for _, expr in pairs for n in names(expr)}
        self.possible = used <= known | {name for name, _ in pairs}
        if not self.possible:
            return
        self.given = {name: g for name, g in self.given.items() if name in used}
        forward = [equation.expr for equation in program.forward]
        self.uses = uses_of([*forward, *(expr for _, expr in pairs)])
        self.names = [*self.given, *(n for n in self.constants if n not in self.given)]
        self.machine = Machine(pairs, self.names)

    def agreeing(self) -> int | None:
        """At how many random points both agree; None as soon as they do not."""
        points = 0
        rounds = ROUNDS if self.sizes else 1
        for values in drawn_points(self.given, self.uses, self.sizes, rounds):
            try:
                agrees = self.agrees_at(values)
            except (ShapeError, ValueError):  # sizes that do not go together
                return points
            if agrees is False:
                return None
            points += agrees is True
        return points

    def at_home(self) -> bool | None:
        """Whether it is right at the problem's own numbers; None where there are none."""
        verdicts = [
            self.agrees_at({name: np.asarray(g.value) for name, g in given.items()})
            for given in self._cases()
            if all(g.value is not None for g in given.values())
        ]
        return all(v is not False for v in verdicts) if verdicts else None

    def _cases(self) -> Iterable[dict[str, Given]]:
        cases = self.problem.examples or ({},)
        for example in cases:
            given = givens_of(self.problem, example)
            yield {name: given[name] for name in self.given}

    def agrees_at(self, values: Mapping[str, Array]) -> bool | None:
        """Whether both sides are equal at a point; None where one is not finite."""
        found = self.machine.run({**self.constants, **values})
        mine, true = np.asarray(found["#formula"], float), np.asarray(found["#target"], float)
        if not (np.isfinite(mine).all() and np.isfinite(true).all()):
            return None
        mine = mine.reshape(true.shape)
        largest = np.abs(true).max(initial=0.0)
        margin = RELATIVE * np.maximum(np.abs(mine), np.abs(true))
        return bool((np.abs(mine - true) <= margin + OF_LARGEST * largest + ABSOLUTE).all())


def _equations(program: Program, in_step: bool) -> list[Equation]:
    """All equations that hold at any point; several steps of an update are no equation."""
    update = program.problem.update
    if update is None or not (in_step or update.steps == 1):
        return [*program.computed, *program.definitions]
    if not update.ahead:
        return [*program.computed, *program.updates, *program.definitions]
    leads = [e for e in program.updates if e.name.endswith("_ahead")]
    there = {e.name: Name(f"{e.name}@ahead") for e in program.computed}
    moved = {**there, **{weight: Name(f"{weight}_ahead") for weight in update.ahead}}
    passed = [
        e._replace(name=there[e.name].name, expr=substitute(e.expr, moved))
        for e in program.computed
    ]
    rest = [
        e._replace(expr=substitute(e.expr, there)) if e.name.endswith("_g") else e
        for e in program.updates
        if e not in leads
    ]
    return [*program.computed, *leads, *passed, *rest, *program.definitions]


def _needed(
    equations: list[Equation], sides: list[tuple[str, Expr]], known: set[str]
) -> list[tuple[str, Expr]]:
    """The equations that the two sides need, in order, and the sides."""
    wanted = {name for _, expr in sides for name in names(expr)} - known
    found: list[tuple[str, Expr]] = []
    for equation in reversed(equations):
        if equation.name in wanted:
            found.append((equation.name, equation.expr))
            wanted.update(set(names(equation.expr)) - known)
    return [*reversed(found), *sides]


def _constants(program: Program, sizes: Mapping[str, int], used: list[str]) -> dict[str, Array]:
    """The numbers of named sizes and of counts."""
    found: dict[str, Array] = {name: np.asarray(float(n)) for name, n in sizes.items()}
    for name in used:
        count = program.counts.of(name)
        if count is not None and name not in program.shapes:
            found[name] = np.asarray(float(size_of(count, sizes)))
    return found
