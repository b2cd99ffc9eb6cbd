"""What a class understood: counts over all outcomes, made while they pass by."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from backpropcli.grading.data import Named, Outcome
from backpropcli.grading.exercises import Exercise

BARS = 10  # of ten percent each; the last one holds 100 % too
MOST_UNEXPLAINED = 20
MOST_COUNTED = 20_000  # different unexplained answers that are told apart
STATUSES = ("correct", "rounded", "carried", "wrong", "missing", "unreadable")


class Scores(NamedTuple):
    """The distribution of the scores of graded submissions, in percent.

    ``bars`` count them by tens: from 0 to below 10, ..., from 90 to 100.
    """

    submissions: int
    mean: float | None
    median: float | None
    lowest: float | None
    highest: float | None
    bars: tuple[int, ...]


class QuantityCount(NamedTuple):
    """How often each status was given to a quantity, examples and steps counted singly."""

    quantity: str
    counts: tuple[tuple[str, int], ...]


class MistakeCount(NamedTuple):
    """How many submissions show a mistake, at which quantities, and what was said of one.

    ``possible`` are those of ``submissions`` for which there was too little evidence.
    """

    code: str
    name: str
    submissions: int
    possible: int
    at: tuple[tuple[str, int], ...]
    example: str


class Unexplained(NamedTuple):
    """A wrong answer that no known mistake explains, and how often it was handed in."""

    quantity: str
    written: str
    submissions: int


class ProblemSummary(NamedTuple):
    """What became of one problem in the class."""

    problem: str
    title: str
    outcomes: tuple[tuple[str, int], ...]
    scores: Scores
    quantities: tuple[QuantityCount, ...]
    mistakes: tuple[MistakeCount, ...]
    unexplained: tuple[Unexplained, ...]
    more_unexplained: int = 0


class Summary(NamedTuple):
    """What became of a class: of each problem, and submissions that belong to none of them."""

    problems: tuple[ProblemSummary, ...]
    unknown: int = 0


@dataclass
class _Mistake:
    submissions: int = 0
    possible: int = 0
    at: Counter[str] = field(default_factory=Counter)
    example: str = ""
    sure: bool = False

    def add(self, told: Sequence[Named]) -> None:
        """Take in all places of one submission where this mistake was made."""
        sure = [one for one in told if not one.possible]
        self.submissions += 1
        self.possible += not sure
        self.at.update({one.at for one in told})
        if not self.example or (sure and not self.sure):
            self.example, self.sure = (sure or told)[0].message, bool(sure)


@dataclass
class _Tally:
    exercise: Exercise
    outcomes: Counter[str] = field(default_factory=Counter)
    percents: array[float] = field(default_factory=lambda: array("d"))
    quantities: dict[str, Counter[str]] = field(default_factory=dict)
    mistakes: dict[tuple[str, str], _Mistake] = field(default_factory=dict)
    unexplained: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        self.outcomes[outcome.status] += 1
        if outcome.status != "graded":
            return
        if outcome.max_score:
            self.percents.append(100 * outcome.score / outcome.max_score)
        for one in outcome.judged:
            self.quantities.setdefault(one.quantity, Counter())[one.status] += 1
        told: dict[tuple[str, str], list[Named]] = {}
        for named in outcome.named:
            told.setdefault((named.code, named.name), []).append(named)
        for key, group in told.items():
            self.mistakes.setdefault(key, _Mistake()).add(group)
        for pair in set(outcome.unexplained):
            if pair in self.unexplained or len(self.unexplained) < MOST_COUNTED:
                self.unexplained[pair] += 1

    def summary(self) -> ProblemSummary:
        order = [*self.exercise.columns]
        order += [quantity for quantity in self.quantities if quantity not in order]
        unexplained = sorted(self.unexplained.items(), key=lambda item: (-item[1], item[0]))
        return ProblemSummary(
            self.exercise.name,
            self.exercise.title,
            tuple(sorted(self.outcomes.items())),
            _scores(sorted(self.percents)),
            tuple(
                QuantityCount(q, tuple((s, self.quantities[q][s]) for s in STATUSES))
                for q in order
                if q in self.quantities
            ),
            tuple(self.named()),
            tuple(Unexplained(*pair, n) for pair, n in unexplained[:MOST_UNEXPLAINED]),
            max(0, len(unexplained) - MOST_UNEXPLAINED),
        )

    def named(self) -> list[MistakeCount]:
        """The mistakes, most frequent first."""
        found = [
            MistakeCount(code, name, one.submissions, one.possible, _common(one.at), one.example)
            for (code, name), one in self.mistakes.items()
        ]
        return sorted(found, key=lambda one: (-one.submissions, one.code, one.name))


def summarize(outcomes: Iterable[Outcome], exercises: Sequence[Exercise]) -> Summary:
    """Count a class; its memory grows with the problems, by 8 bytes for each score."""
    tallies = {exercise.name: _Tally(exercise) for exercise in exercises}
    unknown = 0
    for outcome in outcomes:
        tally = tallies.get(outcome.problem)
        if tally is None:
            unknown += 1
        else:
            tally.add(outcome)
    return Summary(tuple(tally.summary() for tally in tallies.values()), unknown)


def _common(counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _scores(percents: Sequence[float]) -> Scores:
    """The distribution of sorted percents."""
    count = len(percents)
    bars = [0] * BARS
    for percent in percents:
        bars[max(0, min(BARS - 1, int(percent * BARS / 100 + 1e-9)))] += 1
    if not count:
        return Scores(0, None, None, None, None, tuple(bars))
    middle = (percents[(count - 1) // 2] + percents[count // 2]) / 2
    mean = sum(percents) / count
    return Scores(count, mean, middle, percents[0], percents[-1], tuple(bars))
