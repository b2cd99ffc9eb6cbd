"""What was written beside what was meant, as slips of the pen see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from backpropcli.ops.entry import Array


def is_about(written: Array, meant: Array) -> bool:
    """Whether what was written is what was meant, but for rounding."""
    return bool(np.allclose(written, meant, rtol=2e-2, atol=1e-9))


class Other(NamedTuple):
    """Another answer of the same shape: its position, what was written and what was meant.

    ``same`` says that it is the same quantity in another example or step, ``beside`` is what is
    meant there if its number is the one that belongs here.
    """

    which: int
    quantity: str
    written: Array
    meant: Array
    same: bool
    beside: Array


class Shown(NamedTuple):
    """An answer that is off: what was written, what was meant, and which entries differ.

    All arrays have one shape. ``fit`` compares what was written with other values,
    ``fit_number`` another number with what was meant at a flat position. ``others`` are answers
    of the same shape, ``index_from`` is for naming entries, ``spell`` writes a number as this
    person does, as far as that is ``usual``, and ``roughly`` compares as ``fit`` does, also where
    a whole number was rounded.
    """

    quantity: str
    written: Array
    meant: Array
    off: Array
    texts: Array
    fit: Callable[[Array, float], Array]
    fit_number: Callable[[float, float, int], bool]
    others: Sequence[Other]
    index_from: int
    spell: Callable[[float], str] = str
    roughly: Callable[[Array, float], Array] | None = None
    usual: bool = True

    @property
    def wrong(self) -> list[int]:
        """The flat positions of the entries that differ."""
        return [int(i) for i in np.flatnonzero(self.off)]

    @property
    def place_bits(self) -> float:
        """What it costs to say which entry is meant."""
        return float(np.log2(max(1, np.size(self.meant))))

    def entry(self, position: int) -> str:
        """The name of an entry."""
        shape = np.shape(self.written)
        if not shape:
            return self.quantity
        where = np.unravel_index(position, shape)
        stem, bracket, inner = self.quantity.partition("[")
        if bracket and self.quantity.endswith("]"):  # an entry of a row that was claimed by itself
            first = inner.rstrip("]")
            return f"{stem}[{first},{','.join(str(int(i) + self.index_from) for i in where)}]"
        return f"{stem}[{','.join(str(int(i) + self.index_from) for i in where)}]"

    def text(self, position: int) -> str:
        """What was written at a position."""
        return str(np.ravel(self.texts)[position])
