"""Slips of the pen and of arithmetic as they are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from backpropcli.checking.account import EXCHANGED, Account
from backpropcli.checking.rule_roots import MOST_ALTERNATIVES, RuleTeller
from backpropcli.checking.shown import SlipFound
from backpropcli.checking.telling import Found, Teller
from backpropcli.mistakes import catalogue


class SlipTeller(Teller):
    """Tells slips; ``rules`` tells the named rules that lead to the same numbers."""

    def __init__(self, rules: RuleTeller) -> None:
        super().__init__(rules.judge, rules.search)
        self.rules = rules

    def all(self, account: Account) -> Iterator[Found]:
        """The slips of an account; one with a partner once."""
        told: set[tuple[str, frozenset[int]]] = set()
        for which, left in account.left.items():
            for slip in left.slips:
                partner = slip.slip.partner
                mark = slip.mistake.name, frozenset({which, -1 if partner is None else partner})
                if partner is None or mark not in told:
                    yield self.rule_first(account, self.found(which, slip, left.spelled))
                told.add(mark)

    def found(self, which: int, slip: SlipFound, spelled: float) -> Found:
        """One slip."""
        entry, mistake = self.sheet.entries[which], slip.mistake
        assert entry.node is not None
        entries, partner = [which], slip.slip.partner
        if partner in self.search.wrong and mistake.name == EXCHANGED:
            entries.append(partner)
        quantity, evidence = entry.claim.quantity, spelled - slip.bits
        root = self.root(
            mistake,
            {**slip.slip.facts, "at": quantity},
            self.graph.nodes[entry.node],
            at=entry.claim.name if entry.claim.at is None else quantity,
            explains=self.quantities(entries),
            carried_on=not self.judge.is_unused(which),
            evidence=evidence,
            possible=evidence < self.search.settings.threshold,
            follow=self.followers([which]),
        )
        return Found(entry.node, root, entries, False, slip)

    def rule_first(self, account: Account, found: Found) -> Found:
        """A named rule that predicts just the same numbers goes before a slip that is used on."""
        slip = found.slip
        if (
            not found.root.carried_on
            or slip is None
            or slip.slip.factor is None
            or len(found.entries) != 1
        ):
            return found
        rules = [
            self.rules.root_of(one, found.entries)
            for one in self.search.same_as(account, slip)
            if not one.mistake.generic
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

    def arithmetic(self, account: Account) -> Iterator[Found]:
        """Lines that are worked out wrongly, whether they are set up rightly or not."""
        for which in self.search.exempt.arithmetic:
            yield self._misworked(which, "is set up rightly, but the arithmetic does not come out")
        for which in self.search.wrong:
            if self.sheet.entries[which].worked is not None and which not in account.left:
                yield self._misworked(which, "is also worked out wrongly")

    def _misworked(self, which: int, how: str) -> Found:
        entry = self.sheet.entries[which]
        assert entry.node is not None
        quantity = entry.claim.quantity
        broken = [link.message for link in entry.links if not link.ok and link.message]
        root = self.root(
            catalogue()["arithmetic-slip"],
            {"at": quantity, "how": how, "arithmetic": broken[-1] if broken else ""},
            self.graph.nodes[entry.node],
            at=quantity,
            explains=(quantity,),
            carried_on=not self.judge.is_unused(which),
            evidence=self.search.settings.threshold,
            follow=self.followers([which]),
        )
        return Found(entry.node, root, [which], False)
