"""Numbers on paper: how much a written number can stand for, and whether a value fits it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import floor, log10
from typing import Any, NamedTuple

import numpy as np

from backpropcli.checking.data import Written
from backpropcli.checking.kept import SMALL, Kept, frozen, mark
from backpropcli.ops.entry import Array

NOISE = 1e-9  # relative; what float64 loses on the way
ABOUT_ALL = 0.98  # of the value: what is off by as much is no rounding of it
MAJORITY = 0.6  # of the numbers of a sheet, to show how they are rounded
LONG_DIGITS = 8  # as computers print
LONG_NOISE = 3e-7  # relative; float32


class Judging(NamedTuple):
    """How strictly numbers are compared: the author's own tolerance, if there is one.

    ``cuts``: digits are cut off on this sheet, so that a zero may stand for up to a whole unit.
    """

    rtol: float | None = None
    atol: float | None = None
    cuts: bool = False


@dataclass(frozen=True, eq=False)
class Paper:
    """The numbers of one answer as arrays of one shape: value, unit of the last digit, form."""

    value: Array
    unit: Array  # of the last digit; 0 for exact fractions
    whole: Array  # written without a decimal point
    digits: Array  # significant ones
    texts: Array
    finest: float | None = None  # half a unit of what is usual on this sheet, if that is decimals
    counted: bool = False  # a count, which nobody rounds

    @property
    def half(self) -> Array:
        """Half a unit: what rounding may have taken away."""
        return self.unit / 2

    @cached_property
    def decimals(self) -> Array:
        """Which numbers are written with a decimal point."""
        return np.asarray(~self.whole & (self.unit > 0))

    @cached_property
    def has_decimals(self) -> bool:
        """Whether any number is: only these are cut off, or rounded to a few digits."""
        return bool(self.decimals.any())

    @cached_property
    def has_whole(self) -> bool:
        """Whether any number is written without a decimal point."""
        return bool(self.whole.any())

    @cached_property
    def single(self) -> Array | None:
        """Which decimals have one digit; nothing where none has."""
        found = np.asarray((self.digits <= 1) & self.decimals)
        return found if found.any() else None

    @cached_property
    def long(self) -> Array | None:
        """Which numbers have as many digits as computers print; nothing where none has."""
        found = np.asarray((self.digits >= LONG_DIGITS) & ~self.whole)
        return found if found.any() else None

    @cached_property
    def shortest(self) -> float | None:
        """Half the finest unit of the decimals of a list in which other numbers stand too."""
        if not self.value.ndim or not self.has_decimals or self.decimals.all():
            return None
        return float(self.unit[self.decimals].min()) / 2

    @cached_property
    def mark(self) -> bytes:
        """What makes these numbers what they are, but for their texts."""
        arrays = (self.value, self.unit, self.whole, self.digits)
        form = (self.value.shape, self.finest, self.counted)
        return b"".join([repr(form).encode(), *(np.asarray(a).tobytes() for a in arrays)])


def on_paper(written: Array) -> Paper:
    """Arrays of what was written; all entries are ``Written``."""
    flat: list[Written] = list(written.flat)
    shape = written.shape
    value = np.array([float(w.value) for w in flat]).reshape(shape)
    unit = np.array([float(w.unit) for w in flat]).reshape(shape)
    whole = np.array([w.whole for w in flat], bool).reshape(shape)
    digits = np.array([w.digits for w in flat], int).reshape(shape)
    texts = np.empty(len(flat), object)
    texts[:] = [w.text for w in flat]
    return Paper(value, unit, whole, digits, texts.reshape(shape))


def fits(paper: Paper, value: Array, error: Array, exact: bool | Array, judging: Judging) -> Array:
    """For each entry whether it is the value, rounded or cut, which is known up to ``error``.

    ``exact`` says that the value is rational, so that a whole number must be met exactly.
    """
    if paper.value.size > SMALL:
        return _fits(paper, value, error, exact, judging)
    sure = exact if isinstance(exact, bool) else mark(np.asarray(exact))
    key = (paper.mark, mark(np.asarray(value)), mark(np.asarray(error)), sure, judging)
    return _FITTED.get(key, lambda: frozen(np.array(_fits(paper, value, error, exact, judging))))


_FITTED: Kept[Array] = Kept()


def _fits(paper: Paper, value: Array, error: Array, exact: bool | Array, judging: Judging) -> Array:
    off = np.abs(paper.value - value)
    noise = NOISE * np.abs(value) + 1e-12
    met: Array = off <= noise
    if paper.counted or met.all():  # no allowance makes it less than that
        return met
    if judging.rtol is not None or judging.atol is not None:
        return off <= (judging.atol or 0.0) + (judging.rtol or 0.0) * np.abs(value) + noise
    half = _half_units(paper, value, error, exact)
    reach = half + error
    if paper.single is None:
        off = np.fmin(off, np.inf)  # what is no number is far off
    else:
        most = np.where(paper.single, np.maximum(paper.unit, half), np.inf)
        off = np.where(off <= most + noise, off, np.inf)
    near: Array = off <= reach + noise
    if judging.cuts:
        nothing = (paper.value == 0) & ~paper.whole & (np.abs(value) < paper.unit + error)
        near = near | nothing
    if paper.long is not None:
        near = near | (off <= _long_reach(paper, paper.long, value))
    if not paper.has_decimals or near.all():
        return near
    return near | _cut(paper, value, error, off, noise)


def _half_units(paper: Paper, value: Array, error: Array, exact: bool | Array) -> Array:
    """Half a unit of each entry; none of a whole number where the value is one, or a fraction."""
    if not paper.has_whole:
        return np.broadcast_to(paper.half, np.broadcast_shapes(paper.half.shape, value.shape))
    if exact is True:
        sharp = paper.whole
    else:
        integral = np.abs(value - np.round(value)) <= NOISE * np.maximum(1.0, np.abs(value))
        sharp = paper.whole & (exact | ((error <= 0) & integral))
    half = np.where(sharp, 0.0, paper.half)
    if paper.finest is not None:  # among decimals, a 0 for 0.2 or a 1 for 0.5 is not rounded
        coarse = np.abs(paper.value - value) >= ABOUT_ALL * np.abs(value)
        half = np.where(paper.whole & coarse, np.minimum(half, paper.finest), half)
    if paper.shortest is not None:
        half = np.where(paper.whole, np.maximum(half, paper.shortest), half)
    return half


def _cut(paper: Paper, value: Array, error: Array, off: Array, noise: Array) -> Array:
    """Digits cut off instead of rounded: less than a unit off, towards zero."""
    toward = (np.abs(paper.value) < np.abs(value) + error) & (paper.value * value > 0)
    return toward & paper.decimals & (off < paper.unit + error - noise)


def is_cut(paper: Paper, value: Array) -> Array:
    """Whether an entry is the value cut off where rounding would give another digit."""
    off = np.abs(paper.value - value)
    noise = NOISE * np.abs(value) + 1e-12
    return (off > paper.half + noise) & _cut(paper, value, np.zeros_like(off), off, noise)


def is_rounded_up(paper: Paper, value: Array) -> Array:
    """Whether an entry is the value rounded away from zero, where cutting gives another digit."""
    off = np.abs(paper.value) - np.abs(value)
    noise = NOISE * np.abs(value) + 1e-12
    return (off > noise) & (off <= paper.half + noise) & paper.decimals


def _long_reach(paper: Paper, long: Array, value: Array) -> Array:
    """What a number of many digits may be off: the last ones are a computer's noise."""
    reach = np.maximum(1.5 * paper.unit, LONG_NOISE * np.abs(value))
    return np.where(long, reach, -1.0)


