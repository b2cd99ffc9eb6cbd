"""What a derivation is made of: lines of expressions, each with the reason why it follows.

Beside the operations of the language the lines hold forms that are only written, never parsed:
a partial derivative of one quantity with respect to another, a sum over an index, an entry at an
index, a Kronecker delta, and a case distinction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from backpropcli.language.nodes import Apply, Expr, Name
from backpropcli.ops.entry import Array
from backpropcli.ops.sizes import Shape

PARTIAL, SUM_OVER, ENTRY, DELTA, CASES = "partial", "sum_over", "entry", "delta", "cases"
FORMS = (PARTIAL, SUM_OVER, ENTRY, DELTA, CASES)


class Line(NamedTuple):
    """The right side of one line, and what was done to get there from the line above.

    ``values`` are put in for the names of ``expr``; the last line may be a result, ``value``
    (then ``expr`` is the number 0 and not shown).
    """

    expr: Expr
    why: str = ""
    values: Mapping[str, Array] | None = None
    value: Array | None = None


class Derivation(NamedTuple):
    """Lines that are all equal to ``left``.

    ``shape`` is that of the left side; ``notes`` are sentences below the lines, such as the
    shapes of the factors, or what is assumed. ``locals`` are the local derivatives that the lines
    put in, each worked out in a small derivation of its own.
    """

    title: str
    left: Expr
    lines: tuple[Line, ...]
    shape: Shape = ()
    notes: tuple[str, ...] = ()
    locals: tuple[Derivation, ...] = ()


def partial(upper: Expr, lower: Expr) -> Expr:
    """The local derivative of a quantity with respect to one in its equation."""
    return Apply(PARTIAL, (upper, lower))


def sum_over(body: Expr, index: str) -> Expr:
    """The sum of a body over all values of an index that occurs in it."""
    return Apply(SUM_OVER, (body,), (("index", index),))


def entry(value: Expr, *indices: str) -> Expr:
    """The entry of a value at indices that are letters: ``h[i]``."""
    return Apply(ENTRY, (value, *map(Name, indices)))


def delta(one: str, other: str) -> Expr:
    """1 where two indices are equal, else 0."""
    return Apply(DELTA, (Name(one), Name(other)))
