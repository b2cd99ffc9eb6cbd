"""How much speaks for a mistake of an account, in bits."""

from __future__ import annotations

from collections.abc import Sequence

from backpropcli.checking.account import Account, Accounts
from backpropcli.checking.candidate import Candidate


def evidence(accounts: Accounts, account: Account, part: Candidate) -> float:
    """How much shorter the account is for naming it, beside spelling the numbers out.

    Mistakes that explain a number only together have no more evidence than both at once.
    """
    rests = {id(p): _without(accounts, account, (p,)) for p in account.parts}
    mended = {of: _mended(account, rest) for of, rest in rests.items()}
    together = [p for p in account.parts if p is part or mended[id(p)] & mended[id(part)]]
    alone = _gain(accounts, account, rests[id(part)], (part,))
    if len(together) == 1:
        return alone
    rest = _without(accounts, account, together)
    return min(alone, _gain(accounts, account, rest, together))


def _without(accounts: Accounts, account: Account, parts: Sequence[Candidate]) -> Account | None:
    return accounts.make(tuple(p for p in account.parts if p not in parts), strict=False)


def _mended(account: Account, rest: Account | None) -> set[int]:
    """The entries that are less off in an account than in what is left without some parts."""
    return {
        which
        for which, before in (rest.left.items() if rest else ())
        if which not in account.left or account.left[which].spelled < before.spelled
    }


def _gain(
    accounts: Accounts, account: Account, rest: Account | None, parts: Sequence[Candidate]
) -> float:
    if rest is None:
        return 0.0
    mended = _mended(account, rest)
    without = sum(b.spelled if w in mended else b.cost for w, b in rest.left.items())
    with_it = sum(left.cost for left in account.left.values())
    return without - with_it - sum(accounts.part_cost(p, account.parts) for p in parts)
