"""Answers that need no mistake to explain them: accepted, legal, or wrong for a plain reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from backpropcli.checking.candidate import Candidate, Change
from backpropcli.checking.formula import Formula
from backpropcli.checking.judge import Judge
from backpropcli.checking.paper import Judging, fits
from backpropcli.checking.trial import Trial
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Number
from backpropcli.ops.entry import Array
from backpropcli.problem import Problem


class Exempt:
    """Sorts the entries that are off: ``wrong`` are those that a mistake has to explain.

    ``arithmetic`` are set up rightly and worked out wrongly, ``unfollowed`` go on from a value
    that cannot be followed.
    """

    def __init__(self, judge: Judge, trial: Trial, notices: Sequence[Candidate]) -> None:
        self.judge, self.sheet, self.trial = judge, judge.sheet, trial
        self.accepts = accepted_values(judge.graph.problem)
        self.arithmetic: list[int] = []
        self.unfollowed: set[int] = set()
        self.zero = self._notices(notices)
        self.wrong = self._wrong()

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
            elif self._follows_lost(which) or self._follows_misfit(which):
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

    def _follows_misfit(self, which: int) -> bool:
        """Whether an entry goes on from an answer of another shape."""
        behind = self.trial.behind(self.node(which))
        return any(e.misfit is not None and e.node in behind for e in self.sheet.entries)

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

    def _notices(self, notices: Sequence[Candidate]) -> dict[int, Array]:
        """For each entry which numbers are legal with another slope at a kink."""
        found: dict[int, Array] = {}
        for one in notices:
            predictions = self.trial.predictions(one.changes) or {}
            for which, (part, error) in predictions.items():
                paper = self.sheet.entries[which].paper
                assert paper is not None
                node, verdict = self.judge.graph.nodes[self.node(which)], self.judge.verdicts[which]
                legal = fits(paper, part, error, node.exact, self.judge.judging)
                legal = legal & verdict.mismatch & (part != verdict.predicted)
                if np.any(legal):
                    found[which] = found.get(which, False) | legal
        return found

    def legal_at_zero(self, which: int) -> Array:
        """The numbers that another legal slope of relu at 0 makes right."""
        verdict = self.judge.verdicts[which]
        return self.zero.get(which, np.zeros(np.shape(verdict.right), bool))

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

    def follows_excused(self, which: int) -> bool:
        """Whether all that is off before an entry is accepted, or legal at 0 of a relu."""
        excused = False
        for other in self._before(self.node(which)):
            verdict = self.judge.verdicts[other]
            if np.all(verdict.right | verdict.follows | verdict.near):
                continue
            legal = np.all(verdict.right | self.legal_at_zero(other))
            if not legal and self.accepted(other) is None:
                return False
            excused = True
        return excused

    def _before(self, end: int) -> list[int]:
        """The entries before a node."""
        seen, stack = {end}, [end]
        while stack:
            for parent in self.judge.graph.nodes[stack.pop()].parents:
                if parent not in seen:
                    seen.add(parent)
                    stack.append(parent)
        return [which for node in seen - {end} for which in self.judge.at.get(node, ())]

    def author_errors(self) -> list[str]:
        """Accepted values that differ from what the problem leads to."""
        found = []
        for name, options in self.accepts.items():
            place = self.judge.graph.find(name)
            key = None if place is None else self.judge.graph.nodes[place].value
            for note, value in options:
                if key is None or np.shape(value) != np.shape(key):
                    continue
                if not np.allclose(value, key) and not note:
                    found.append(name)
        return found

    def loss_kind(self) -> str:
        """What kind of loss the problem has."""
        from backpropcli.mistakes.loss import read_loss

        program = self.judge.graph.program
        return read_loss(program, Shapes(program.shapes)).kind

    def node(self, which: int) -> int:
        """The node of an entry with numbers."""
        node = self.sheet.entries[which].node
        assert node is not None
        return node


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
