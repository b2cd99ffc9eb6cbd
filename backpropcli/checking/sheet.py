"""The answers of one submission put on the graph: which node each claims, and its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from backpropcli.checking.answers import diagonal, fitted
from backpropcli.checking.data import Claim, LinkFinding, Written
from backpropcli.checking.graph import Graph
from backpropcli.checking.paper import Paper, Style, on_paper, style_of
from backpropcli.language.nodes import At
from backpropcli.ops.entry import Array
from backpropcli.ops.shaping import selector

if TYPE_CHECKING:
    from backpropcli.checking.formulas import FormulaVerdict


@dataclass(eq=False)
class Entry:
    """A claim with its node, and its numbers in the shape of what is claimed.

    ``paper`` is nothing where there are no numbers that fit; ``misfit`` then holds those in the
    shape in which they were written. ``select`` picks the claimed part of the node's value.
    """

    claim: Claim
    node: int | None
    select: Any = None
    shape: tuple[int, ...] = ()
    paper: Paper | None = None
    misfit: Paper | None = None
    note: str = ""
    formula: FormulaVerdict | None = None
    worked: Paper | None = None  # what the working leads to, where another number was written
    links: tuple[LinkFinding, ...] = ()

    def part(self, value: Array) -> Array:
        """The claimed part of the node's value."""
        return np.asarray(value)[self.select] if self.select is not None else np.asarray(value)

    def put_in(self, value: Array, numbers: Array) -> Array:
        """The node's value with other numbers in the claimed part."""
        if self.select is None:
            return np.asarray(numbers, float).reshape(np.shape(value))
        changed = np.array(value, float)
        changed[self.select] = numbers
        return changed

    def key(self, graph: Graph) -> Array:
        """The right numbers of what it claims, which has a node."""
        assert self.node is not None
        return self.part(np.asarray(graph.nodes[self.node].value, float))

    @property
    def is_whole(self) -> bool:
        """Whether the whole value of the node is claimed."""
        return self.select is None


@dataclass(eq=False)
class Sheet:
    """All entries of a submission on the graph of its problem.

    ``own_style`` goes before the style that its numbers show.
    """

    graph: Graph
    entries: list[Entry] = field(default_factory=list)
    rounded: list[tuple[Written, ...]] = field(default_factory=list)
    own_style: Style | None = None

    @cached_property
    def style(self) -> Style | None:
        """How numbers are rounded on this sheet."""
        return self.own_style or style_of(chain.from_iterable(self.rounded))

    def style_beside(self, which: int) -> Style | None:
        """How the numbers of all other entries are rounded."""
        return style_of(chain(*self.rounded[:which], *self.rounded[which + 1 :]))

    def numeric(self) -> Iterator[tuple[int, Entry]]:
        """The entries with numbers that fit, with their positions."""
        for i, entry in enumerate(self.entries):
            if entry.paper is not None and entry.node is not None:
                yield i, entry


def lay_out(graph: Graph, claims: Sequence[Claim]) -> Sheet:
    """The claims on the graph."""
    sheet = Sheet(graph)
    for claim in claims:
        entry = _entry(graph, claim)
        sheet.entries.append(entry)
        sheet.rounded.append(tuple(_rounded(graph, entry)))
    if sheet.style is not None:
        for entry in sheet.entries:
            if entry.paper is not None:
                entry.paper = replace(entry.paper, finest=sheet.style.finest())
    return sheet


def _rounded(graph: Graph, entry: Entry) -> Iterator[Written]:
    """The numbers of an answer that show how somebody rounds: none that are exact as they are."""
    written = entry.claim.written
    if written is None or entry.claim.trouble is not None or entry.node is None:
        return
    flat = [w for w in written.flat if isinstance(w, Written)]
    key = np.ravel(entry.key(graph))
    alike = len(flat) == key.size
    for i, one in enumerate(flat):
        if not alike or abs(float(one.value) - key[i]) > 1e-12 * max(1.0, abs(key[i])):
            yield one


def _entry(graph: Graph, claim: Claim) -> Entry:
    node = graph.find(claim.name, claim.example or 0, claim.step or 0)
    entry = Entry(claim, node)
    if node is None:
        return entry
    value = np.asarray(graph.nodes[node].value, float)
    if claim.at is not None:
        entry.select = selector(At(claim.at))
    entry.shape = np.shape(entry.part(value))
    if claim.written is None or claim.trouble is not None:
        return entry
    put = fitted(claim.written, entry.shape)
    if put is None:
        across = diagonal(claim.written, entry.shape)
        if across is not None and _is_diagonal(entry.part(value)):
            entry.note = "given as its diagonal: the other entries are 0"
            entry.paper = _with_zeros(on_paper(across))
    if put is None and entry.paper is None:
        entry.misfit = on_paper(claim.written)
    elif put is not None:
        entry.paper = on_paper(put)
    if entry.paper is not None and graph.nodes[node].kind == "count":
        whole = np.ones_like(entry.paper.whole)
        unit = np.minimum(entry.paper.unit, 1.0)
        entry.paper = replace(entry.paper, counted=True, whole=whole, unit=unit)
    return entry


def _with_zeros(paper: Paper) -> Paper:
    """A diagonal with the exact zeros around it; of a matrix, the result has four axes."""
    size, shape = paper.value.size, paper.value.shape * 2

    def around(part: Array, zero: Any) -> Array:
        whole = np.full((size, size), zero, part.dtype)
        np.fill_diagonal(whole, part.ravel())
        return whole.reshape(shape)

    value, unit = around(paper.value, 0), around(paper.unit, 0)
    whole, digits = around(paper.whole, False), around(paper.digits, 0)
    return Paper(value, unit, whole, digits, around(paper.texts, "0"))


def _is_diagonal(value: Array) -> bool:
    """Whether a derivative is elementwise: of the shapes (n, n) or (n, m, n, m)."""
    half = value.ndim // 2
    if value.ndim % 2 or value.shape[:half] != value.shape[half:]:
        return False
    square = value.reshape((math.prod(value.shape[:half]),) * 2)
    return not np.any(square - np.diag(np.diagonal(square)))
