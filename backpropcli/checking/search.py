"""The shortest account of what is off: known mistakes, slips, or numbers spelled out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from math import log2
from time import perf_counter

import numpy as np

from backpropcli.checking.candidates import Candidate, Candidates
from backpropcli.checking.costs import NOT_CARRIED, class_bits, spelled, total_weight
from backpropcli.checking.judge import Judge
from backpropcli.checking.paper import fits
from backpropcli.checking.shown import Pen
from backpropcli.checking.trial import Prediction, Trial
from backpropcli.mistakes.entry import Mistake, Slip
from backpropcli.ops.entry import Array

MOST_ROOTS = 6
FIXERS = 40
MOST_PAIRS = 3000
TIE = 1.0  # bits within which two accounts are told together
CHECKED_EVERY = 64  # trials between looks at the clock


@dataclass(eq=False)
class SlipFound:
    """A slip of the pen at one entry."""

    mistake: Mistake
    slip: Slip
    which: int
    bits: float


@dataclass(eq=False)
class Left:
    """What is off at one entry under an account: which numbers, and what explains them cheapest."""

    which: int
    off: Array
    cost: float
    spelled: float
    slips: tuple[SlipFound, ...] = ()


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


@dataclass(eq=False)
class Settings:
    """How the search is done; the options switch parts off, to measure what they bring."""

    seconds: float = 1.0
    leave_out: Collection[str] = ()
    ranking: str = "length"
    threshold: float = 6.0


class Search:
    """Looks for the cheapest account of a judged sheet."""

    def __init__(self, judge: Judge, known: Candidates, settings: Settings) -> None:
        self.judge, self.sheet = judge, judge.sheet
        self.settings, self.known = settings, known
        self.trial = Trial(judge)
        self.pen = Pen(judge, settings.leave_out)
        self.total = total_weight()
        self.started = perf_counter()
        self.cut = False
        self.wrong = [w for w, v in judge.verdicts.items() if np.any(v.mismatch)]
        self.scored: dict[tuple[int, ...], Account] = {}

    def best(self) -> Account:
        """The cheapest account that was found in the time there is."""
        account = self.account(())
        if not self.wrong:
            return account
        candidates = self.relevant()
        for _ in range(MOST_ROOTS):
            step = self.one_more(account, candidates)
            if step is None:
                break
            account = step
        return self.by_pairs(account, candidates)

    def one_more(self, account: Account, candidates: Sequence[Candidate]) -> Account | None:
        """The account with the mistake added that shortens it most, if any does."""
        best: Account | None = None
        for one in candidates:
            if self.is_late():
                break
            if one in account.parts or _overlap(one, account.parts):
                continue
            trial = self.account((*account.parts, one))
            if trial is not None and trial.cost < (best or account).cost - 1e-9:
                best = trial
        return best

    def by_pairs(self, account: Account, candidates: Sequence[Candidate]) -> Account:
        """Two mistakes at once, where one alone brings nothing: between unsubmitted values."""
        unexplained = [w for w, left in account.left.items() if left.cost >= left.spelled]
        if not any(np.any(account.left[w].off) for w in unexplained):
            return account
        behind = [self.trial.behind(self.node(w)) for w in unexplained]
        near = [c for c in candidates if any(set(c.nodes) & b for b in behind if len(b) > 1)]
        near.sort(key=lambda c: c.bits)
        tried = 0
        best = account
        for i, second in enumerate(near):
            for first in near[:i]:
                if tried >= MOST_PAIRS or self.is_late():
                    return best
                if _overlap(first, (second,)) or not self.could_help(first, second, unexplained):
                    continue
                if first.bits + second.bits > account.cost:
                    break
                tried += 1
                kept = tuple(p for p in account.parts if not _overlap(p, (first, second)))
                trial = self.account((*kept, first, second))
                if trial is not None and trial.cost < best.cost - 1e-9:
                    best = trial
        return best

    def could_help(self, first: Candidate, second: Candidate, wrong: Iterable[int]) -> bool:
        """Whether both can be seen in one of the entries that are still unexplained."""
        for which in wrong:
            behind = self.trial.behind(self.node(which))
            if set(first.nodes) & behind and set(second.nodes) & behind:
                return True
        return False

    def node(self, which: int) -> int:
        node = self.sheet.entries[which].node
        assert node is not None
        return node

    def relevant(self) -> list[Candidate]:
        """The candidates that can be seen in what is off."""
        nodes: set[int] = set()
        for which in self.wrong:
            nodes |= self.trial.behind(self.node(which))
        found: dict[int, Candidate] = {}
        for node in sorted(nodes):
            for one in self.known.by_node.get(node, ()):
                found[id(one)] = one
        return sorted(found.values(), key=lambda c: (c.bits, c.order))

    def account(self, parts: tuple[Candidate, ...]) -> Account | None:
        """The account with these mistakes; nothing where it is not computable."""
        predictions: dict[int, Prediction] = {}
        if parts:
            changes = [change for part in parts for change in part.changes]
            found = self.trial.predictions(changes)
            if found is None:
                return None
            predictions = found
        account = Account(parts, predictions)
        account.cost = sum(self.part_cost(part, parts) for part in parts)
        for which in {*self.wrong, *predictions}:
            left = self.left(which, predictions)
            if left is not None:
                account.left[which] = left
                account.cost += left.cost
        return account

    def part_cost(self, part: Candidate, parts: Sequence[Candidate]) -> float:
        """What a mistake costs; less where the same one was found elsewhere already."""
        twins = [p for p in parts if p.mistake is part.mistake and p is not part]
        if twins and parts.index(part) > parts.index(twins[0]):
            return min(part.bits, 2.0 + part.edit.bits)
        return part.bits

    def left(self, which: int, predictions: dict[int, Prediction]) -> Left | None:
        """What is off at one entry, and the cheapest words for it."""
        entry, verdict = self.sheet.entries[which], self.judge.verdicts[which]
        paper, node = entry.paper, self.judge.graph.nodes[self.node(which)]
        assert paper is not None
        if which in predictions:
            predicted, error = predictions[which]
            off = ~fits(paper, predicted, error, node.exact, self.judge.judging)
        else:
            predicted, error, off = verdict.predicted, verdict.error, verdict.mismatch
        if not np.any(off):
            return None
        cost = spelled(paper, error, off)
        extra = NOT_CARRIED if which in self.judge.meant else 0.0
        slips, bits = self.pen.explain(which, predicted, error, off, predictions)
        best = min(cost, bits + extra)
        return Left(which, off, best, cost, slips if bits + extra < cost else ())

    def is_late(self) -> bool:
        if self.cut:
            return True
        if self.trial.count % CHECKED_EVERY == 0:
            self.cut = perf_counter() - self.started > self.settings.seconds
        return self.cut

    def evidence(self, account: Account, part: Candidate) -> float:
        """How much shorter the account is for naming it, beside spelling the numbers out."""
        rest = self.account(tuple(p for p in account.parts if p is not part))
        if rest is None:
            return 0.0
        without = sum(one.spelled for one in rest.left.values())
        with_it = sum(one.spelled for one in account.left.values())
        return without - with_it - self.part_cost(part, account.parts)

    def rivals(self, account: Account, part: Candidate) -> list[tuple[float, Candidate]]:
        """Other mistakes in its place that explain as much for about as many bits."""
        others = tuple(p for p in account.parts if p is not part)
        found: list[tuple[float, Candidate]] = []
        mark = account.signature()
        for one in self.relevant():
            if one in account.parts or _overlap(one, others) or self.is_late():
                continue
            trial = self.account((*others, one))
            if trial is None:
                continue
            same = trial.signature() == mark
            if same or trial.cost <= account.cost + TIE:
                found.append((trial.cost, one))
        return sorted(found, key=lambda pair: pair[0])


def _overlap(one: Candidate, parts: Sequence[Candidate]) -> bool:
    nodes = set(one.nodes)
    return any(nodes & set(part.nodes) for part in parts)


def slip_bits(mistake: Mistake, slip: Slip, sites: int, total: float) -> float:
    """What naming a slip costs: its class, its place, its form."""
    return class_bits(mistake.prior, total) + log2(max(1, sites)) + slip.bits
