"""The shortest account of what is off: known mistakes, slips, or numbers spelled out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from math import log2
from time import perf_counter
from typing import Any

import numpy as np

from backpropcli.checking.candidates import Candidate, Candidates, Change
from backpropcli.checking.costs import SLACK, class_bits, spelled, total_weight
from backpropcli.checking.graph import Formula
from backpropcli.checking.judge import Judge
from backpropcli.checking.paper import Judging, Paper, fits, is_cut
from backpropcli.checking.shown import Pen
from backpropcli.checking.trial import Prediction, Trial
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Number
from backpropcli.mistakes.entry import Mistake, Slip
from backpropcli.mistakes.loss import read_loss
from backpropcli.ops.entry import Array
from backpropcli.problem import Problem

MOST_ROOTS = 6
FIXERS = 40
MOST_PAIRS = 3000
RULE_FIRST = 6.0  # bits by which a rule may be longer than a slip with the same numbers
TIE = 1.0  # bits within which two accounts are told together
EXCHANGED = "swapped-answers"
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
        self.accepts = accepted_values(judge.graph.problem)
        self.pen = Pen(judge, settings.leave_out)
        self.total = total_weight()
        self.started = perf_counter()
        self.cut = False
        self.arithmetic: list[int] = []
        self.unfollowed: set[int] = set()
        self.zero = self._notices()
        self.wrong = self._wrong()
        self._best: Account | None = None

    def _wrong(self) -> list[int]:
        """The entries to be explained; those whose arithmetic alone is wrong are told apart."""
        found = []
        for which, verdict in self.judge.verdicts.items():
            if not np.any(verdict.mismatch & ~self.legal_at_zero(which)):
                continue
            if self.accepted(which) is not None:
                continue
            entry = self.sheet.entries[which]
            if entry.worked is not None and self._fits_worked(which):
                self.arithmetic.append(which)
            elif self._follows_lost(which):
                self.unfollowed.add(which)
            else:
                found.append(which)
        return found

    def _fits_worked(self, which: int) -> bool:
        entry, verdict = self.sheet.entries[which], self.judge.verdicts[which]
        assert entry.worked is not None
        exact = self.judge.graph.nodes[self.node(which)].exact
        return bool(
            np.all(fits(entry.worked, verdict.predicted, verdict.error, exact, self.judge.judging))
        )

    def _follows_lost(self, which: int) -> bool:
        """Whether an entry follows from a value of the student that cannot be followed."""
        lost = [w for w, v in self.judge.verdicts.items() if v.lost and w != which]
        if not lost:
            return False
        changes = []
        for one in lost:
            entry = self.sheet.entries[one]
            assert entry.paper is not None
            value = entry.paper.value
            constant = Change(self.node(one), Number(0), (), constant_of(value))
            changes.append(constant)
        found = self.trial.predictions(changes)
        if found is None or which not in found:
            return False
        paper = self.sheet.entries[which].paper
        assert paper is not None
        return bool(np.all(fits(paper, *found[which], False, self.judge.judging)))

    def _notices(self) -> dict[int, Array]:
        """For each entry which numbers are legal with another slope of relu at exactly 0."""
        found: dict[int, Array] = {}
        for one in self.known.notices:
            predictions = self.trial.predictions(one.changes) or {}
            for which, (part, error) in predictions.items():
                paper = self.sheet.entries[which].paper
                assert paper is not None
                fit = fits(paper, part, error, False, self.judge.judging)
                off = self.judge.verdicts[which].mismatch
                if np.any(off & fit) and np.all(fit | ~off):
                    found[which] = fit & off
        return found

    def legal_at_zero(self, which: int) -> Array:
        """The numbers that another legal slope of relu at 0 makes right."""
        verdict = self.judge.verdicts[which]
        return self.zero.get(which, np.zeros(np.shape(verdict.right), bool))

    def is_cut(self, which: int) -> Array:
        """The numbers that are cut off where rounding would give another digit."""
        entry = self.sheet.entries[which]
        assert entry.paper is not None and entry.node is not None  # noqa: PT018
        verdict = self.judge.verdicts[which]
        key = entry.part(np.asarray(self.judge.graph.nodes[entry.node].value, float))
        return is_cut(entry.paper, np.where(verdict.right, key, verdict.predicted))

    def accepted(self, which: int) -> str | None:
        """The author's note on an accepted value, where this is one; None for all others."""
        entry = self.sheet.entries[which]
        for note, value in self.accepts.get(entry.claim.name, ()):
            paper = entry.paper or entry.misfit
            if paper is None or np.shape(value) != np.shape(paper.value):
                continue
            none = np.zeros(np.shape(value))
            if entry.claim.at is None and np.all(fits(paper, value, none, False, Judging())):
                return note or "as another form of the answer"
        return None

    def author_errors(self) -> list[tuple[str, str]]:
        """Accepted values that differ from what the problem leads to."""
        found = []
        for name, options in self.accepts.items():
            place = self.judge.graph.find(name)
            key = None if place is None else self.judge.graph.nodes[place].value
            for note, value in options:
                if key is None or np.shape(value) != np.shape(key):
                    continue
                if not np.allclose(value, key) and not note:
                    found.append((name, ""))
        return found

    def loss_kind(self) -> str:
        """What kind of loss the problem has."""
        return read_loss(self.judge.graph.program, Shapes(self.judge.graph.program.shapes)).kind

    def best(self) -> Account:
        """The cheapest account that was found in the time there is."""
        if self._best is None:
            self._best = self._search()
        return self._best

    def _search(self) -> Account:
        account = self.account(())
        assert account is not None
        if not self.wrong:
            return account
        candidates = self.relevant()
        for _ in range(MOST_ROOTS):
            step = self.one_more(account, candidates)
            if step is None:
                break
            account = step
        return self.by_pairs(account, candidates)

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
            if one in account.parts or _overlap(one, account.parts):
                continue
            trial = self.account((*account.parts, one))
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

    def account(self, parts: tuple[Candidate, ...], strict: bool = True) -> Account | None:
        """The account with these mistakes; nothing where it is not computable.

        A ``strict`` one may not make wrong what is right.
        """
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
        _drop_partners(account)
        if strict and any(which not in self.wrong for which in account.left):
            return None
        account.cost += sum(left.cost for left in account.left.values())
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
        paper, node = entry.worked or entry.paper, self.judge.graph.nodes[self.node(which)]
        assert paper is not None
        if which in predictions:
            predicted, error = predictions[which]
            off = ~fits(paper, predicted, error, node.exact, self.judge.judging)
        else:
            predicted, error, off = verdict.predicted, verdict.error, verdict.mismatch
            if which not in self.wrong:
                return None
        off = off & ~self.legal_at_zero(which)
        if not np.any(off):
            return None
        cost = spelled(paper, error, off, predicted)
        slips, bits = self.pen.explain(which, predicted, error, off, predictions)
        bare = cost + SLACK
        return Left(which, off, min(bare, bits), cost, slips if bits < bare else ())

    def is_late(self) -> bool:
        if self.cut:
            return True
        if self.trial.count % CHECKED_EVERY == 0:
            self.cut = perf_counter() - self.started > self.settings.seconds
        return self.cut

    def evidence(self, account: Account, part: Candidate) -> float:
        """How much shorter the account is for naming it, beside spelling the numbers out."""
        rest = self.account(tuple(p for p in account.parts if p is not part), strict=False)
        if rest is None:
            return 0.0
        without = 0.0
        for which, before in rest.left.items():
            after = account.left.get(which)
            mended = after is None or after.spelled < before.spelled
            without += before.spelled if mended else before.cost
        with_it = sum(left.cost for left in account.left.values())
        return without - with_it - self.part_cost(part, account.parts)

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
            if _overlap(one, account.parts) or self.is_late():
                continue
            predicted = self.trial.predictions(one.changes) or {}
            if set(predicted) & set(self.wrong) != {which}:
                continue
            if np.allclose(predicted[which][0], wanted, rtol=1e-6, atol=1e-12):
                trial = self.account((*account.parts, one))
                if trial is not None and trial.cost <= account.cost + RULE_FIRST:
                    found.append(one)
        return found

    def decides(self, account: Account, part: Candidate, tied: Sequence[Candidate]) -> str:
        """The unsubmitted quantity whose value would tell the tied mistakes apart best."""
        others = tuple(p for p in account.parts if p is not part)
        seen: dict[str, set[bytes]] = {}
        for one in tied:
            changes = [change for p in (*others, one) for change in p.changes]
            for name, value in self.trial.unseen(changes).items():
                seen.setdefault(name, set()).add(np.round(value, 9).tobytes())
        if len(tied) < 2 or not seen:
            return ""
        name = max(seen, key=lambda n: len(seen[n]))
        return name if len(seen[name]) > 1 else ""

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


