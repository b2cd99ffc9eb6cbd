"""Gradients against central differences, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from backpropcli.evaluate.floats import Machine
from backpropcli.ops.entry import Array
from backpropcli.problem.data import Equation
from backpropcli.problem.quantities import split_derivative
from backpropcli.solution import Run, Solution

MOST = 60  # entries of one derivative that are compared; of larger ones an even selection
RELATIVE = 1e-5  # the largest difference, against the largest entry, that still agrees
STEP = 1e-5


class Comparison(NamedTuple):
    """A derivative by central differences: the entries compared and the largest difference.

    ``differences`` has the shape of the derivative, nan where an entry was not compared.
    ``kinks`` counts entries at a kink, where the one-sided slopes differ: there the derivative
    may be anything between them.
    """

    name: str
    differences: Array
    compared: int
    entries: int
    largest: float
    kinks: int

    @property
    def agrees(self) -> bool:
        """Whether all compared entries agree."""
        return self.largest <= RELATIVE


def verify(solution: Solution) -> dict[tuple[int, str], Comparison]:
    """Each derivative with numbers against differences, by example (0 for the whole).

    Derivatives of what comes from ``upstream:`` cannot be compared: there is no loss.
    """
    found: dict[tuple[int, str], Comparison] = {}
    runs = solution.examples or (solution.total,)
    for number, run in enumerate(runs, 1 if solution.examples else 0):
        for equation in solution.program.gradients:
            if equation.name in run.values:
                comparison = _compare(solution, run, equation)
                if comparison is not None:
                    found[number, equation.name] = comparison
    return found


def _compare(solution: Solution, run: Run, equation: Equation) -> Comparison | None:
    parts = split_derivative(equation.name)
    assert parts is not None
    upper, lower = parts
    lower = solution.problem.aliases.get(lower, lower)
    if upper not in run.values:
        return None
    slope = _Slopes(solution, run, upper, lower)
    worked_out = run.values[equation.name].reshape(*slope.rows, -1)
    differences = np.full(worked_out.shape, np.nan)
    largest, kinks, compared = 0.0, 0, 0
    scale = max(float(np.abs(worked_out).max(initial=0.0)), 1e-6)
    for position in _selected(worked_out.shape[-1]):
        central, left, right = slope.at(position)
        differences[..., position] = central
        compared += central.size
        off = np.abs(worked_out[..., position] - central) / np.maximum(scale, np.abs(central))
        low = np.minimum(left, right) - RELATIVE * scale
        high = np.maximum(left, right) + RELATIVE * scale
        inside = (low <= worked_out[..., position]) & (worked_out[..., position] <= high)
        kink = (off > RELATIVE) & inside & (np.abs(left - right) > 1e-2 * scale)
        kinks += int(kink.sum())
        largest = max(largest, float(np.where(kink, 0.0, off).max()))
    shape = run.values[equation.name].shape
    return Comparison(
        equation.name, differences.reshape(shape), compared, worked_out.size, largest, kinks
    )


def _selected(count: int) -> Iterator[int]:
    if count <= MOST:
        return iter(range(count))
    return iter(sorted({round(i * (count - 1) / (MOST - 1)) for i in range(MOST)}))


class _Slopes:
    """The upper value as a function of the lower one, with everything before it held fixed."""

    def __init__(self, solution: Solution, run: Run, upper: str, lower: str) -> None:
        self.upper, self.lower = upper, lower
        forward = [e for e in solution.program.forward if e.name != lower and e.name in run.values]
        names = {e.name for e in forward}
        given = [name for name in run.values if name not in names and "/" not in name]
        self.machine = Machine([(e.name, e.expr) for e in forward], given)
        self.values: dict[str, Any] = {name: run.values[name] for name in given}
        self.base = np.array(run.values[lower], float)
        self.rows = np.shape(run.values[upper])
        self.centre = self.value(self.base)

    def value(self, lower: Array) -> Array:
        if self.upper == self.lower:
            return lower
        return np.asarray(self.machine.run({**self.values, self.lower: lower})[self.upper])

    def at(self, position: int) -> tuple[Array, Array, Array]:
        """The central difference at one entry, and the differences to its left and right.

        Richardson's combination of two steps removes the cubic term.
        """
        step = STEP * max(1.0, abs(float(self.base.flat[position])))
        up, down = self.moved(position, step), self.moved(position, -step)
        up2, down2 = self.moved(position, 2 * step), self.moved(position, -2 * step)
        central = (8 * (up - down) - (up2 - down2)) / (12 * step)
        return central, (self.centre - down) / step, (up - self.centre) / step

    def moved(self, position: int, by: float) -> Array:
        lower = self.base.copy()
        lower.flat[position] += by
        return self.value(lower)
