"""The status of an answer, from how its numbers compare."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from backpropcli.checking.judge import Judge
from backpropcli.checking.met import Verdict
from backpropcli.checking.sheet import Entry
from backpropcli.ops.entry import Array
from backpropcli.ops.sizes import shape_text

if TYPE_CHECKING:
    from backpropcli.checking.search import Search


@dataclass(eq=False)
class Standing:
    """How an answer fares: its status, which of its entries are wrong, the key.

    ``share`` is the part of it that is right, ``telling`` the numbers that count in it,
    ``by_luck`` says that it is the key although it does not follow, ``why`` is what is wrong with
    it as a whole.
    """

    status: str
    expected: Any = None
    carried: Any = None
    wrong: list[tuple[int, ...]] = field(default_factory=list)
    share: Fraction = Fraction(0)
    telling: Array | None = None
    by_luck: bool = False
    why: str = ""
    accepted: str = ""
    at_zero: bool = False

    def share_of(self, part: Array) -> Fraction:
        """The share of some of its numbers that is right; zeros that anybody gets do not count."""
        if self.telling is None:
            return self.share
        bad = np.zeros(np.shape(part), bool)
        for position in self.wrong:
            bad[position] = True
        telling = part & self.telling
        count = int(np.count_nonzero(telling))
        return 1 - Fraction(int(np.count_nonzero(bad & part)), max(1, count))


def standing(entry: Entry, which: int, judge: Judge, search: Search) -> Standing:
    """The status of one answer."""
    claim = entry.claim
    if claim.trouble is not None:
        return Standing("unreadable", _key(entry, judge), why=claim.trouble.message)
    if claim.sizes is not None:
        return _of_shape(entry, judge)
    if entry.formula is not None and claim.written is None:
        return _of_formula(entry, which, judge, search)
    if entry.node is None:
        return Standing("unreadable", why="this quantity has no number in this problem")
    if entry.paper is None:
        return _misfit(entry, which, judge, search)
    return _of_numbers(entry, which, judge, search)


def _key(entry: Entry, judge: Judge) -> Any:
    if entry.node is None:
        return None
    return entry.key(judge.graph).tolist()


def _of_shape(entry: Entry, judge: Judge) -> Standing:
    name = entry.claim.name.removeprefix("shape(").removesuffix(")")
    shape = judge.graph.program.shapes.get(name, ())
    given = entry.claim.sizes or ()
    right = tuple(given) == tuple(shape)
    listed = [s if isinstance(s, int) else str(s) for s in shape]
    why = "" if right else f"{shape_text(tuple(given))} is not the shape of {name}"
    return Standing("correct" if right else "wrong", listed, why=why)


def _misfit(entry: Entry, which: int, judge: Judge, search: Search) -> Standing:
    accepted = search.exempt.accepted(which)
    if accepted is not None:
        return Standing("correct", _key(entry, judge), accepted=accepted, share=Fraction(1))
    assert entry.misfit is not None
    given = np.shape(entry.misfit.value)
    why = f"its shape is {shape_text(given)}; {entry.claim.quantity} is {shape_text(entry.shape)}"
    return Standing("wrong", _key(entry, judge), why=why)


def _of_formula(entry: Entry, which: int, judge: Judge, search: Search) -> Standing:
    verdict = entry.formula
    assert verdict is not None
    if verdict.same:
        return Standing("correct", _key(entry, judge), share=Fraction(1))
    found = Standing("wrong", _key(entry, judge), why=verdict.message)
    if entry.paper is not None and which in judge.verdicts and not verdict.here:
        own = judge.verdicts[which]
        found.wrong = _positions(~own.right)
    return found


def _of_numbers(entry: Entry, which: int, judge: Judge, search: Search) -> Standing:
    verdict = judge.verdicts[which]
    found = Standing("correct", _key(entry, judge), share=Fraction(1))
    accepted = search.exempt.accepted(which)
    if accepted is not None:
        found.accepted = accepted
        return found
    legal = search.exempt.legal_at_zero(which)
    right, follows = verdict.right | legal, verdict.follows
    assert entry.paper is not None
    found.at_zero = bool((legal & ~verdict.right).any())
    if right.all():
        strays = verdict.tainted and not follows.all() and not _not_carried(which, search)
        found.by_luck = strays or search.contradicts(which)
        return found
    if not _equal(verdict, entry, judge):
        found.carried = np.asarray(verdict.predicted, float).tolist()
    if (right | (verdict.near & (follows | verdict.tainted))).all():
        found.status = "rounded"
        found.carried = None
    elif (right | follows).all() and search.exempt.follows_excused(which):
        found.accepted, found.carried = "it follows from an accepted value", None
    elif (right | follows).all():
        found.status = "carried" if verdict.tainted else "rounded"
    else:
        _wrong(found, entry, verdict, right | follows | (verdict.near & verdict.tainted), judge)
    return found


def _not_carried(which: int, search: Search) -> bool:
    return bool(search.judge.meant)


def _equal(verdict: Verdict, entry: Entry, judge: Judge) -> bool:
    key = entry.key(judge.graph)
    predicted = np.asarray(verdict.predicted)
    near = (np.abs(predicted - key) <= 1e-12 + 1e-9 * np.abs(key)) & np.isfinite(key)
    return bool((near | (predicted == key)).all())


def _wrong(found: Standing, entry: Entry, verdict: Verdict, good: Array, judge: Judge) -> None:
    found.status = "wrong"
    found.wrong = _positions(~good)
    key = entry.key(judge.graph)
    found.telling = ~good | (np.abs(key) > 0)
    found.share = found.share_of(np.ones(np.shape(good), bool))


def _positions(mask: Array) -> list[tuple[int, ...]]:
    mask = np.asarray(mask)
    if not mask.shape:
        return [()] if mask else []
    return [tuple(int(i) for i in where) for where in np.argwhere(mask)]
