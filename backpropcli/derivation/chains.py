"""The chain rule written out: by names, by entries, the local derivatives put in, the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from backpropcli.autodiff.coefficients import factors
from backpropcli.autodiff.tidy import tidy
from backpropcli.derivation.data import Derivation, Line, partial
from backpropcli.derivation.locals import Locals, Position, entry_of
from backpropcli.derivation.paths import (
    Cell,
    Paths,
    entry_paths,
    every_position,
    given_tops,
    name_paths,
)
from backpropcli.derivation.put_in import numbers, numbers_note
from backpropcli.derivation.terms import simplified
from backpropcli.derivation.vectors import jacobian_derivations
from backpropcli.derivation.worked import local_derivation, whole_derivation
from backpropcli.derivation.writing import line_text
from backpropcli.infer import Shapes
from backpropcli.language.nodes import At, Expr, Name, Number, is_op, names, postorder, substitute
from backpropcli.ops.entry import Inexact
from backpropcli.ops.sizes import product
from backpropcli.problem.quantities import canonical, split_derivative
from backpropcli.solution import Solution

MOST_PATHS = 6  # that are all written out
FIRST_PATHS = 3  # that are shown of more
SMALL = 4  # entries of a gradient that is written out entry by entry
LONGEST = 80  # nodes of a whole gradient in one formula
SUMMED = "Each product sums over the entries of the value in between."
CHAIN, LOCALS, SIMPLER = "the chain rule", "local derivatives put in", "simplified"


def chains(solution: Solution, name: str, at: At | None) -> list[Derivation]:
    """The derivations of a gradient, or of one of its entries, by the chain rule.

    ``name`` is a derivative such as "dL/dW1". A whole gradient is derived by the names of the
    values on the way, and a small one by its entries too; an entry by entries alone. The list
    is empty where the derivative is given or zero, and where it is a Jacobian that
    ``jacobian_derivations`` writes out.
    """
    chain = _Chain(solution, canonical(name, solution.problem.aliases), name)
    if chain.names.total == 0 or chain.upper == chain.lower:
        return []
    if at is not None:
        positions = [_position(at)] if all(isinstance(i, int) for i in at.items) else []
    else:
        count = product(chain.shape)
        positions = []
        if chain.upper_shape and jacobian_derivations(solution, name):
            return []
        if isinstance(count, int) and count <= SMALL:
            positions = [tuple(map(int, p)) for p in np.ndindex(chain.shape)]  # type: ignore[arg-type]
    found = [] if at is not None or not chain.shape else [chain.whole()]
    found += [one for one in map(chain.entry, positions) if one is not None]
    return [one for one in found or [chain.whole(at is not None)] if one.lines]


def _position(at: At) -> Position:
    return tuple(item for item in at.items if isinstance(item, int))


class _Chain:
    """A derivative of one value by another, with the paths between them."""

    def __init__(self, solution: Solution, canonical_name: str, name: str) -> None:
        self.solution, self.program, self.name = solution, solution.program, name
        self.locals = Locals(self.program)
        parts = split_derivative(canonical_name)
        if parts is None:
            raise ValueError(f"{name} is no derivative")
        self.upper, self.lower = parts
        shapes = self.program.shapes
        self.upper_shape = shapes.get(self.upper, ())
        self.shape = (*self.upper_shape, *shapes[self.lower])
        self.shapes = Shapes({**shapes, self.name: self.shape})
        self.given = given_tops(self.program, self.upper)
        self.names = name_paths(self.program, self.locals, self.upper, self.lower)

    def whole(self, for_an_entry: bool = False) -> Derivation:
        """The whole derivative, by the names of the values on the way."""
        notes = list(self.many(self.names, [self.by_names(p) for p in self.some(self.names)]))
        lines = []
        single = self.is_single(self.names)
        if self.names.total <= MOST_PATHS and not single:
            lines.append(Line(_sum(map(self.by_names, self.names.first(MOST_PATHS))), CHAIN))
            notes += self.summed()
        formula, why = self.closed(), "put together"
        if formula is None:
            equation = self.program.equation(f"d{self.upper}/d{self.lower}")
            formula, why = equation and equation.expr, "over the derivatives on the way"
        # A Jacobian of matrices is no formula that a person writes.
        if formula is not None and not any(is_op(node, "place") for node in postorder(formula)):
            lines.append(Line(formula, f"{self.upper} differentiated" if single else why))
            lines += numbers(self.solution, formula)
        if for_an_entry:
            notes.append("The entries of the values on the way are not written out one by one.")
        notes += self.direct(self.names)
        notes += numbers_note(self.solution) if lines and lines[-1].value is not None else []
        steps = () if single else self.steps()
        local = [whole_derivation(self.solution, self.locals, *step) for step in steps]
        worked = tuple(one for one in local if one is not None)
        return Derivation(
            self.name, Name(self.name), tuple(lines), self.shape, tuple(notes), worked
        )

    def summed(self) -> Iterator[str]:
        """What the product of names leaves unsaid where a value on the way has several entries."""
        between = [name for name in self.names.below if name != self.upper]
        if any(self.program.shapes[name] for name in between):
            yield SUMMED

    def steps(self) -> Iterator[tuple[str, str]]:
        """The local derivatives on the way, from the top down."""
        for upper, lowers in reversed(self.names.below.items()):
            yield from ((upper, lower) for lower in lowers)

    def entry(self, at: Position) -> Derivation | None:
        """One entry of the derivative; None where its paths cannot be written out."""
        rank = len(self.upper_shape)
        above, below = at[:rank], at[rank:]
        try:
            paths = entry_paths(self.locals, self.names, lambda top: self.starts(top, above), below)
        except Inexact:
            return None
        left = entry_of(self.name, at)
        title = line_text(left, self.solution.problem.index_from)
        if paths.total == 0:
            return Derivation(title, left, (Line(Number(0), "no path leads there"),))
        return self.by_entries(title, left, paths, below)

    def by_entries(self, title: str, left: Expr, paths: Paths[Cell], below: Position) -> Derivation:
        few = paths.total <= MOST_PATHS
        some = self.some(paths)
        written = _sum(map(self.by_cells, some)) if few else self.last_steps(paths, below)
        put_in = _sum(map(self.slopes, some)) if few else self.last_slopes(paths, below)
        lines = []
        single = self.is_single(paths)
        if not self.shape and self.names.total <= MOST_PATHS and not single:
            lines.append(Line(_sum(map(self.by_names, self.names.first(MOST_PATHS))), CHAIN))
        if not single:
            lines.append(Line(written, CHAIN))
        lines.append(Line(put_in, f"{self.upper} differentiated" if single else LOCALS))
        lines.append(Line(simplified(put_in), SIMPLER))
        lines = _without_repetition(lines)
        lines += numbers(self.solution, lines[-1].expr)
        notes = list(self.many(paths, list(map(self.by_cells, some))))
        if lines[0].why == CHAIN and not self.shape:
            notes += self.summed()
        notes += self.direct(paths)
        notes += numbers_note(self.solution) if lines[-1].value is not None else []
        steps = () if single else self.cells(paths)
        local = [local_derivation(self.solution, self.locals, *step) for step in steps]
        return Derivation(title, left, tuple(lines), (), tuple(notes), tuple(local))

    def cells(self, paths: Paths[Cell]) -> Iterator[tuple[Cell, Cell]]:
        """The local derivatives that are put in, as they stand in the lines, each once."""
        if paths.total > MOST_PATHS:
            return ((above, paths.target) for above in paths.above(paths.target))
        walked = (pairwise(path) for path in self.some(paths))
        return iter(dict.fromkeys(step for steps in walked for step in steps))

    def is_single(self, paths: Paths) -> bool:  # type: ignore[type-arg]
        """Whether the value stands in the equation of the upper one, and acts nowhere else."""
        below = paths.below.get(paths.tops[0])
        return not self.given and paths.total == 1 and below == [paths.target]

    def starts(self, top: str, above: Position) -> list[Position]:
        return every_position(self.program, top) if top in self.given else [above]

    def some(self, paths: Paths) -> list:  # type: ignore[type-arg]
        """The paths that are shown."""
        return paths.first(paths.total if paths.total <= MOST_PATHS else FIRST_PATHS)

    def by_names(self, path: Sequence[str]) -> Expr:
        """The local derivatives along a path of names."""
        pairs = pairwise(path)
        parts = [partial(Name(upper), Name(lower)) for upper, lower in pairs]
        if path[0] in self.given:
            parts.insert(0, Name(f"d{self.upper}/d{path[0]}"))
        return _product(parts)

    def by_cells(self, path: Sequence[Cell]) -> Expr:
        """The local derivatives along a path of entries."""
        pairs = pairwise(path)
        return _product(
            [*self.start(path), *(partial(entry_of(*a), entry_of(*b)) for a, b in pairs)]
        )

    def slopes(self, path: Sequence[Cell]) -> Expr:
        """The same with the local derivatives put in."""
        pairs = pairwise(path)
        found = [self.locals.entry(*upper, *lower) for upper, lower in pairs]
        return _product([*self.start(path), *(part for e in found for part in factors(e))])

    def start(self, path: Sequence[Cell]) -> list[Expr]:
        """The given derivative with which a path begins, where there is one."""
        name, at = path[0]
        return [entry_of(f"d{self.upper}/d{name}", at)] if name in self.given else []

    def last_steps(self, paths: Paths[Cell], below: Position) -> Expr:
        """The derivatives by the values right above, each times its last step."""
        target = entry_of(self.lower, below)
        above = paths.above(paths.target)
        return _sum(self.so_far(cell) * partial(entry_of(*cell), target) for cell in above)

    def last_slopes(self, paths: Paths[Cell], below: Position) -> Expr:
        above = paths.above(paths.target)
        return _sum(
            _product([self.so_far(cell), *factors(self.locals.entry(*cell, self.lower, below))])
            for cell in above
        )

    def so_far(self, cell: Cell) -> Expr:
        name, at = cell
        return entry_of(f"d{self.upper}/d{name}", at)

    def many(self, paths: Paths, shown: list[Expr]) -> Iterator[str]:  # type: ignore[type-arg]
        """A note on paths of which only the first are shown."""
        if paths.total <= MOST_PATHS:
            return
        texts = (f"`{line_text(e, self.solution.problem.index_from)}`" for e in shown)
        yield f"{paths.total} paths lead there; the first {len(shown)}: {', '.join(texts)}."

    def direct(self, paths: Paths) -> list[str]:  # type: ignore[type-arg]
        """A note where one of several paths is a single step: its term looks like the whole."""
        short = self.upper in self.names.below and self.lower in self.names.below[self.upper]
        if not short or self.given or not 1 < paths.total <= MOST_PATHS:
            return []
        return [
            f"`d{self.upper}/d{self.lower}` on the right is the direct part alone: the other "
            f"values in the equation of {self.upper} are held fixed."
        ]

    def closed(self) -> Expr | None:
        """The whole derivative in one formula over forward values; None where it is too long."""
        equations = {e.name: e.expr for e in self.program.gradients}
        expr = equations.get(f"d{self.upper}/d{self.lower}")
        while expr is not None:
            inner = {n: equations[n] for n in names(expr) if n in equations}
            if not inner:
                return tidy(expr, self.shapes)
            expr = substitute(expr, inner)
            if len(postorder(expr)) > LONGEST:
                return None
        return None


def _product(parts: Sequence[Expr]) -> Expr:
    total = parts[0]
    for part in parts[1:]:
        total = total * part
    return total


def _sum(terms: Iterable[Expr]) -> Expr:
    listed = list(terms)
    total = listed[0]
    for term in listed[1:]:
        total = total + term
    return total


def _without_repetition(lines: list[Line]) -> list[Line]:
    """Each formula once, where it stands first."""
    kept: list[Line] = []
    for line in lines:
        if not kept or kept[-1].expr != line.expr:
            kept.append(line)
    return kept
