"""Mistakes as they are told: where, with which names and numbers, and what they explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from backpropcli.autodiff.tidy import tidy
from backpropcli.checking.account import Account
from backpropcli.checking.candidates import Candidate
from backpropcli.checking.data import Root
from backpropcli.checking.graph import Instance
from backpropcli.checking.judge import Judge
from backpropcli.checking.search import Search
from backpropcli.checking.shown import SlipFound
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Expr, is_op, postorder
from backpropcli.language.text import to_text
from backpropcli.mistakes import catalogue
from backpropcli.mistakes.entry import Mistake
from backpropcli.ops.entry import ShapeError

MOST_ALTERNATIVES = 4
UNWRITTEN = ("expand", "reshape", "place", "eye")  # what only a program writes
MOST_PARTLY = 0.25  # of the numbers that a mistake explains, to be still off under a firm name
SLIP_RANK, TERM_RANK = 2, 1
# Searched through many operands or numbers: that one of them fits says little.
GENERAL = (
    "missing-term-in-chain",
    "wrong-parameter",
    "misread-given",
    "local-derivative-wrong-point",
)


class Facts(dict[str, str]):
    """What fills the placeholders of a text; an unknown one stays empty."""

    def __missing__(self, key: str) -> str:
        return ""


@dataclass(eq=False)
class Made:
    """The roots in the order of the computation, and those of each entry by position."""

    roots: list[Root] = field(default_factory=list)
    by_entry: dict[int, list[int]] = field(default_factory=dict)
    rule_based: set[int] = field(default_factory=set)


@dataclass(eq=False)
class _Found:
    """A root with what it is ordered by, and the entries that it explains."""

    order: int
    root: Root
    entries: list[int]
    is_rule: bool
    slip: SlipFound | None = None


class RootMaker:
    """Turns the best account of a sheet into roots."""

    def __init__(self, judge: Judge, search: Search) -> None:
        self.judge, self.search = judge, search
        self.graph, self.sheet = judge.graph, judge.sheet
        self.index_from = self.graph.problem.index_from

    def made(self, account: Account) -> Made:
        """The roots of an account."""
        found = [self.of_rule(account, part) for part in account.parts]
        found += self.of_slips(account)
        misworked = [w for w in self.search.wrong if self.is_misworked(w, account)]
        arithmetic = [*self.search.exempt.arithmetic, *misworked]
        found += [self.of_arithmetic(which) for which in arithmetic]
        for which, part in self.search.misshapen():
            found.append(_Found(max(part.nodes), self.rule_root(part, [which]), [which], True))
        found.sort(key=lambda one: one.order)
        found = [self.rule_before_slip(account, one) for one in found]
        made = Made()
        for position, one in enumerate(found):
            made.roots.append(one.root)
            if one.is_rule:
                made.rule_based.add(position)
            for which in one.entries:
                made.by_entry.setdefault(which, []).append(position)
        return made

    def of_rule(self, account: Account, part: Candidate) -> _Found:
        """A mistake in equations."""
        kept = tuple(p for p in account.parts if p is not part)
        rest = self.search.accounts.make(kept, strict=False)
        entries = self.explained(rest, account)
        evidence = self.search.accounts.evidence(account, part)
        rivals = self.rivals(account, part, entries)
        chosen, others = self.ranked(part, rivals, entries)
        root = self.rule_root(chosen, entries)
        alternatives = tuple(self.rule_root(c, entries) for c in others[:MOST_ALTERNATIVES])
        root = replace(
            root,
            alternatives=alternatives,
            evidence=evidence,
            possible=evidence < self.search.settings.threshold
            or self.fits_partly(rest, account, entries),
            decides=self.search.decides(account, part, [chosen, *others]) if others else "",
            follow=self.followers(entries),
        )
        return _Found(min(chosen.nodes), root, entries, True)

    def rivals(self, account: Account, part: Candidate, entries: Sequence[int]) -> list[Candidate]:
        """Others that say the same, each name once at each place."""
        found: list[Candidate] = []
        first = self.nearest_member(part, entries)
        seen = {(first.mistake.name, first.edit.at)}
        for _, one in self.search.rivals(account, part):
            near = self.nearest_member(one, entries)
            mark = (near.mistake.name, near.edit.at)
            if mark not in seen:
                seen.add(mark)
                found.append(one)
        return found

    def ranked(
        self, part: Candidate, rivals: Sequence[Candidate], entries: Sequence[int]
    ) -> tuple[Candidate, list[Candidate]]:
        """The one to name first: a named rule before the general one, then the shorter account."""
        if self.search.settings.ranking == "nearest":
            ordered = sorted([part, *rivals], key=lambda c: self.distance(c, entries))
            return ordered[0], ordered[1:]
        ordered = sorted([part, *rivals], key=_rank)
        return ordered[0], ordered[1:]

    def distance(self, one: Candidate, entries: Sequence[int]) -> int:
        """How far before the submitted quantity a mistake lies."""
        nodes = [self.sheet.entries[w].node or 0 for w in entries]
        return min((abs(n - max(one.nodes)) for n in nodes), default=0)

    def rule_root(self, one: Candidate, entries: Sequence[int]) -> Root:
        """A candidate as a root, without its alternatives."""
        in_all = one.everywhere and self.spans_examples(one)
        one = self.nearest_member(one, entries)
        mistake, edit = one.mistake, one.edit
        node = min(one.nodes) if edit.at not in edit.changes else self.node_of(one)
        at = self.graph.nodes[node].at
        did, right = self.equations(one)
        facts = Facts(
            edit.facts, at=edit.at, did=did.partition(" = ")[2], right=right.partition(" = ")[2]
        )
        example = None if in_all else at.example or None
        return Root(
            code=mistake.code,
            name=mistake.name,
            at=edit.at,
            message=mistake.message.format_map(facts),
            question=mistake.question.format_map(facts),
            remedy=mistake.remedy.format_map(facts),
            explains=self.quantities(entries),
            example=example,
            step=at.step + 1 if at.step else None,
            scope="everywhere" if one.everywhere else "",
            carried_on=not any(w in self.judge.meant for w in entries),
            did=did,
            right=right,
        )

    def nearest_member(self, one: Candidate, entries: Sequence[int]) -> Candidate:
        """Of a mistake that was made everywhere, the first place that shows."""
        if not one.everywhere:
            return one
        behind: set[int] = set()
        for which in entries:
            node = self.sheet.entries[which].node
            behind |= self.search.trial.behind(node) if node is not None else set()
        seen = [m for m in one.members if set(m.nodes) & behind]
        first = min(seen or one.members, key=lambda m: min(m.nodes))
        return replace(one, edit=first.edit, at=first.at, changes=first.changes)

    def node_of(self, one: Candidate) -> int:
        """The node of the quantity at which a mistake was made."""
        for change in one.changes:
            if self.graph.nodes[change.node].name == one.edit.at:
                return change.node
        return min(one.nodes)

    def spans_examples(self, one: Candidate) -> bool:
        """Whether a mistake was made in several examples."""
        return len({self.graph.nodes[n].at.example for n in one.nodes}) > 1

    def equations(self, one: Candidate) -> tuple[str, str]:
        """The equation that was used, and the one that is meant."""
        name = one.edit.at if one.edit.at in one.edit.changes else next(iter(one.edit.changes))
        total = self.graph.nodes[one.changes[0].node].kind == "total"
        equation = self.graph.totals[name] if total else self.graph.program.equation(name)
        did = self.used(name, one.edit.changes[name])
        right = f"{name} = {to_text(equation.expr, self.index_from)}" if equation else ""
        return did, right

    def used(self, name: str, expr: Expr) -> str:
        """The equation that was probably used; nothing where nobody would write it so."""
        try:
            expr = tidy(expr, Shapes({**self.graph.program.shapes, **self.graph.parts}))
        except (ShapeError, ValueError):
            return ""
        if any(is_op(node, *UNWRITTEN) for node in postorder(expr)):
            return ""
        return f"{name} = {to_text(expr, self.index_from)}"

    def quantities(self, entries: Sequence[int]) -> tuple[str, ...]:
        """The quantities of entries, each once."""
        return tuple(dict.fromkeys(self.sheet.entries[w].claim.quantity for w in entries))

    def explained(self, rest: Account | None, account: Account) -> list[int]:
        """The entries that are less off with a mistake than without it."""
        found = []
        for which, before in (rest.left if rest is not None else {}).items():
            after = account.left.get(which)
            fewer = after is None or bool(
                np.count_nonzero(after.off) < np.count_nonzero(before.off)
            )
            fewer = fewer or (after is not None and after.cost < before.cost - 1e-9)
            if fewer and which in self.search.wrong:
                found.append(which)
        return sorted(found, key=lambda w: self.sheet.entries[w].node or 0)

    def fits_partly(self, rest: Account | None, account: Account, entries: Sequence[int]) -> bool:
        """Whether many numbers that a mistake should explain are still off with it."""
        before = sum(np.count_nonzero(rest.left[w].off) for w in entries) if rest else 0
        after = sum(np.count_nonzero(account.left[w].off) for w in entries if w in account.left)
        return bool(after > MOST_PARTLY * before)

    def followers(self, entries: Sequence[int]) -> int:
        """How many later answers follow rightly from these."""
        start = {self.sheet.entries[w].node for w in entries}
        later: set[int] = set()
        stack = [n for n in start if n is not None]
        while stack:
            for child in self.graph.nodes[stack.pop()].children:
                if child not in later:
                    later.add(child)
                    stack.append(child)
        count = 0
        for which, verdict in self.judge.verdicts.items():
            node = self.sheet.entries[which].node
            if node in later and node not in start and bool(np.all(verdict.follows)):
                count += bool(verdict.tainted and not np.all(verdict.right))
        return count

    def of_slips(self, account: Account) -> list[_Found]:
        """Slips of the pen; one with a partner is told once."""
        found: list[_Found] = []
        told: set[tuple[str, frozenset[int]]] = set()
        for which, left in account.left.items():
            for slip in left.slips:
                partner = slip.slip.partner
                mark = (
                    slip.mistake.name,
                    frozenset({which, partner if partner is not None else -1}),
                )
                if partner is not None and mark in told:
                    continue
                told.add(mark)
                found.append(self.slip_root(which, slip, left.spelled))
        return found

    def slip_root(self, which: int, slip: SlipFound, spelled: float) -> _Found:
        """A slip as a root."""
        entry, mistake = self.sheet.entries[which], slip.mistake
        assert entry.node is not None
        evidence = spelled - slip.bits
        quantity = entry.claim.quantity
        facts = Facts(slip.slip.facts, at=quantity)
        carried_on = which not in self.judge.meant and self.has_followers(which)
        at = self.graph.nodes[entry.node].at
        entries = [which]
        partner = slip.slip.partner
        if partner is not None and mistake.name == "swapped-answers":
            entries += [partner] if partner in self.search.wrong else []
        root = Root(
            code=mistake.code,
            name=mistake.name,
            at=entry.claim.name if entry.claim.at is None else quantity,
            message=mistake.message.format_map(facts),
            question=mistake.question.format_map(facts),
            remedy=mistake.remedy.format_map(facts),
            explains=self.quantities(entries),
            example=at.example or None,
            step=at.step + 1 if at.step else None,
            carried_on=carried_on,
            evidence=evidence,
            possible=evidence < self.search.settings.threshold,
            follow=self.followers([which]),
        )
        return _Found(entry.node, root, entries, False, slip)

    def rule_before_slip(self, account: Account, found: _Found) -> _Found:
        """A named rule that predicts just the same numbers goes before a slip."""
        slip = found.slip
        if slip is None or slip.slip.factor is None or len(found.entries) != 1:
            return found
        rules = [
            self.rule_root(one, found.entries)
            for one in self.search.same_as(account, slip)
            if one.mistake.name not in GENERAL
        ]
        if not rules:
            return found
        first, *others = sorted(rules, key=lambda r: catalogue()[r.name].tier)
        root = replace(
            first,
            explains=found.root.explains,
            carried_on=found.root.carried_on,
            possible=found.root.possible,
            evidence=found.root.evidence,
            follow=found.root.follow,
            alternatives=(*others[: MOST_ALTERNATIVES - 1], found.root),
        )
        return replace(found, root=root)

    def has_followers(self, which: int) -> bool:
        """Whether the wrong number was used further on, as far as can be seen."""
        return which not in self.judge.meant

    def is_misworked(self, which: int, account: Account) -> bool:
        """Whether a wrong method explains what a working leads to, but not what was written."""
        return self.sheet.entries[which].worked is not None and which not in account.left

    def of_arithmetic(self, which: int) -> _Found:
        """A line that is set up rightly and worked out wrongly."""
        entry = self.sheet.entries[which]
        assert entry.node is not None
        mistake = catalogue()["arithmetic-slip"]
        broken = [link.message for link in entry.links if not link.ok and link.message]
        told = broken[-1] if broken else ""
        facts = Facts(at=entry.claim.quantity, arithmetic=told)
        node = self.graph.nodes[entry.node]
        root = Root(
            code=mistake.code,
            name=mistake.name,
            at=entry.claim.quantity,
            message=mistake.message.format_map(facts),
            question=mistake.question.format_map(facts),
            remedy=mistake.remedy.format_map(facts),
            explains=(entry.claim.quantity,),
            example=node.at.example or None,
            step=node.at.step + 1 if node.at.step else None,
            carried_on=which not in self.judge.meant,
            evidence=self.search.settings.threshold,
            follow=self.followers([which]),
        )
        return _Found(entry.node, root, [which], False)


def _rank(one: Candidate) -> tuple[int, float]:
    """Telling names first, then those that are found by trying many operands, then the rest."""
    name, tier = one.mistake.name, one.mistake.tier
    if name == "missing-term-in-chain":
        return (3, one.bits)
    if name == "wrong-parameter":
        return (1, one.bits)
    return (2 if name in GENERAL or tier in "CD" else 0, one.bits)


def where(at: Instance) -> Mapping[str, int]:
    """The example and the step of an instance."""
    return {"example": at.example, "step": at.step}


def rank_of(mistake: Mistake) -> int:
    """Rules before the general one, slips last."""
    if mistake.edits is None:
        return SLIP_RANK
    return TERM_RANK if mistake.name == "missing-term-in-chain" else 0
