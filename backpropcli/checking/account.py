"""Accounts of a sheet: which mistakes were made, what is left after them, and how long that is."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from backpropcli.checking.candidate import Candidate
from backpropcli.checking.costs import NOT_CARRIED, REPEATED, SLACK, spelled
from backpropcli.checking.exempt import Exempt
from backpropcli.checking.judge import Judge
from backpropcli.checking.kept import SMALL, Kept, mark
from backpropcli.checking.met import Verdict
from backpropcli.checking.paper import Paper, fits
from backpropcli.checking.shown import Pen, SlipFound
from backpropcli.checking.trial import Prediction, Trial
from backpropcli.ops.entry import Array

EXCHANGED = "swapped-answers"
ROUNDING = 1e-9  # of sums of bits


@dataclass(eq=False)
class Left:
    """What is off at one entry under an account: which numbers, and what explains them cheapest.

    ``exchanged`` are the entries that the same slip explains.
    """

    which: int
    off: Array
    cost: float
    spelled: float
    slips: tuple[SlipFound, ...] = ()
    exchanged: tuple[int, ...] = ()

    @cached_property
    def count(self) -> int:
        """How many numbers are off."""
        return int(np.count_nonzero(self.off))


@dataclass(eq=False)
class Account:
    """An account of the whole sheet: mistakes in equations, and what is left after them."""

    parts: tuple[Candidate, ...] = ()
    predictions: dict[int, Prediction] = field(default_factory=dict)
    left: dict[int, Left] = field(default_factory=dict)
    cost: float = 0.0

    def signature(self) -> tuple[tuple[int, bytes], ...]:
        """Which numbers are off, to see which accounts say the same."""
        return tuple((w, np.asarray(one.off).tobytes()) for w, one in sorted(self.left.items()))


class Accounts:
    """Makes accounts of one judged sheet."""

    def __init__(self, judge: Judge, trial: Trial, exempt: Exempt, pen: Pen) -> None:
        self.judge, self.sheet, self.trial = judge, judge.sheet, trial
        self.exempt, self.pen = exempt, pen
        self.off = {which: bool(v.mismatch.any()) for which, v in judge.verdicts.items()}
        self.written: dict[int, tuple[Paper, bool, Array, tuple[Hashable, ...]]] = {}
        self.bare: dict[tuple[int, bytes, bytes], Left | None] = {}
        found = {which: self.left(which, {}, True) for which in exempt.wrong}
        self.unused = {
            self.sheet.entries[which].node for which in judge.meant if judge.is_unused(which)
        }
        self.plain = {which: left for which, left in found.items() if left is not None}
        partners = {partner for left in self.plain.values() for partner in _partners(left)}
        self.single = {w: left.cost for w, left in self.plain.items() if w not in partners}
        self.partners = frozenset(partners)
        self._beyond: dict[frozenset[int], tuple[float, bool]] = {}

    def make(
        self,
        parts: tuple[Candidate, ...],
        strict: bool = True,
        limit: float = np.inf,
        or_clean: bool = False,
    ) -> Account | None:
        """The account with these mistakes; nothing where it is not computable.

        A ``strict`` one may not make wrong what is right, and one longer than ``limit`` is not
        worth working out: unless it leaves nothing that is off, with ``or_clean``.
        """
        room = limit - self.at_least(parts) if limit < np.inf else np.inf
        if room <= 0 and not (or_clean and not self.leaves_some(parts)):
            return None
        predictions: dict[int, Prediction] = {}
        if parts:
            found = self.trial.predictions([change for part in parts for change in part.changes])
            if found is None:
                return None
            predictions = found
        bare = self.at_reached(predictions, room)
        if bare is None:
            return None
        account = Account(parts, predictions)
        account.cost = sum(self.part_cost(part, parts) for part in parts)
        helps = not parts or any(self._is_less(w, left) for w, left in bare.items())
        account.left = {w: left for w, left in self.plain.items() if w not in predictions}
        clean = or_clean and not account.left and not any(bare.values())
        least = account.cost + _least(account.left.values()) + self.least(bare)
        if least >= limit and not clean:
            return None
        for which, left in bare.items():
            full = self.left(which, predictions, True) if helps and left else left
            if full is not None:
                account.left[which] = full
        _drop_partners(account)
        if strict and any(which not in self.plain for which in account.left):
            return None
        account.cost += sum(left.cost for left in account.left.values())
        return account

    def at_reached(
        self, predictions: dict[int, Prediction], room: float
    ) -> dict[int, Left | None] | None:
        """What is off at the entries with predictions; nothing where that alone takes the room."""
        found: dict[int, Left | None] = {}
        for which in predictions:
            if which in self.plain or not self.off[which]:
                left = found[which] = self.left(which, predictions, False)
                if left and which not in self.partners and self.pen.least >= room + ROUNDING:
                    return None
        return found

    def least(self, bare: dict[int, Left | None]) -> float:
        """What these cost at least: if one of them is off, some slip or its digits."""
        known = [left.cost for w, left in bare.items() if left and w not in self.partners]
        return min(self.pen.least, *known) if known else 0.0

    def at_least(self, parts: Sequence[Candidate]) -> float:
        """What an account with these mistakes costs at least: what they cannot reach is left."""
        left = self.beyond(_places(parts))[0]
        return left + sum(self.part_cost(part, parts) for part in parts)

    def leaves_some(self, parts: Sequence[Candidate]) -> bool:
        """Whether some of what is off is beyond the reach of these mistakes."""
        return self.beyond(_places(parts))[1]

    def beyond(self, places: frozenset[int]) -> tuple[float, bool]:
        """What is off beyond the reach of some nodes: its least cost, whether there is any."""
        found = self._beyond.get(places)
        if found is None:
            reached = self.trial.reached(places)
            cost = sum(cost for which, cost in self.single.items() if which not in reached)
            some = any(which not in reached for which in self.plain)
            found = self._beyond[places] = cost, some
        return found

    def _is_less(self, which: int, left: Left | None) -> bool:
        """Whether fewer numbers of a wrong entry are off than before."""
        before = self.plain.get(which)
        if before is None:
            return False
        if left is None:
            return True
        return left.count < before.count

    def part_cost(self, part: Candidate, parts: Sequence[Candidate]) -> float:
        """What a mistake costs; less where the same one was found elsewhere already.

        Who mistakes the method goes on with the wrong number; a slip may be in the writing alone.
        """
        extra = NOT_CARRIED if self.unused and self._is_unused(part) else 0.0
        return extra + self._own_cost(part, parts)

    def _is_unused(self, part: Candidate) -> bool:
        """Whether the wrong numbers that a mistake leads to are not used further on."""
        if not self.unused.isdisjoint(part.nodes):
            return True
        shown = {self.exempt.node(w) for w in self.trial.reached(part.places) if w in self.plain}
        return bool(shown) and shown <= self.unused

    def _own_cost(self, part: Candidate, parts: Sequence[Candidate]) -> float:
        if len(parts) == 1:
            return part.bits
        twins = [p for p in parts if p.mistake is part.mistake and p is not part]
        if twins and parts.index(part) > parts.index(twins[0]):
            return min(part.bits, REPEATED + part.edit.bits)
        return part.bits

    def left(self, which: int, predictions: dict[int, Prediction], slips: bool) -> Left | None:
        """What is off at one entry, and the cheapest words for it."""
        if slips or which not in predictions:
            return self._left(which, predictions, slips)
        value, error = predictions[which]
        key = which, value.tobytes(), error.tobytes()
        if key not in self.bare:
            self.bare[key] = self._left(which, predictions, False)
        return self.bare[key]

    def _left(self, which: int, predictions: dict[int, Prediction], slips: bool) -> Left | None:
        predicted, error, off, cost = self._off(which, predictions)
        if off is None:
            return None
        bare = cost + SLACK
        if not slips:
            return Left(which, off, bare, cost)
        found, bits = self.pen.explain(which, predicted, error, off, predictions)
        return Left(which, off, min(bare, bits), cost, found if bits < bare else ())

    def _off(
        self, which: int, predictions: dict[int, Prediction]
    ) -> tuple[Array, Array, Array | None, float]:
        """What was meant at an entry, up to which error, what is off, and how long that is."""
        paper, exact, legal, key = self._written(which)
        judging, verdict = self.judge.judging, self.judge.verdicts[which]
        if which not in predictions:
            off = verdict.mismatch & legal
            return verdict.predicted, verdict.error, *_spelled(paper, verdict, off)
        predicted, error = predictions[which]

        def work() -> tuple[Array | None, float]:
            off = ~fits(paper, predicted, error, exact, judging) & legal
            return _spelled(paper, verdict, off)

        if paper.value.size > SMALL:
            return predicted, error, *work()
        place = (*key, mark(np.asarray(predicted)), mark(np.asarray(error)))
        return predicted, error, *_LEFT.get(place, work)

    def _written(self, which: int) -> tuple[Paper, bool, Array, tuple[Hashable, ...]]:
        """The numbers of an entry, whether they are exact, which may be off, and all as a key."""
        found = self.written.get(which)
        if found is None:
            entry = self.sheet.entries[which]
            paper = entry.worked or entry.paper
            assert paper is not None
            assert entry.node is not None
            exact = self.judge.graph.nodes[entry.node].exact
            legal = np.asarray(~self.exempt.legal_at_zero(which))
            key: tuple[Hashable, ...] = ()
            if paper.value.size <= SMALL:
                verdict = self.judge.verdicts[which]
                meant = mark(np.asarray(verdict.predicted)), mark(np.asarray(verdict.error))
                key = paper.mark, exact, legal.tobytes(), self.judge.judging, *meant
            found = self.written[which] = paper, exact, legal, key
        return found


_LEFT: Kept[tuple[Array | None, float]] = Kept()


def _spelled(paper: Paper, verdict: Verdict, off: Array) -> tuple[Array | None, float]:
    """The numbers that are off, if any are, and what it costs to spell them out.

    By the size of the key: mistakes that mend nothing must not pay by predicting small ones.
    """
    if not off.any():
        return None, 0.0
    return off, spelled(paper, verdict.error, off, verdict.predicted)


def _places(parts: Sequence[Candidate]) -> frozenset[int]:
    """The nodes that mistakes change."""
    if len(parts) == 1:
        return parts[0].places
    return frozenset().union(*(part.places for part in parts))


def _drop_partners(account: Account) -> None:
    """Two exchanged answers are one slip: what is off at the partner is explained with it."""
    for which in list(account.left):
        left = account.left.get(which)
        for partner in _partners(left) if left is not None else ():
            other = account.left.pop(partner, None)
            if left is not None and other is not None:
                both = (*left.exchanged, partner)
                left = replace(left, spelled=left.spelled + other.spelled, exchanged=both)
                account.left[which] = left


def _partners(left: Left) -> Iterator[int]:
    """The answers with which this one is exchanged."""
    for slip in left.slips:
        if slip.mistake.name == EXCHANGED and slip.slip.partner is not None:
            yield slip.slip.partner


def _least(lefts: Iterable[Left]) -> float:
    """What these cost at least: of two exchanged answers, one."""
    known = list(lefts)
    partners = {partner for left in known for partner in _partners(left)}
    return sum(left.cost for left in known if left.which not in partners)
