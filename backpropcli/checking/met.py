"""What a node of a graph comes to on a sheet, kept over the sheets of a class.

It depends on the numbers that stand there, and on the values and uncertainties of the nodes that
it is computed from. Most nodes of a sheet are met so on others too.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from backpropcli.checking.kept import MOST, SMALL, Kept, mark
from backpropcli.ops.entry import Array

if TYPE_CHECKING:
    from backpropcli.checking.graph import Graph
    from backpropcli.checking.sheet import Entry

MOST_NODES = 500
MOST_STYLES = 64


@dataclass(eq=False)
class State:
    """Values and their uncertainties at every node, with the student's own numbers put in."""

    values: list[Array]
    errors: list[Array]
    predicted: list[Array]  # before the student's own number is put in
    spread: list[Array]
    wrong: list[bool]  # whether the node or one before it differs from the key
    met: list[Met]

    def take(self, met: Met) -> None:
        """Add the next node."""
        self.values.append(met.value)
        self.errors.append(met.error)
        self.predicted.append(met.predicted)
        self.spread.append(met.spread)
        self.wrong.append(met.wrong)
        self.met.append(met)


@dataclass(eq=False)
class Place:
    """A node while it is met: its numbers before and after the student's own are put in."""

    node: int
    predicted: Array
    spread: Array
    value: Array
    error: Array
    wrong: bool


@dataclass(eq=False)
class Verdict:
    """How the numbers of one entry compare.

    ``follows`` and ``right`` say for each number whether it follows from the student's own
    earlier values, and whether it is the key's; ``near`` allows for rounding on the way to the
    key. ``carried_on`` is False where later values use the right number instead.
    """

    follows: Array
    right: Array
    near: Array
    predicted: Array
    error: Array
    carried_on: bool = True
    lost: bool = False  # follows only from a value that is all zero or not usable
    tainted: bool = False  # some earlier value is wrong

    @property
    def mismatch(self) -> Array:
        """The numbers that neither follow nor are right."""
        return ~self.follows & ~self.right & ~(self.near & self.tainted)


class Met(NamedTuple):
    """A node on a sheet: its value before and after the student's numbers are put in.

    ``mark`` stands for value, uncertainty and whether it is wrong; ``expected`` for what was
    expected of the numbers that stand here, whatever they are.
    """

    predicted: Array
    spread: Array
    value: Array
    error: Array
    wrong: bool
    inner: Array | None
    verdicts: tuple[Verdict, ...]
    mark: int
    expected: int


class Meetings:
    """The nodes of a graph as they were met."""

    def __init__(self, graph: Graph) -> None:
        self.known: Kept[Met] = Kept()
        self.of_key: Kept[list[Array]] = Kept(MOST_STYLES)  # how far rounding may move the key
        self.predicted: Kept[Any] = Kept()  # what changes lead to
        self.operands: Kept[tuple[int, ...]] = Kept()  # what that depends on
        self.marks: dict[Hashable, int] = {}
        self.numbers = count()
        sizes = (np.size(node.value) for node in graph.nodes)
        self.keeps = len(graph.nodes) <= MOST_NODES and all(size <= SMALL for size in sizes)
        self.needs = [needed(graph, i) for i in range(len(graph.nodes))]

    def mark(self, value: Array, error: Array, wrong: bool) -> int:
        """A number for a value, its uncertainty, and whether it is wrong; never used twice."""
        if not self.keeps:
            return next(self.numbers)
        return self.number((mark(value), np.asarray(error).tobytes(), wrong))

    def expected(self, verdicts: Sequence[Verdict], entries: Sequence[Entry]) -> int:
        """A number for what the numbers at a node are compared with."""
        if not (self.keeps and entries):
            return next(self.numbers) if entries else 0
        told = [(mark(np.asarray(v.predicted)), mark(np.asarray(v.error))) for v in verdicts]
        parts = [e for e in entries if not e.is_whole]  # which go into the value of the node
        places = tuple([e.claim.at for e in entries])
        return self.number((*told, places, *written_here(parts)))

    def number(self, key: Hashable) -> int:
        """The number of a key, the same one for the same key."""
        found = self.marks.get(key)
        if found is None:
            if len(self.marks) >= MOST:
                self.marks.clear()
            found = self.marks[key] = next(self.numbers)
        return found


def needed(graph: Graph, i: int) -> tuple[int, ...]:
    """The nodes from which one is predicted, in the one form or the other."""
    other = graph.by_input(i)
    return (*graph.nodes[i].parents, *(other[1] if other is not None else ()))


def written_here(entries: Sequence[Entry]) -> tuple[Hashable, ...]:
    """What stands at a node: the numbers, and which of its entries they are."""
    return tuple((e.claim.at, e.paper.mark if e.paper is not None else None) for e in entries)
