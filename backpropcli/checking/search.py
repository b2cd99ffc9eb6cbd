"""The shortest account of what is off: known mistakes, slips, or numbers spelled out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from backpropcli.checking.candidate import Candidate, Candidates
from backpropcli.checking.doubt import doubtful
from backpropcli.checking.exempt import Exempt
from backpropcli.checking.judge import Judge
from backpropcli.checking.paper import Paper, fits
from backpropcli.checking.trial import Trial

if TYPE_CHECKING:  # what is needed only where something is off is imported there
    from backpropcli.checking.account import Account, Accounts
    from backpropcli.checking.shown import SlipFound

MOST_ROOTS = 6
MOST_PAIRS = 3000
RULE_FIRST = 6.0  # bits by which a rule may be longer than a slip with the same numbers
TIE = 1.0  # bits within which two accounts are told together
CHECKED_EVERY = 64  # trials between looks at the clock


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
        self.exempt = Exempt(judge, self.trial, known.notices)
        self.wrong = self.exempt.wrong
        self.started = perf_counter()
        self.cut = False
        self._best: Account | None = None
        self.is_fine = False  # whether the account fits only with the rounding of its own equations
        self._behind = {w: self.trial.behind(self.exempt.node(w)) for w in self.wrong}

    @cached_property
    def accounts(self) -> Accounts:
        """What makes accounts of this sheet."""
        from backpropcli.checking.account import Accounts
        from backpropcli.checking.shown import Pen

        pen = Pen(self.judge, self.settings.leave_out)
        return Accounts(self.judge, self.trial, self.exempt, pen)

    @cached_property
    def doubtful(self) -> frozenset[int]:
        """The wrong answers that may be rounding in lines that are not shown."""
        return doubtful(self.judge)

    def best(self) -> Account:
        """The cheapest account that was found in the time there is."""
        if self._best is None:
            self._best = self._search()
        return self._best

    def _search(self) -> Account:
        account = self.accounts.make(())
        assert account is not None
        if not self.wrong:
            return account
        candidates = self.relevant()
        for _ in range(MOST_ROOTS):
            step = self.one_more(account, candidates)
            if step is None:
                break
            account = step
        return self.fine(self.by_pairs(account, candidates))

    def fine(self, account: Account) -> Account:
        """An account with the rounding of its own equations; notes whether that matters here."""
        from backpropcli.checking.polish import polished

        found = polished(self.accounts, account)
        self.is_fine = self.is_fine or found is not account
        return found

    def contradicts(self, which: int) -> bool:
        """Whether the mistakes that were found lead to other numbers than stand here."""
        if not self.wrong:
            return False
        prediction = self.best().predictions.get(which)
        paper = self.sheet.entries[which].paper
        if prediction is None or paper is None:
            return False
        return not np.all(fits(paper, *prediction, False, self.judge.judging))

    def misshapen(self) -> list[tuple[int, Candidate]]:
        """The answers of another shape that a known mistake produces, with the mistake."""
        found = []
        for which, entry in enumerate(self.sheet.entries):
            if entry.misfit is None or not entry.is_whole or entry.node is None:
                continue
            options = [c for c in self.known.misshapen if c.nodes == (entry.node,)]
            fitting = [c for c in options if self._has_shape_of(entry.misfit, c)]
            if fitting:
                found.append((which, min(fitting, key=lambda c: c.bits)))
        return found

    def _has_shape_of(self, paper: Paper, one: Candidate) -> bool:
        change = one.changes[0]
        with np.errstate(all="ignore"):
            value = np.asarray(change.formula([self.trial.values[p] for p in change.parents]))
        if np.squeeze(value).shape != np.squeeze(paper.value).shape:
            return False
        value = value.reshape(paper.value.shape)
        error = self.judge.state.spread[change.node]
        size = np.max(np.abs(error)) if np.size(error) else 0.0
        error = np.full(value.shape, float(size))
        return bool(np.all(fits(paper, value, error, False, self.judge.judging)))

    def one_more(self, account: Account, candidates: Sequence[Candidate]) -> Account | None:
        """The account with the mistake added that shortens it most, if any does."""
        best: Account | None = None
        for one in candidates:
            if self.is_late():
                break
            if one in account.parts or one.overlaps(account.parts):
                continue
            trial = self.accounts.make((*account.parts, one), limit=(best or account).cost)
            if trial is None or trial.cost >= (best or account).cost - 1e-9:
                continue
            if self.unexplained(trial) < self.unexplained(account) - 1e-9:
                best = trial
        return best

    def unexplained(self, account: Account) -> float:
        """What is left at the entries that are wrong."""
        return sum(account.left[w].cost for w in self.wrong if w in account.left)

    def by_pairs(self, account: Account, candidates: Sequence[Candidate]) -> Account:
        """Two mistakes at once, where one alone brings nothing: between unsubmitted values."""
        unexplained = [w for w, left in account.left.items() if left.cost >= left.spelled]
        room = sum(account.left[w].cost for w in unexplained)
        spaces = [self._behind[w] for w in unexplained if len(self._behind[w]) > 1]
        near = [c for c in candidates if any(c.places & space for space in spaces)]
        near.sort(key=lambda c: c.bits)
        tried = 0
        best = account
        for i, second in enumerate(near):
            for first in near[:i]:
                if first.bits + second.bits >= room:
                    break
                if tried >= MOST_PAIRS or self.is_late():
                    return best
                if first.overlaps((second,)) or not _share(first, second, spaces):
                    continue
                tried += 1
                kept = tuple(p for p in account.parts if not p.overlaps((first, second)))
                trial = self.accounts.make((*kept, first, second), limit=best.cost)
                if trial is not None and trial.cost < best.cost - 1e-9:
                    best = trial
        return best

    def relevant(self) -> list[Candidate]:
        """The candidates that can be seen in what is off."""
        nodes: set[int] = set()
        for which in self.wrong:
            nodes |= self._behind[which]
        found: dict[int, Candidate] = {}
        for node in sorted(nodes):
            for one in self.known.by_node.get(node, ()):
                found[id(one)] = one
        return sorted(found.values(), key=lambda c: (c.bits, c.order))

    def is_late(self) -> bool:
        """Whether the time for the search is spent."""
        if self.cut:
            return True
        if self.trial.count % CHECKED_EVERY == 0:
            self.cut = perf_counter() - self.started > self.settings.seconds
        return self.cut

    def same_as(self, account: Account, slip: SlipFound) -> list[Candidate]:
        """The mistakes in equations that predict exactly what a slip predicts."""
        which, factor = slip.which, slip.slip.factor
        assert factor is not None
        meant = account.predictions.get(which, (self.judge.verdicts[which].predicted,))[0]
        flat = np.ravel(np.array(meant, float)).copy()
        flat[list(slip.slip.entries)] *= factor
        wanted = flat.reshape(np.shape(meant))
        found = []
        for one in self.relevant():
            if one.overlaps(account.parts) or self.is_late():
                continue
            predicted = self.trial.predictions(one.changes) or {}
            if set(predicted) & set(self.wrong) != {which}:
                continue
            if np.allclose(predicted[which][0], wanted, rtol=1e-6, atol=1e-12):
                trial = self.accounts.make((*account.parts, one))
                if trial is not None and trial.cost <= account.cost + RULE_FIRST:
                    found.append(one)
        return found

    def decides(self, account: Account, part: Candidate, tied: Sequence[Candidate]) -> str:
        """The unsubmitted quantity whose value would tell the tied mistakes apart best."""
        others = tuple(p for p in account.parts if p is not part)
        told: list[dict[str, bytes]] = []
        for one in tied:
            changes = [change for p in (*others, one) for change in p.changes]
            unseen = self.trial.unseen(changes)
            told.append({name: np.round(value, 9).tobytes() for name, value in unseen.items()})
        seen = {name: {each.get(name, b"") for each in told} for each in told for name in each}
        if len(tied) < 2 or not seen:
            return ""
        name = max(seen, key=lambda n: len(seen[n]))
        return name if len(seen[name]) > 1 else ""

    def rivals(self, account: Account, part: Candidate) -> list[tuple[float, Candidate]]:
        """Other mistakes in its place that explain as much for about as many bits."""
        others = tuple(p for p in account.parts if p is not part)
        found: list[tuple[float, Candidate]] = []
        mark = account.signature()
        # Of an account that leaves something, another one may leave the same at any length.
        anything = account.left or self.is_fine
        limit = np.inf if anything else np.nextafter(account.cost + TIE, np.inf)
        for one in self.relevant():
            if one in account.parts or one.overlaps(others) or self.is_late():
                continue
            trial = self.accounts.make((*others, one), limit=limit, or_clean=not account.left)
            if trial is None:
                continue
            trial = self.fine(trial) if self.is_fine else trial
            same = trial.signature() == mark
            if same or trial.cost <= account.cost + TIE:
                found.append((trial.cost, one))
        return sorted(found, key=lambda pair: pair[0])


def _share(first: Candidate, second: Candidate, spaces: Sequence[set[int]]) -> bool:
    """Whether both can be seen in one of the entries that are still unexplained."""
    one, other = first.places, second.places
    return any(not (one.isdisjoint(space) or other.isdisjoint(space)) for space in spaces)
