"""The least that the diagnosis has to reach, on a short run with fixed seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.diagnosis.judge import Verdict
from benchmarks.diagnosis.measures import Share, status_share, times
from benchmarks.diagnosis.suites import (
    Suite,
    clean,
    course,
    left_out,
    one_fault,
    random_error,
    several,
    varied,
)

SEED = 2024


@dataclass(frozen=True)
class Gate:
    """A measure with its bound: at least ``low`` or at most ``high``."""

    title: str
    suites: tuple[str, ...]
    measure: Callable[[Iterable[Verdict]], Share]
    low: float = 0.0
    high: float = 1.0

    def share(self, ran: dict[str, list[Verdict]]) -> Share:
        """What was reached."""
        return self.measure([v for name in self.suites for v in ran[name]])

    def met(self, share: Share) -> bool:
        """Whether that is enough."""
        return self.low <= share.value <= self.high


def share_of(test: Callable[[Verdict], bool]) -> Callable[[Iterable[Verdict]], Share]:
    """The share of the sheets that pass a test."""
    return lambda verdicts: Share.of(test(v) for v in verdicts)


SHORT: dict[str, Suite] = {
    "full": one_fault("full", 3, "sig", 40),
    "usual": one_fault("usual", 3, "sig", 60),
    "sparse": one_fault("sparse", 3, "sig", 40),
    "final": one_fault("final", 3, "sig", 40),
    "two": several("usual", 2, 30),
    "random": random_error("usual", 3, 60),
    "left out": left_out("usual", 40),
    **{f"correct {d}": clean(d, True, 50) for d in ("full", "usual", "sparse", "final")},
    **{f"unrounded {d}": clean(d, False, 50) for d in ("full", "usual", "sparse", "final")},
    "varied full": varied("full", 100),
    "course": course("usual", 1, 40),
    "course correct": course("usual", 0, 100),
}
DENSE = ("correct full", "correct usual", "unrounded full", "unrounded usual")
THIN = ("correct sparse", "correct final", "unrounded sparse", "unrounded final")
EXACT, ALARM = share_of(lambda v: v.exact), share_of(lambda v: v.alarm)

GATES = (
    Gate("one mistake, full sheet, right name and place", ("full",), EXACT, low=0.97),
    Gate("one mistake, usual sheet, right name and place", ("usual",), EXACT, low=0.95),
    Gate("one mistake, sparse sheet, right name and place", ("sparse",), EXACT, low=0.85),
    Gate("one mistake, final sheet, right name and place", ("final",), EXACT, low=0.90),
    Gate("two mistakes, both and no other", ("two",), share_of(lambda v: v.all_found), low=0.90),
    Gate("false alarm, correct full or usual sheet", DENSE, ALARM, high=0.01),
    Gate("false alarm, correct sparse or final sheet", THIN, ALARM, high=0.03),
    Gate("false alarm, correct full sheet, digits vary", ("varied full",), ALARM, high=0.02),
    Gate("random number given a name", ("random",), share_of(lambda v: v.named), high=0.03),
    Gate("random number found", ("random",), share_of(lambda v: v.random_place_right), low=0.97),
    Gate(
        "mistake left out, another named",
        ("left out",),
        share_of(lambda v: v.named_wrongly),
        high=0.30,
    ),
    Gate("one mistake, course sheet, right name and place", ("course",), EXACT, low=0.85),
    Gate("false alarm, correct course sheet", ("course correct",), ALARM, high=0.01),
    Gate("status of each value, course sheet", ("course",), status_share, low=0.97),
    Gate("status of each value", ("full", "usual", "two", "random"), status_share, low=0.98),
)


def run_short() -> dict[str, list[Verdict]]:
    """All the sheets of the gates, checked."""
    return {name: list(suite.run(SEED)) for name, suite in SHORT.items()}


def print_gates() -> bool:
    """Print each measure beside its bound; whether all are met."""
    ran, fine = run_short(), True
    for gate in GATES:
        share = gate.share(ran)
        bound = f">= {gate.low:.0%}" if gate.low else f"<= {gate.high:.0%}"
        fine &= gate.met(share)
        print(f"{'  ' if gate.met(share) else '! '}{gate.title:50} {share!s:16} {bound}")
    print(f"Time of a usual sheet: {times(ran['usual'])}")
    print(f"Time of any sheet: {times(v for verdicts in ran.values() for v in verdicts)}")
    return fine
