"""Each value against the key, and against what follows from the student's own earlier values."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from backpropcli.checking.formula import Compute
from backpropcli.checking.graph import Graph
from backpropcli.checking.met import Met, Place, State, Verdict, written_here
from backpropcli.checking.paper import Judging, Paper, fits, is_cut, is_rounded_up
from backpropcli.checking.rounding import Rounding
from backpropcli.checking.sheet import Entry, Sheet
from backpropcli.ops.entry import Array

# How a node is computed instead: from which nodes, by what.
Recomputed = tuple[Compute, Sequence[int]]

CAP = 1.5  # units of the last place that a step between submitted values may be off


class Judge:
    """Judges the numbers of a sheet; ``options`` switch parts off, to measure what they bring."""

    def __init__(
        self,
        sheet: Sheet,
        judging: Judging,
        clamp: bool = True,
        changes: Mapping[int, Recomputed] | None = None,
        meant: Mapping[int, Array] | None = None,
        as_written: bool = False,
    ) -> None:
        """``changes`` compute nodes otherwise; ``meant`` are right numbers known to be used.

        ``as_written``: no other right numbers are looked for behind the ones that are written.
        """
        self.changes = changes or {}
        self.meant_values = dict(meant or {})
        self.sheet, self.graph, self.judging = sheet, sheet.graph, judging
        self.clamp = clamp
        self.rounding = Rounding(self.graph, sheet.style)
        self.at: dict[int, list[int]] = {}
        for i, entry in sheet.numeric():
            assert entry.node is not None
            self.at.setdefault(entry.node, []).append(i)
        self.cuts = False  # whether digits are cut off on this sheet, not rounded
        self.meant: set[int] = set(self.meant_values)  # whose right number is used further on
        self._start()
        seems_to_cut = self._seems_to_cut()
        if seems_to_cut or self.is_off():
            self._try_cutting(seems_to_cut)
        if clamp and not as_written:
            self._find_not_carried()

    def _start(self, to_the_end: bool = True) -> None:
        self.verdicts: dict[int, Verdict] = {}
        key = self.rounding.style, self.rounding.units
        self.key_errors = self.graph.meetings.of_key.get(key, self.rounding.of_key)
        self.state = self._run(to_the_end)

    def _try_cutting(self, sure: bool) -> None:
        """Judge as if digits were cut off; kept without being sure only where all fits then."""
        before = self.judging, self.verdicts, self.key_errors, self.state
        self.cuts, self.judging = True, self.judging._replace(cuts=True)
        self.rounding.units = 2.0
        self._start(to_the_end=sure)
        if self.is_off() and not sure:
            self.cuts, self.rounding.units = False, 1.0
            self.judging, self.verdicts, self.key_errors, self.state = before

    def _seems_to_cut(self) -> bool:
        """Whether more numbers are cut off than rounded up, where the two differ."""
        cut = up = 0
        for which, verdict in self.verdicts.items():
            entry = self.sheet.entries[which]
            assert entry.paper is not None
            if not entry.paper.has_decimals:
                continue
            key = entry.key(self.graph)
            for value in (verdict.predicted, key):
                cut += int(np.count_nonzero(is_cut(entry.paper, value)))
                up += int(np.count_nonzero(is_rounded_up(entry.paper, value)))
        return cut > up

    def _run(self, to_the_end: bool = True) -> State:
        """All nodes in order, the student's numbers put in where they were handed in.

        Not ``to_the_end`` it stops where something neither follows nor is right.
        """
        state = State([], [], [], [], [], [])
        meetings = self.graph.meetings
        setting = (self.rounding.style, self.rounding.units, self.judging, self.cuts, self.clamp)
        for i in range(len(self.graph.nodes)):
            key = self._key(i, state) if meetings.keeps else None
            if key is None:
                state.take(self._met(i, state))
            else:
                state.take(meetings.known.get((setting, key), partial(self._met, i, state)))
            met = state.met[i]
            if met.inner is not None:
                self.rounding.inner[i] = met.inner
            self.verdicts.update(zip(self.at.get(i, ()), met.verdicts, strict=True))
            if not to_the_end and any(verdict.mismatch.any() for verdict in met.verdicts):
                break
        return state

    def _key(self, i: int, state: State) -> Hashable | None:
        """All that a node depends on, but for the setting; nothing where it is better not kept."""
        here = self.at.get(i, ())
        if i in self.changes or not self.meant.isdisjoint(here):
            return None
        needs = self.graph.meetings.needs[i]
        before = tuple([(state.met[p].mark, self._stands_here(p)) for p in needs])
        return i, before, written_here([self.sheet.entries[which] for which in here])

    def _met(self, i: int, state: State) -> Met:
        """One node, worked out."""
        node = self.graph.nodes[i]
        if node.compute is None:
            predicted = np.asarray(node.value, float)
        else:
            predicted = self._computed(i, state)
        self.rounding.inner.pop(i, None)
        spread = self.rounding.reached(i, [*state.values, predicted], state.errors)
        error = spread + self.rounding.written(i, predicted, spread)
        at = Place(
            i, predicted, spread, predicted, error, any(state.wrong[p] for p in node.parents)
        )
        verdicts = tuple([self._meet(which, at, state) for which in self.at.get(i, ())])
        meetings = self.graph.meetings
        return Met(
            predicted, spread, at.value, at.error, at.wrong, self.rounding.inner.get(i), verdicts,
            meetings.mark(np.asarray(at.value), at.error, at.wrong),
            meetings.expected(verdicts, [self.sheet.entries[w] for w in self.at.get(i, ())]),
        )  # fmt: skip

    def _computed(self, i: int, state: State) -> Array:
        """What follows at a node from the values before it."""
        node, change = self.graph.nodes[i], self.changes.get(i)
        compute, parents = (node.compute, node.parents) if change is None else change
        assert compute is not None
        ready = [p if p < len(state.values) else None for p in parents]
        if any(p is None for p in ready):
            compute, parents = node.compute, node.parents
            assert compute is not None
        value = np.asarray(compute([state.values[p] for p in parents]), float)
        return np.broadcast_to(value, np.shape(node.value))

    def _meet(self, which: int, at: Place, state: State) -> Verdict:
        """Compare one entry with its prediction and the key, then go on with its numbers."""
        entry = self.sheet.entries[which]
        verdict = self._verdict(entry, at, state)
        assert entry.paper is not None
        verdict.carried_on = which not in self.meant
        rounded = verdict.follows & (verdict.near | (not verdict.tainted))
        wrong = bool((~(verdict.right | rounded)).any())
        verdict.lost = wrong and _is_degenerate(entry, self.graph)
        if not self.clamp or verdict.lost:
            return verdict
        numbers = entry.paper.value
        size = entry.paper.unit if self.cuts else entry.paper.half
        key = entry.key(self.graph)
        half = np.where(self._is_sharp(entry.paper, verdict, key), 0.0, size)
        if which in self.meant:
            right = self.meant_values.get(which, verdict.predicted)
            numbers = np.where(verdict.mismatch, right, numbers)
            wrong = bool(np.any(~(verdict.right | verdict.near | verdict.mismatch)))
        at.value = entry.put_in(at.value, numbers)
        at.error = entry.put_in(at.error, half)
        at.wrong = wrong if entry.is_whole else wrong or at.wrong
        return verdict

    def _is_sharp(self, paper: Paper, verdict: Verdict, key: Array) -> Array:
        """Whole numbers that are meant as such, not as rounded ones."""
        noise = 1e-9 * np.maximum(1, np.abs(paper.value))
        sure = np.abs(paper.value - verdict.predicted) <= noise
        sure |= np.abs(paper.value - key) <= noise
        rounded = paper.whole & (verdict.follows | verdict.right) & ~sure
        return (paper.whole & ~rounded) | (paper.unit <= 0)

    def _verdict(self, entry: Entry, at: Place, state: State) -> Verdict:
        i = at.node
        paper, node = entry.paper, self.graph.nodes[i]
        assert paper is not None
        predicted, error = entry.part(at.predicted), entry.part(at.spread)
        key = entry.key(self.graph)
        none = np.zeros(np.shape(key))
        tainted = any(state.wrong[p] for p in node.parents)
        capped = error if tainted else self._capped(error, paper, predicted, key, i)
        exact = node.exact & (np.asarray(not tainted) | (capped <= 0))
        follows = fits(paper, predicted, capped, exact, self.judging)
        if not follows.all():
            other = self._by_input(entry, i, state)
            if other is not None:
                error = error + np.abs(other - predicted) * 1e-9
                agrees = fits(paper, other, error, exact, self.judging)
                if np.count_nonzero(agrees) > np.count_nonzero(follows):
                    follows, predicted = agrees, other
        right = fits(paper, key, none, node.exact, self.judging)
        slack = entry.part(self.key_errors[i])
        near = fits(paper, key, slack, node.exact, self.judging)
        return Verdict(follows, right, near, predicted, capped, tainted=tainted)

    def _by_input(self, entry: Entry, i: int, state: State) -> Array | None:
        """The prediction with slopes taken from z where the equation takes them from a."""
        found = self.graph.by_input(i)
        if found is None:
            return None
        formula, parents = found
        with np.errstate(all="ignore"):
            value = np.asarray(formula([state.values[p] for p in parents]), float)
        return entry.part(value) if np.isfinite(value).all() else None

    def _capped(self, error: Array, paper: Paper, predicted: Array, key: Array, i: int) -> Array:
        """A step between submitted values may not be off by more than a unit and a half."""
        nodes = self.graph.nodes
        if not all(self._stands_here(p) or nodes[p].kind == "given" for p in nodes[i].parents):
            return error
        to_key = (paper.value - predicted) * (key - predicted) > 0
        reach = np.where(to_key, np.abs(predicted - key) + paper.half, 0.0)
        reach = np.maximum((CAP - 0.5) * paper.unit, reach)
        reach = reach * self.rounding.units + self.rounding.inner.get(i, np.zeros(()))
        return np.where(paper.unit > 0, np.minimum(error, reach), error)

    def _stands_here(self, i: int) -> bool:
        """Whether the number that is used of a node is written on the sheet, digit by digit."""
        return i in self.at and self.meant.isdisjoint(self.at[i])

    def _find_not_carried(self) -> None:
        """Find entries that are wrong although what follows uses the right number."""
        order = sorted(self.verdicts, key=lambda w: self.sheet.entries[w].node or 0)
        for which in order:
            verdict = self.verdicts[which]
            if not verdict.mismatch.any() or verdict.lost or which in self.meant:
                continue
            if not any(True for _ in self._claims_after(which)):
                continue
            before, kept = self._misses(), (self.verdicts, self.state)
            self.meant.add(which)
            self.verdicts = {}
            self.state = self._run()
            if self._misses() >= before:
                self.meant.discard(which)
                self.verdicts, self.state = kept

    def is_unused(self, which: int) -> bool:
        """Whether numbers further on show that the right one was used; formulas do not show it."""
        entries = self.sheet.entries
        return (
            which in self.meant
            and entries[which].claim.formula is None
            and any(entries[w].claim.formula is None for w in self._claims_after(which))
        )

    def _claims_after(self, which: int) -> Iterator[int]:
        """The entries in which one goes."""
        start = self.sheet.entries[which].node
        assert start is not None
        stack, seen = list(self.graph.nodes[start].children), set()
        while stack:
            i = stack.pop()
            if i not in seen:
                seen.add(i)
                yield from self.at.get(i, ())
                stack.extend(self.graph.nodes[i].children)

    def is_off(self) -> bool:
        """Whether anything neither follows nor is right, or has another shape."""
        if any(v.mismatch.any() for v in self.verdicts.values()):
            return True
        return any(entry.misfit is not None for entry in self.sheet.entries)

    def _misses(self) -> tuple[int, int]:
        """How many answers, and numbers, do not follow from the student's own earlier ones."""
        counts = [int(np.count_nonzero(~v.follows)) for v in self.verdicts.values()]
        return sum(count > 0 for count in counts), sum(counts)


def _is_degenerate(entry: Entry, graph: Graph) -> bool:
    """A value that is all zero where the true one is not would make all below it consistent."""
    assert entry.paper is not None
    assert entry.node is not None
    numbers = entry.paper.value
    key = entry.key(graph)
    if not np.any(numbers) and np.any(key) and entry.is_whole:
        return True
    constant = numbers.size >= 3 and np.ptp(numbers) == 0 and abs(numbers.flat[0]) == 1
    return bool(constant and np.ptp(key) != 0 and entry.is_whole)
