"""What a sheet is made of: steps, sections, counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from backpropcli.language.nodes import Expr
from backpropcli.ops.entry import Array
from backpropcli.ops.sizes import Shape, Size

if TYPE_CHECKING:
    from backpropcli.verify import Comparison


class Step(NamedTuple):
    """One quantity: its equation, the values to put in, and the result.

    ``note`` is said where there is no equation, such as "sum over the examples".
    ``through`` are the values whose equations a gradient flows through.
    """

    name: str
    shape: Shape
    expr: Expr | None = None
    value: Array | None = None
    exact: Array | None = None
    values: Mapping[str, Array] | None = None
    note: str = ""
    through: tuple[str, ...] = ()
    entries: tuple[Step, ...] = ()
    left_out: int = 0
    comparison: Comparison | None = None

    @property
    def shown(self) -> Array | None:
        """The value to show: the exact one where there is one."""
        return self.exact if self.exact is not None else self.value


class Section(NamedTuple):
    """A part of the sheet, such as the forward pass."""

    title: str
    steps: tuple[Step, ...]
    kind: str = "steps"  # or "given", or "asked"


class CountRow(NamedTuple):
    """What one value or weight costs; None where it does not apply."""

    name: str
    parameters: Size | None
    operations: Size | None
    macs: Size | None


class Sheet(NamedTuple):
    """Everything that a reader sees of a solution."""

    title: str
    statement: str
    sections: tuple[Section, ...]
    counts: tuple[CountRow, ...]
