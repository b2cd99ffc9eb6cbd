"""Description lengths in bits: of a mistake, and of a number that nothing explains."""

from __future__ import annotations

from math import log2

import numpy as np

from backpropcli.checking.kept import SMALL, Kept, mark
from backpropcli.checking.paper import Paper
from backpropcli.mistakes import catalogue
from backpropcli.ops.entry import Array

START = 5.0  # that something unexplained happened at all
NUMBER = 1.5  # sign and place of the point
SLACK = 8.0  # how much longer than the bare numbers an account may be to be told as possible
THRESHOLD = 6.0  # bits of evidence that a name needs
REPEATED = 2.0  # the same mistake at a second place
NOT_CARRIED = 6.0  # a mistake of method whose number is not used further on
MOST_BITS = 40.0
MOST_ZEROS = 6  # at the end of a number, that say nothing


def total_weight() -> float:
    """The sum of the prior weights of the catalogue."""
    return sum(mistake.prior for mistake in catalogue().entries())


def class_bits(prior: float, total: float) -> float:
    """What naming a mistake of this prior costs."""
    return log2(total / prior)


def spelled(paper: Paper, error: Array, off: Array, meant: Array) -> float:
    """What it costs to spell out the numbers that are off, digit by digit.

    A zero where another number is meant says as much as that number would.
    """
    if paper.value.size > SMALL:
        return _spelled(paper, error, off, meant)
    key = (paper.mark, *map(mark, map(np.asarray, (error, off, meant))))
    return _SPELLED.get(key, lambda: _spelled(paper, error, off, meant))


_SPELLED: Kept[float] = Kept()


def _spelled(paper: Paper, error: Array, off: Array, meant: Array) -> float:
    count = int(np.count_nonzero(off))
    if not count:
        return 0.0
    size = np.maximum(np.abs(paper.value), np.abs(meant))
    reach = np.maximum(_grain(paper, meant) / 2 + error, np.where(paper.unit > 0, 0.0, size * 1e-4))
    reach = np.where(reach > 0, reach, 0.5e-4)
    digits = np.log2(1.0 + size / (2 * reach) * 2)
    each = START + NUMBER + np.minimum(digits, MOST_BITS)
    return float(np.sum(each[off])) if each.shape else float(each) * count


def _grain(paper: Paper, meant: Array) -> Array:
    """The unit of each number; a coarser one where all that follows is exact zeros."""
    unit = paper.unit
    for _ in range(MOST_ZEROS):
        coarser = 10 * unit
        round_ = (unit > 0) & _is_multiple(paper.value, coarser) & _is_multiple(meant, coarser)
        if not np.any(round_ & (paper.value != 0)):
            break
        unit = np.where(round_ & (paper.value != 0), coarser, unit)
    return unit


def _is_multiple(value: Array, unit: Array) -> Array:
    share = value / np.where(unit > 0, unit, 1.0)
    return np.abs(share - np.round(share)) < 1e-6
