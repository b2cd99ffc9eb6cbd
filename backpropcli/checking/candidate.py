"""A way to make a known mistake in a problem: where it is made, and what it costs in bits.

These are data without the catalogue: a sheet on which all is right needs none of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from backpropcli.language.nodes import Expr

if TYPE_CHECKING:
    from backpropcli.checking.formula import Formula
    from backpropcli.checking.nodes import Instance
    from backpropcli.mistakes.entry import Edit, Mistake


@dataclass(eq=False)
class Change:
    """A node computed otherwise."""

    node: int
    expr: Expr
    parents: tuple[int, ...]
    formula: Formula


@dataclass(eq=False)
class Candidate:
    """A mistake at a place, or everywhere: the nodes that it changes and what it costs."""

    mistake: Mistake
    edit: Edit
    at: Instance
    changes: tuple[Change, ...]
    bits: float
    everywhere: bool = False
    members: tuple[Candidate, ...] = ()
    order: int = 0

    @property
    def nodes(self) -> tuple[int, ...]:
        """The nodes that it changes."""
        return tuple([change.node for change in self.changes])

    @cached_property
    def places(self) -> frozenset[int]:
        """The same, as a set."""
        return frozenset(self.nodes)

    def overlaps(self, others: Sequence[Candidate]) -> bool:
        """Whether it changes an equation that others change too."""
        return any(not self.places.isdisjoint(other.places) for other in others)


@dataclass(eq=False)
class Candidates:
    """The candidates of a problem by the nodes they change."""

    all: list[Candidate] = field(default_factory=list)
    notices: list[Candidate] = field(default_factory=list)
    misshapen: list[Candidate] = field(default_factory=list)
    by_node: dict[int, list[Candidate]] = field(default_factory=lambda: defaultdict(list))
