"""What the reader of a report wants to see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from backpropcli.problem.data import Asked
from backpropcli.writing import NumberStyle

if TYPE_CHECKING:
    from backpropcli.verify import Comparison


class Options(NamedTuple):
    """``only`` limits the report to quantities; ``width`` and ``color`` are the terminal's.

    ``comparisons`` hold finite differences by example (0 for the whole) and derivative.
    """

    numbers: NumberStyle = NumberStyle()
    only: tuple[Asked, ...] = ()
    elements: bool = False
    full: bool = False
    width: int = 80
    color: bool = False
    unicode: bool = True
    comparisons: Mapping[tuple[int, str], Comparison] | None = None


class CheckOptions(NamedTuple):
    """``reveal`` is a level of ``reveal.py``; ``width`` and ``color`` are the terminal's.

    ``many`` says that several submissions were handed in, even if a single one could be judged.
    """

    reveal: str = "diagnosis"
    width: int = 80
    color: bool = False
    unicode: bool = True
    many: bool = False
