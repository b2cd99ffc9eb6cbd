"""Mistakes as they are told: where, with which names and numbers, and what they explain."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from backpropcli.checking.data import Root
from backpropcli.checking.judge import Judge
from backpropcli.checking.search import Search

if TYPE_CHECKING:
    from backpropcli.checking.telling import Found


@dataclass(eq=False)
class Made:
    """The roots in the order of the computation, and those of each entry by position."""

    roots: list[Root] = field(default_factory=list)
    by_entry: dict[int, list[int]] = field(default_factory=dict)
    rule_based: set[int] = field(default_factory=set)


def made_roots(judge: Judge, search: Search) -> Made:
    """The roots of the best account of a sheet."""
    made = Made()
    if not judge.is_off():
        return made
    for position, one in enumerate(sorted(_all(judge, search), key=lambda one: one.order)):
        unsure = bool(one.entries) and search.doubtful.issuperset(one.entries)
        made.roots.append(replace(one.root, possible=True) if unsure else one.root)
        if one.is_rule:
            made.rule_based.add(position)
        for which in one.entries:
            made.by_entry.setdefault(which, []).append(position)
    return made


def _all(judge: Judge, search: Search) -> list[Found]:
    from backpropcli.checking.evidence import Evidence
    from backpropcli.checking.rule_roots import RuleTeller
    from backpropcli.checking.slip_roots import SlipTeller
    from backpropcli.checking.telling import Found

    account = search.best()
    rules = RuleTeller(judge, search)
    slips = SlipTeller(rules)
    evidence = Evidence(search.accounts, account)
    found = [rules.found(evidence, part) for part in account.parts]
    found += [*slips.all(account), *slips.arithmetic(account)]
    for which, part in search.misshapen():
        found.append(Found(max(part.nodes), rules.root_of(part, [which]), [which], True))
    return found
