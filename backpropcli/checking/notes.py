"""Remarks that are no mistakes: cut digits, luck, conventions, too few decimals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from backpropcli.checking.data import Answer
from backpropcli.checking.judge import Judge
from backpropcli.checking.paper import Paper, is_cut, is_rounded_up
from backpropcli.checking.sheet import Entry
from backpropcli.checking.status import Standing
from backpropcli.ops.entry import Array

if TYPE_CHECKING:
    from backpropcli.checking.search import Search

NO_NAME = "this line is off; no known mistake explains it"
IN_BETWEEN = "it may also be rounding: in a line between that kept fewer digits than this one"
UNFOLLOWED = "this could not be followed: it goes on from a value that is all zero or unusable"


class Notes:
    """Finds what is worth saying beside the statuses and the mistakes."""

    def __init__(self, judge: Judge, search: Search, convention: str) -> None:
        self.judge, self.search, self.convention = judge, search, convention
        self.problem = judge.graph.problem

    def of_sheet(self, answers: Sequence[Answer]) -> Iterator[str]:
        """What concerns the whole sheet."""
        if self.convention:
            yield f"all of it is right in another convention: {self.convention}"
        if answers and all(a.status in ("correct", "rounded", "missing") for a in answers):
            for quantity in self.search.exempt.author_errors():
                yield f"the value accepted for {quantity} does not follow from the problem"

    def of_entry(
        self, entry: Entry, which: int, found: Standing, roots: Sequence[int]
    ) -> tuple[list[str], list[str]]:
        """Sentences about one answer, and the names of those that have one."""
        told: list[tuple[str, str]] = []
        if found.why:
            told.append((found.why, ""))
        if entry.claim.trouble is not None and entry.claim.trouble.hint:
            told.append((f"hint: {entry.claim.trouble.hint}", ""))
        if entry.note:
            told.append((entry.note, ""))
        if found.accepted:
            told.append((f"accepted: {found.accepted}", ""))
        if found.status == "correct" and self.is_cutting and self._is_cut(which):
            told.append(("digits are cut off instead of rounded", "truncated-not-rounded"))
        if found.at_zero:
            told.append(("several slopes are legal here; yours is accepted", "relu-at-zero"))
        if found.by_luck:
            said = "right, although it does not follow from your own earlier values"
            told.append((said, "right-by-luck"))
        if found.status == "carried":
            told.append(("follows rightly from your earlier values", "carried-forward"))
        if found.status == "wrong" and not found.why:
            if which in self.search.exempt.unfollowed:
                told.append((UNFOLLOWED, ""))
            elif not roots:
                told.append((NO_NAME, ""))
            if which in self.search.doubtful:
                told.append((IN_BETWEEN, ""))
        told += self._formula(entry)
        told += self._loss(entry)
        told += self._decimals(entry, which)
        return [text for text, _ in told], [name for _, name in told if name]

    @cached_property
    def is_cutting(self) -> bool:
        """Whether no fewer numbers of the sheet are the key cut off than the key rounded up."""
        cut = up = 0
        for which in self.judge.verdicts:
            paper, key = self._beside_key(which)
            cut += int(np.count_nonzero(is_cut(paper, key)))
            up += int(np.count_nonzero(is_rounded_up(paper, key)))
        return cut >= up

    def _is_cut(self, which: int) -> bool:
        """Whether digits of an answer are cut off, and none of its numbers is rounded up."""
        if which not in self.judge.verdicts:
            return False
        paper, key = self._beside_key(which)
        return bool(np.any(is_cut(paper, key)) and not np.any(is_rounded_up(paper, key)))

    def _beside_key(self, which: int) -> tuple[Paper, Array]:
        entry = self.judge.sheet.entries[which]
        assert entry.paper is not None
        return entry.paper, entry.key(self.judge.graph)

    def _formula(self, entry: Entry) -> list[tuple[str, str]]:
        verdict = entry.formula
        if verdict is None or verdict.same or not verdict.message:
            return []
        return [] if entry.claim.written is None else [(verdict.message, "")]

    def _loss(self, entry: Entry) -> list[tuple[str, str]]:
        """A loss below zero that cannot be below zero."""
        paper = entry.paper
        if entry.claim.name != self.problem.loss or paper is None or entry.shape:
            return []
        kinds = ("mse", "mae", "huber", "squared", "cross_entropy", "softmax_cross_entropy", "bce")
        if float(paper.value) >= 0 or self.search.exempt.loss_kind() not in kinds:
            return []
        return [("this loss cannot be below zero", "negative-loss")]

    def _decimals(self, entry: Entry, which: int) -> list[tuple[str, str]]:
        least = self.problem.grading.get("min_decimals")
        paper = entry.paper
        if not least or paper is None or entry.claim.formula is not None:
            return []
        coarse = (paper.unit > 10.0**-least * 1.5) & (np.abs(paper.value) > 0)
        if not np.any(coarse & ~self._is_exact(entry, which, paper)):
            return []
        return [(f"fewer than {least} decimals are given", "")]

    def _is_exact(self, entry: Entry, which: int, paper: Paper) -> Array:
        """Which numbers have no further digits but zeros, which nobody has to write."""
        key = entry.key(self.judge.graph)
        own = self.judge.verdicts[which].predicted if which in self.judge.verdicts else key
        return np.minimum(np.abs(paper.value - key), np.abs(paper.value - own)) < 1e-9
