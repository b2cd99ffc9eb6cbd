"""What the reader of a report wants to see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from backpropcli.errors import Complaint
from backpropcli.problem.data import Asked
from backpropcli.writing import NumberStyle

if TYPE_CHECKING:
    from backpropcli.derivation.data import Derivation
    from backpropcli.verify import Comparison


class Options(NamedTuple):
    """``only`` limits the report to quantities; ``width`` and ``color`` are the terminal's.

    ``comparisons`` hold finite differences by example (0 for the whole) and derivative,
    ``derivations`` the lines in which each gradient follows.
    """

    numbers: NumberStyle = NumberStyle()
    only: tuple[Asked, ...] = ()
    elements: bool = False
    full: bool = False
    width: int = 80
    color: bool = False
    unicode: bool = True
    comparisons: Mapping[tuple[int, str], Comparison] | None = None
    derivations: tuple[Derivation, ...] = ()


class Ungraded(NamedTuple):
    """A submission that cannot be graded, and why; ``after`` so many reports it was handed in.

    ``student`` and ``problem`` are known where it belongs to a class.
    """

    submission: str
    complaints: tuple[Complaint, ...]
    after: int = 0
    student: str = ""
    problem: str = ""


class CheckOptions(NamedTuple):
    """``reveal`` is a level of ``reveal.py``; ``width`` and ``color`` are the terminal's.

    ``many`` says that several submissions were handed in, even if a single one could be judged.
    Formats for programs also hold those that are ``ungraded``; people read of them on stderr.
    """

    reveal: str = "diagnosis"
    width: int = 80
    color: bool = False
    unicode: bool = True
    many: bool = False
    ungraded: tuple[Ungraded, ...] = ()