class Style(NamedTuple):
    """How somebody rounds: to so many decimals, or to so many significant digits.

    ``by_size`` is for sheets where neither is the rule: the decimals of numbers by their leading
    place, from ``lowest`` on; ``fewest`` are the fewest that such numbers have there.
    """

    decimals: int | None
    significant: int
    by_size: tuple[int, ...] = ()
    lowest: int = 0
    fewest: tuple[int, ...] = ()

    def coarsest(self) -> Style | None:
        """This person's style where least is kept; nothing where one rule holds for all numbers."""
        return self._replace(by_size=self.fewest) if self.fewest != self.by_size else None

    def finest(self) -> float:
        """Half a unit of the last decimal that this person usually writes."""
        decimals = self.decimals if self.decimals is not None else self.significant
        return float(0.5 * 10.0**-decimals)

    def spelled(self, value: float) -> str:
        """A number as this person would write it."""
        if not np.isfinite(value) or value == round(value):
            return f"{value:.0f}" if np.isfinite(value) else str(value)
        if self.decimals is not None:
            return f"{value:.{self.decimals}f}"
        lead = floor(log10(abs(value)))
        return f"{value:.{max(0, self.significant - 1 - lead)}f}"

    def half_unit(self, value: Array) -> Array:
        """Half a unit of the last digit that this person would write of a value."""
        value = np.asarray(value, float)
        if self.decimals is not None and not self.by_size:
            return np.full(value.shape, 0.5 * 10.0**-self.decimals)
        size = np.abs(value)
        safe = np.where((size > 0) & np.isfinite(size), size, 1.0)
        lead = np.floor(np.log10(safe))
        if self.by_size:
            place = np.clip(lead - self.lowest, 0, len(self.by_size) - 1).astype(int)
            return np.asarray(0.5 * 10.0 ** -np.array(self.by_size, float)[place])
        return np.where(size > 0, 0.5 * 10.0 ** (lead + 1 - self.significant), 0.0)

    def rounding(self, value: Array, sure: Array) -> Array:
        """What rounding may take away; nothing from a value that is short already."""
        half = self.half_unit(value)
        unit = np.where(half > 0, 2 * half, 1.0)
        short = np.abs(value / unit - np.round(value / unit)) < 1e-6
        return np.where(short & sure, 0.0, half)


