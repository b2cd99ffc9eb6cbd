"""Mistakes in equations as they are told: which to name first, what was probably computed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from backpropcli.autodiff.tidy import tidy
from backpropcli.checking.account import Account
from backpropcli.checking.candidate import Candidate
from backpropcli.checking.data import Root
from backpropcli.checking.evidence import Evidence
from backpropcli.checking.telling import Found, Teller
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Expr, is_op, postorder
from backpropcli.language.text import to_text
from backpropcli.ops.entry import ShapeError
from backpropcli.program import ahead_note

MOST_ALTERNATIVES = 4
MOST_PARTLY = 0.25  # of the numbers that a mistake explains, to be still off under a firm name
UNWRITTEN = ("expand", "reshape", "place", "eye")  # what only a program writes

Mark = tuple[str, str, int]


class RuleTeller(Teller):
    """Tells mistakes in equations."""

    def found(self, evidence: Evidence, part: Candidate) -> Found:
        """A mistake of an account, with what else it may be."""
        account, rest = evidence.account, evidence.rest(part)
        entries = self.explained(rest, account)
        bits = evidence.bits(part)
        rivals = self.rivals(account, part, entries)
        told = {_mark(p) for p in account.parts if p is not part}
        chosen, others = self.ranked([part, *rivals], entries, told)
        root = self.root_of(chosen, entries)
        alternatives = tuple(self.root_of(c, entries) for c in others[:MOST_ALTERNATIVES])
        root = replace(
            root,
            alternatives=alternatives,
            evidence=bits,
            possible=bits < self.search.settings.threshold
            or self.fits_partly(rest, account, entries),
            decides=self.search.decides(account, part, [chosen, *others]) if others else "",
            follow=self.followers(entries),
        )
        return Found(min(chosen.nodes), root, entries, True)

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
        self, tied: Sequence[Candidate], entries: Sequence[int], told: Collection[Mark]
    ) -> tuple[Candidate, list[Candidate]]:
        """The one to name first: a named rule before the general one, then the shorter account.

        What another part of the account says already is not said again where there is a choice.
        """
        if self.search.settings.ranking == "nearest":
            ordered = sorted(tied, key=lambda c: self.distance(c, entries))
        else:
            ordered = sorted(tied, key=lambda c: (_mark(c) in told, *_rank(c)))
        return ordered[0], ordered[1:]

    def distance(self, one: Candidate, entries: Sequence[int]) -> int:
        """How far before the submitted quantity a mistake lies."""
        nodes = [self.sheet.entries[w].node or 0 for w in entries]
        return min((abs(n - max(one.nodes)) for n in nodes), default=0)

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
                found += [w for w in before.exchanged if w not in account.left]
        return sorted(found, key=lambda w: self.sheet.entries[w].node or 0)

    def fits_partly(self, rest: Account | None, account: Account, entries: Sequence[int]) -> bool:
        """Whether many numbers that a mistake should explain are still off with it."""
        before = sum(np.count_nonzero(rest.left[w].off) for w in entries if rest and w in rest.left)
        after = sum(np.count_nonzero(account.left[w].off) for w in entries if w in account.left)
        return bool(after > MOST_PARTLY * before)

    def root_of(self, one: Candidate, entries: Sequence[int]) -> Root:
        """A candidate as a root, without its alternatives."""
        in_all = one.everywhere and self.spans_examples(one)
        one = self.nearest_member(one, entries)
        mistake, edit = one.mistake, one.edit
        node = min(one.nodes) if edit.at not in edit.changes else self.node_of(one)
        did, right = self.equations(one)
        facts = {
            **edit.facts, "at": edit.at,
            "did": did.partition(" = ")[2], "right": right.partition(" = ")[2],
        }  # fmt: skip
        return self.root(
            mistake,
            facts,
            self.graph.nodes[node],
            at=edit.at,
            explains=self.quantities(entries),
            scope="everywhere" if one.everywhere else "",
            carried_on=not any(self.judge.is_unused(w) for w in entries),
            did=did,
            right=right,
            **({"example": None} if in_all else {}),
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
        did = "" if one.edit.elsewhere else self.used(name, one.edit.changes[name])
        text = ahead_note(self.graph.program, equation) if equation and not total else ""
        if equation is not None:
            text = text or to_text(equation.expr, self.graph.problem.index_from)
        right = f"{name} = {text}" if text else ""
        return did, right

    def used(self, name: str, expr: Expr) -> str:
        """The equation that was probably used; nothing where nobody would write it so."""
        try:
            expr = tidy(expr, Shapes({**self.graph.program.shapes, **self.graph.parts}))
        except (ShapeError, ValueError):
            return ""
        if any(is_op(node, *UNWRITTEN) for node in postorder(expr)):
            return ""
        return f"{name} = {to_text(expr, self.graph.problem.index_from)}"


def _mark(one: Candidate) -> Mark:
    """What is said of a mistake: its name, and where it was made."""
    return one.mistake.name, one.edit.at, one.at.example


def _rank(one: Candidate) -> tuple[int, float]:
    """Telling names first, then those that are found by trying many operands, then the rest."""
    name, tier = one.mistake.name, one.mistake.tier
    if name == "missing-term-in-chain":
        return (3, one.bits)
    if name == "wrong-parameter":
        return (1, one.bits)
    return (2 if one.mistake.generic or tier in "CD" else 0, one.bits)
