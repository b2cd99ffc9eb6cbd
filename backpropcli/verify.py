"""Gradients against central differences, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from backpropcli.evaluate.floats import Machine
from backpropcli.language.nodes import names
from backpropcli.ops.entry import Array
from backpropcli.problem.data import Equation
from backpropcli.problem.quantities import split_derivative
from backpropcli.solution import Run, Solution

MOST = 60  # entries of one derivative that are compared; of larger ones an even selection
RELATIVE = 1e-5  # the largest difference, relative to the entry, that still agrees
STEP = 1e-5
ROUNDING = 64 * np.finfo(float).eps  # of the upper value, in a difference of two of its values


class Comparison(NamedTuple):
    """A derivative by central differences: the entries compared and the largest difference.

    ``differences`` has the shape of the derivative, nan where an entry was not compared. ``floor``
    is the size below which rounding hides the entries. ``kinks`` counts entries at a kink or a
    bend, where differences do not tell the derivative: they are left out of ``largest``.
    """

    name: str
    differences: Array
    compared: int
    entries: int
    largest: float
    kinks: int
    floor: float

    @property
    def agrees(self) -> bool:
        """Whether all compared entries agree."""
        return self.largest <= RELATIVE


def verify(solution: Solution) -> dict[tuple[int, str], Comparison]:
    """Each derivative with numbers against differences, by example (0 for the whole).

    Under ``upstream:`` the loss is taken to be the sum of the given gradients times their values.
    """
    found: dict[tuple[int, str], Comparison] = {}
    runs = solution.examples or (solution.total,)
    for number, run in enumerate(runs, 1 if solution.examples else 0):
        for equation in solution.program.gradients:
            if equation.name in run.values:
                comparison = _compare(solution, run, equation)
                if comparison is not None:
                    found[number, equation.name] = comparison
    if solution.examples:
        found.update(_totals(solution, found))
    return found


def _totals(
    solution: Solution, found: Mapping[tuple[int, str], Comparison]
) -> dict[tuple[int, str], Comparison]:
    """The totals over the examples against the sum or mean of the differences."""
    count = len(solution.examples)
    share = count if solution.problem.reduce == "mean" else 1
    totals: dict[tuple[int, str], Comparison] = {}
    for equation in solution.program.gradients:
        parts = [found.get((number, equation.name)) for number in range(1, count + 1)]
        kept = [part for part in parts if part is not None]
        if equation.name not in solution.total.values or len(kept) < count:
            continue
        differences = sum(part.differences for part in kept) / share
        floor = sum(part.floor for part in kept) / share
        off = _relative(solution.total.values[equation.name], differences, floor)
        kinks = sum(part.kinks for part in kept)
        largest = 0.0 if kinks else float(np.nanmax(off, initial=0.0))
        totals[0, equation.name] = kept[0]._replace(
            differences=differences, largest=largest, kinks=kinks, floor=floor
        )
    return totals


def _relative(worked_out: Array, central: Array, floor: float) -> Array:
    """How far two derivatives are apart, relative to their size or to what rounding hides."""
    size = np.maximum(np.maximum(np.abs(worked_out), np.abs(central)), floor)
    off = np.abs(worked_out - central)
    return np.where(off == 0, 0.0, off / np.maximum(size, np.finfo(float).tiny))


def _compare(solution: Solution, run: Run, equation: Equation) -> Comparison | None:
    parts = split_derivative(equation.name)
    assert parts is not None
    upper, lower = parts
    lower = solution.problem.aliases.get(lower, lower)
    surrogate = bool(solution.problem.upstream) and upper == solution.problem.upper
    if upper not in run.values and not surrogate:
        return None
    slopes = _Slopes(solution, run, upper, lower)
    worked_out = run.values[equation.name].reshape(*slopes.rows, -1)
    differences = np.full(worked_out.shape, np.nan)
    largest, kinks, compared = 0.0, 0, 0
    for position in _selected(worked_out.shape[-1]):
        one = _entry(slopes, position, worked_out[..., position])
        differences[..., position] = one.central
        compared += one.central.size
        kinks += int(one.kink.sum())
        largest = max(largest, float(np.where(one.kink, 0.0, one.off).max()))
    shape = run.values[equation.name].shape
    return Comparison(
        equation.name, differences.reshape(shape), compared, worked_out.size, largest, kinks,
        slopes.floor(STEP),
    )  # fmt: skip


class _Entry(NamedTuple):
    """The central difference at one entry, how far it is off, and whether a kink is the cause."""

    central: Array
    off: Array
    kink: Array


def _entry(slopes: _Slopes, position: int, worked_out: Array) -> _Entry:
    """Compare at one entry, where it is off with a hundredth of the step too.

    A difference that shrinks with the step comes from a bend (a jump of the second derivative),
    not from a wrong gradient; one that stays, between the slopes to the left and to the right,
    comes from a kink. What is not finite at any step counts as wrong.
    """
    central, left, right = slopes.at(position, STEP)
    off = _relative(worked_out, central, slopes.floor(STEP))
    if (off <= RELATIVE).all():
        return _Entry(central, off, np.zeros_like(off, bool))
    nearer, left, right = slopes.at(position, STEP / 100)
    finer = _relative(worked_out, nearer, slopes.floor(STEP / 100))
    shrinks = np.abs(worked_out - nearer) <= np.abs(worked_out - central) / 30
    steepest = np.maximum(np.abs(left), np.abs(right))
    margin = RELATIVE * (steepest + slopes.floor(STEP / 100))
    between = (np.minimum(left, right) - margin <= worked_out) & (
        worked_out <= np.maximum(left, right) + margin
    )
    jumps = np.abs(left - right) > 1e-2 * steepest
    kink = (finer > RELATIVE) & (shrinks | (between & jumps))
    return _Entry(nearer, np.where(np.isfinite(finer), finer, np.inf), kink)


def _selected(count: int) -> Iterator[int]:
    if count <= MOST:
        return iter(range(count))
    return iter(sorted({round(i * (count - 1) / (MOST - 1)) for i in range(MOST)}))


class _Slopes:
    """The upper value as a function of the lower one, with everything before it held fixed."""

    def __init__(self, solution: Solution, run: Run, upper: str, lower: str) -> None:
        self.upper, self.lower = upper, lower
        self.given: dict[str, Any] = {n: v for n, v in run.values.items() if "/" not in n}
        self.base = np.array(run.values[lower], float)
        self.weights = (
            {}
            if upper in run.values
            else {name: run.values[given.name] for name, given in solution.problem.upstream.items()}
        )
        self.rows = () if self.weights else np.shape(run.values[upper])
        forward = [e for e in solution.program.forward if e.name in run.values]
        # A given upstream gradient is the whole one of its value: other given values stay fixed.
        self.machines = {
            target: self.machine(forward, {lower, *self.weights} - {target})
            for target in self.weights or (upper,)
            if target != lower
        }
        self.centre = self.value(self.base)
        moving = {lower}
        for equation in forward:
            if equation.name != lower and moving.intersection(names(equation.expr)):
                moving.add(equation.name)
        # Rounding is that of the largest number on the way, which may cancel later.
        on_the_way = [self.centre, *(run.values[name] for name in moving)]
        self.largest = max(float(np.abs(value).max(initial=0.0)) for value in on_the_way)

    def machine(self, forward: list[Equation], held: set[str]) -> Machine:
        """What works out the values again, except those held."""
        moved = [equation for equation in forward if equation.name not in held]
        given = self.given.keys() - {equation.name for equation in moved}
        return Machine([(e.name, e.expr) for e in moved], sorted(given))

    def floor(self, step: float) -> float:
        """The size of a derivative below which rounding hides more than the tolerance."""
        return ROUNDING * self.largest / step / RELATIVE

    def value(self, lower: Array) -> Array:
        """The upper value; with given upstream gradients G of values Y, the sum of G*Y."""
        if not self.weights:
            return self.reached(self.upper, lower)
        parts = (np.sum(g * self.reached(name, lower)) for name, g in self.weights.items())
        return np.asarray(sum(parts))

    def reached(self, target: str, lower: Array) -> Array:
        if target == self.lower:
            return lower
        found = self.machines[target].run({**self.given, self.lower: lower})
        return np.asarray(found[target])

    def at(self, position: int, step: float) -> tuple[Array, Array, Array]:
        """The central difference at one entry, and the differences to its left and right.

        Richardson's combination of two steps removes the cubic term.
        """
        step *= max(1.0, abs(float(self.base.flat[position])))
        up, down = self.moved(position, step), self.moved(position, -step)
        up2, down2 = self.moved(position, 2 * step), self.moved(position, -2 * step)
        central = (8 * (up - down) - (up2 - down2)) / (12 * step)
        return central, (self.centre - down) / step, (up - self.centre) / step

    def moved(self, position: int, by: float) -> Array:
        lower = self.base.copy()
        lower.flat[position] += by
        return self.value(lower)
