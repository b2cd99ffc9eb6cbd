"""What the sheet would look like if a mistake had been made: only what it can reach is redone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from backpropcli.checking.judge import Judge
from backpropcli.ops.entry import Array

if TYPE_CHECKING:
    from backpropcli.checking.candidate import Change

Prediction = tuple[Array, Array]  # the numbers that must come out, and how far rounding moves them
MARGIN = 1.25


class Predicted(NamedTuple):
    """Predictions by node and position among the entries there; None: they are not finite."""

    values: tuple[tuple[int, int, Prediction], ...] | None


class Trial:
    """Tries changes on the judged sheet; the student's own numbers stay where they are."""

    def __init__(self, judge: Judge) -> None:
        self.judge, self.graph = judge, judge.graph
        self.values = judge.state.values
        self.fixed = self._fixed()
        self._reach: dict[int, tuple[int, ...]] = {}
        self._reached: dict[int, frozenset[int]] = {}
        self._shares: dict[int, float | None] = {}
        # A right number that is used beside the one written is seen in no node by itself.
        self.shares = self.graph.meetings.keeps and not (judge.meant or judge.changes)
        self._found: dict[Change, dict[int, Prediction] | None] = {}
        self.count = 0

    def _fixed(self) -> set[int]:
        """The nodes whose whole value was handed in and is used further on."""
        found = set()
        for node, entries in self.judge.at.items():
            for which in entries:
                verdict = self.judge.verdicts[which]
                used = not verdict.lost and self.judge.clamp
                if self.judge.sheet.entries[which].is_whole and used:
                    found.add(node)
        return found

    def reach(self, start: int) -> tuple[int, ...]:
        """The nodes that see a change of one, up to the next numbers that were handed in."""
        known = self._reach.get(start)
        if known is None:
            seen, stack = {start}, [start]
            while stack:
                i = stack.pop()
                if i in self.fixed:
                    continue
                for child in self.graph.nodes[i].children:
                    if child not in seen:
                        seen.add(child)
                        stack.append(child)
            known = self._reach[start] = tuple(sorted(seen))
        return known

    def reached(self, starts: Collection[int]) -> frozenset[int]:
        """The entries that see a change of some nodes."""
        for start in starts:
            if start not in self._reached:
                seen = (which for i in self.reach(start) for which in self.judge.at.get(i, ()))
                self._reached[start] = frozenset(seen)
        return frozenset().union(*(self._reached[start] for start in starts))

    def behind(self, end: int) -> set[int]:
        """The node itself and those before it that were not handed in."""
        seen, stack = {end}, [end]
        while stack:
            for parent in self.graph.nodes[stack.pop()].parents:
                if parent not in seen and parent not in self.fixed:
                    seen.add(parent)
                    stack.append(parent)
        return seen

    def predictions(self, changes: Sequence[Change]) -> dict[int, Prediction] | None:
        """The numbers that the changes lead to, by entry; nothing where they are not finite."""
        self.count += 1
        if len(changes) == 1:
            return self._alone(changes[0])
        reaches = [self.reach(change.node) for change in changes]
        order = sorted(set().union(*reaches))
        if len(order) < sum(map(len, reaches)):
            return self._predicted({change.node: change for change in changes}, order)
        found: dict[int, Prediction] = {}  # what does not meet is found change by change
        for change in changes:
            alone = self._alone(change)
            if alone is None:
                return None
            found |= alone
        return {w: found[w] for i in order for w in self.judge.at.get(i, ()) if w in found}

    def _alone(self, change: Change) -> dict[int, Prediction] | None:
        """The predictions of one change, worked out once: for all sheets that are alike there."""
        if change not in self._found:
            self._found[change] = self._shared(change) if self.shares else self._anew(change)
        return self._found[change]

    def _anew(self, change: Change) -> dict[int, Prediction] | None:
        return self._predicted({change.node: change}, self.reach(change.node))

    def _shared(self, change: Change) -> dict[int, Prediction] | None:
        reach, met, at = self.reach(change.node), self.judge.state.met, self.judge.at
        seen = [met[i].mark for i in self._operands(change, reach)]
        seen += [met[i].expected for i in reach]
        known = self.graph.meetings.predicted
        found = known.get((change, reach, *seen), lambda: self._by_place(self._anew(change)))
        if found.values is None:
            return None
        return {at[i][position]: value for i, position, value in found.values}

    def _operands(self, change: Change, reach: tuple[int, ...]) -> tuple[int, ...]:
        """The nodes from which what a change leads to is computed."""

        def work() -> tuple[int, ...]:
            parents = {p for i in reach for p in self.graph.nodes[i].parents}
            return tuple(sorted(parents | set(change.parents)))

        return self.graph.meetings.operands.get((change, reach), work)

    def _by_place(self, found: dict[int, Prediction] | None) -> Predicted:
        """Predictions by node and position there, which are the same on another sheet."""
        if found is None:
            return Predicted(None)
        places = {w: (i, n) for i, which in self.judge.at.items() for n, w in enumerate(which)}
        return Predicted(tuple((*places[which], value) for which, value in found.items()))

    def _predicted(
        self, changed: dict[int, Change], order: Sequence[int]
    ) -> dict[int, Prediction] | None:
        new: dict[int, Array] = {}
        found: dict[int, Prediction] = {}
        with np.errstate(all="ignore"):
            for i in order:
                value = self._value(i, changed, new)
                if value is None:
                    continue
                if not np.isfinite(value).all():
                    return None
                self._note(i, value, found)
                if i not in self.fixed:
                    new[i] = self._kept(i, value)
        return found

    def unseen(self, changes: Sequence[Change]) -> dict[str, Array]:
        """What the changes lead to at values that were not handed in, by name."""
        changed = {change.node: change for change in changes}
        new: dict[int, Array] = {}
        for i in sorted({i for node in changed for i in self.reach(node)}):
            value = self._value(i, changed, new)
            if value is not None and i not in self.fixed:
                new[i] = self._kept(i, value)
        return {
            self.graph.nodes[i].name: value for i, value in new.items() if i not in self.judge.at
        }

    def _value(self, i: int, changed: dict[int, Change], new: dict[int, Array]) -> Array | None:
        change, values = changed.get(i), self.values
        if change is not None:
            operands = [new[p] if p in new else values[p] for p in change.parents]
            value = np.asarray(change.formula(operands), float)
            shape = np.shape(values[i])
            return value if value.shape == shape else np.broadcast_to(value, shape)
        node = self.graph.nodes[i]
        if node.compute is None or not any(p in new for p in node.parents):
            return None
        return np.asarray(node.compute([new[p] if p in new else values[p] for p in node.parents]))

    def _note(self, i: int, value: Array, found: dict[int, Prediction]) -> None:
        for which in self.judge.at.get(i, ()):
            entry, verdict = self.judge.sheet.entries[which], self.judge.verdicts[which]
            part = entry.part(value)
            found[which] = part, self.error(which, part, verdict.predicted, verdict.error)

    def error(self, which: int, part: Array, predicted: Array, error: Array) -> Array:
        """How far rounding moves another prediction: in proportion, as far as the first."""
        if which not in self._shares:
            size = float(np.max(np.abs(predicted))) if np.any(error) else 0.0
            share = float(np.max(error)) / size if size > 0 else 0.0
            self._shares[which] = min(share, 0.1) if np.any(error) else None
        known = self._shares[which]
        return error if known is None else np.maximum(error, known * np.abs(part)) * MARGIN

    def _kept(self, i: int, value: Array) -> Array:
        """The value with those of its entries that were handed in."""
        for which in self.judge.at.get(i, ()):
            entry = self.judge.sheet.entries[which]
            usable = which not in self.judge.meant and not self.judge.verdicts[which].lost
            if entry.paper is not None and not entry.is_whole and usable:
                value = entry.put_in(value, entry.paper.value)
        return value
