"""What the graph of an unrolled problem is made of: values, each of one pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from backpropcli.checking.formula import Compute
from backpropcli.language.nodes import Expr


class Instance(NamedTuple):
    """Which pass a value belongs to: the step, the example (0: all), whether it looks ahead.

    Step 0 is the pass over the given weights, -1 what all steps come to together. Where the steps
    see all examples the first one is that pass; where each has a batch, the first has number 1.
    """

    step: int = 0
    example: int = 0
    ahead: bool = False


TOTAL = Instance()
WHOLE = Instance(-1)
AGAIN = "again"  # the kind of a gradient that goes on from the course's own name for it


@dataclass(eq=False)
class Node:
    """A value of one instance: its parents, and how it follows from them."""

    name: str
    at: Instance
    kind: str  # given, value, loss, gradient, update, define, total, count, again
    parents: tuple[int, ...] = ()
    parent_names: tuple[str, ...] = ()
    compute: Compute | None = None
    expr: Expr | None = None
    value: Any = None
    exact: bool = False
    children: list[int] = field(default_factory=list)
