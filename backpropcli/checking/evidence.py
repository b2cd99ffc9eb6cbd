"""How much speaks for a mistake of an account, in bits."""

from __future__ import annotations

from collections.abc import Sequence

from backpropcli.checking.account import Account, Accounts
from backpropcli.checking.candidate import Candidate


class Evidence:
    """What speaks for each mistake of an account, beside what is left without it.

    Mistakes that explain a number only together have no more evidence than both at once.
    """

    def __init__(self, accounts: Accounts, account: Account) -> None:
        self.accounts, self.account = accounts, account
        self._rests = {id(p): self._without((p,)) for p in account.parts}
        self._mended = {of: self._mended_since(rest) for of, rest in self._rests.items()}

    def rest(self, part: Candidate) -> Account | None:
        """The account without a mistake; nothing where that is not computable."""
        return self._rests[id(part)]

    def bits(self, part: Candidate) -> float:
        """How much shorter the account is for naming it, beside spelling the numbers out."""
        mended = self._mended
        together = [p for p in self.account.parts if p is part or mended[id(p)] & mended[id(part)]]
        alone = self._gain(self.rest(part), (part,))
        if len(together) == 1:
            return alone
        return min(alone, self._gain(self._without(together), together))

    def _without(self, parts: Sequence[Candidate]) -> Account | None:
        kept = tuple(p for p in self.account.parts if p not in parts)
        return self.accounts.make(kept, strict=False)

    def _mended_since(self, rest: Account | None) -> set[int]:
        """The entries that are less off than in what is left without some parts."""
        left = self.account.left
        return {
            which
            for which, before in (rest.left.items() if rest else ())
            if which not in left or left[which].spelled < before.spelled
        }

    def _gain(self, rest: Account | None, parts: Sequence[Candidate]) -> float:
        if rest is None:
            return 0.0
        mended = self._mended_since(rest)
        without = sum(b.spelled if w in mended else b.cost for w, b in rest.left.items())
        with_it = sum(left.cost for left in self.account.left.values())
        return (
            without - with_it - sum(self.accounts.part_cost(p, self.account.parts) for p in parts)
        )