def style_of(numbers: Iterable[Written]) -> Style | None:
    """How the numbers of a sheet are rounded; nothing where all are whole or exact."""
    decimals: Counter[int] = Counter()
    significant: Counter[int] = Counter()
    by_size: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for one in numbers:
        if one.whole or one.unit <= 0 or one.digits >= LONG_DIGITS:
            continue
        places = -round(log10(float(one.unit)))
        decimals[places] += 1
        if one.value:
            significant[one.digits] += 1
            by_size[floor(log10(abs(one.value)))][places] += 1
    if not decimals:
        return None
    usual, times = _most(decimals)
    digits, often = _most(significant) if significant else (3, 0)
    total = sum(decimals.values())
    if max(times, often) < MAJORITY * total:
        lowest, highest = min(by_size), max(by_size)
        sizes = range(lowest, highest + 1)
        near = [by_size[min(by_size, key=lambda known: abs(known - size))] for size in sizes]
        most, fewest = (tuple(_most(here)[0] for here in near), tuple(min(here) for here in near))
        return Style(usual, digits, most, lowest, fewest)
    return Style(usual, digits) if times >= often else Style(None, digits)


def _most(counted: Counter[int]) -> tuple[int, int]:
    """What occurs most, and how often; of several, the greatest."""
    return max(counted.items(), key=lambda pair: (pair[1], pair[0]))


def last_unit(value: float, significant: int) -> float:
    """The worth of the last of so many significant digits."""
    return float(10.0 ** (floor(log10(abs(value))) + 1 - significant)) if value else 0.0


def nested(value: Any) -> Any:
    """An array as nested lists of numbers."""
    return np.asarray(value, float).tolist()