def _drop_partners(account: Account) -> None:
    """Two exchanged answers are one slip: what is off at the partner is explained with it."""
    for which in list(account.left):
        left = account.left.get(which)
        for slip in left.slips if left is not None else ():
            partner = slip.slip.partner
            if slip.mistake.name == EXCHANGED and partner in account.left and left is not None:
                left.spelled += account.left.pop(partner).spelled


def _overlap(one: Candidate, parts: Sequence[Candidate]) -> bool:
    nodes = set(one.nodes)
    return any(nodes & set(part.nodes) for part in parts)


def accepted_values(problem: Problem) -> dict[str, list[tuple[str, Array]]]:
    """What the author accepts beside the key, by quantity: notes and values."""
    found: dict[str, list[tuple[str, Array]]] = {}
    for key, (_, options) in problem.grading.get("accept", {}).items():
        for option in options:
            given = option["value"]
            if given is not None and given.value is not None:
                found.setdefault(key, []).append((option["note"], np.asarray(given.value, float)))
    return found


def constant_of(value: Array) -> Any:
    """A formula of no operands: the same value always."""
    formula = Formula(Number(0))
    formula.steps, formula.memory, formula.slot = [], [value], 0
    return formula


def slip_bits(mistake: Mistake, slip: Slip, sites: int, total: float) -> float:
    """What naming a slip costs: its class, its place, its form."""
    return class_bits(mistake.prior, total) + log2(max(1, sites)) + slip.bits
