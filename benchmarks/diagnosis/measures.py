"""Shares with their uncertainty, and the tables that are printed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from math import sqrt
from statistics import median

from benchmarks.diagnosis.judge import Verdict, fits
from benchmarks.diagnosis.priors import GENERAL


class Share:
    """How many of how many, with the Wilson 95 % interval."""

    def __init__(self, hits: int = 0, total: int = 0):
        self.hits, self.total = hits, total

    @classmethod
    def of(cls, truths: Iterable[bool]) -> Share:
        """The share of the true ones."""
        listed = list(truths)
        return cls(sum(map(bool, listed)), len(listed))

    @property
    def value(self) -> float:
        return self.hits / self.total if self.total else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval at 95 %."""
        if not self.total:
            return 0.0, 1.0
        z, n, p = 1.96, self.total, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        if not self.total:
            return "-"
        low, high = self.interval
        return f"{self.value:.1%} ({100 * low:.0f}-{100 * high:.0f})"


ONE_COLUMNS = {
    "exact": lambda v: v.exact,
    "strict": lambda v: v.strict,
    "for certain": lambda v: v.sure,
    "name": lambda v: v.name_right,
    "place": lambda v: v.place_right,
    "top 3": lambda v: v.top3,
    "all, no other": lambda v: v.all_found,
    "silent": lambda v: not v.named,
}


def status_share(verdicts: Iterable[Verdict]) -> Share:
    """The share of values with the right status."""
    return Share.of(true == said for v in verdicts for _, true, said in v.status_pairs)


def precision(verdicts: Iterable[Verdict]) -> Share:
    """The share of the roots given for certain that were made."""
    listed = list(verdicts)
    sure = [
        any(fits(r, a) for accepted in v.sheet.accepted for a in accepted)
        for v in listed
        for r in v.roots
        if not r[2]
    ]
    return Share.of(sure)


def recall(verdicts: Iterable[Verdict]) -> Share:
    """The share of the mistakes made that are among the roots."""
    listed = list(verdicts)
    return Share(sum(v.found for v in listed), sum(len(v.sheet.made) for v in listed))


def ambiguity(verdicts: Iterable[Verdict]) -> Share:
    """The share of sheets that mistakes of different names explain equally."""
    return Share.of(len({a.name for a in v.sheet.accepted[0]} - {GENERAL}) > 1 for v in verdicts)


def times(verdicts: Iterable[Verdict]) -> str:
    """Median, 99th percentile and largest time of a sheet."""
    seconds = sorted(v.seconds for v in verdicts)
    if not seconds:
        return "-"
    p99 = seconds[min(len(seconds) - 1, int(0.99 * len(seconds)))]
    return f"median {median(seconds):.3f} s, p99 {p99:.3f} s, max {seconds[-1]:.3f} s"


def per_mistake(verdicts: Iterable[Verdict]) -> list[tuple[str, Share]]:
    """How often each mistake is found, worst first."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for v in verdicts:
        groups[v.sheet.made[0].name].append(v.exact)
    rows = [(name, Share.of(hits)) for name, hits in groups.items()]
    return sorted(rows, key=lambda row: (row[1].value, -row[1].total))


def by_rounding(verdicts: Iterable[Verdict]) -> list[tuple[str, Share]]:
    """The share of false alarms for each way of rounding that has any."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for v in verdicts:
        groups[v.sheet.rounding.label].append(v.alarm)
    return sorted((label, Share.of(hits)) for label, hits in groups.items() if any(hits))


def confusions(verdicts: Iterable[Verdict], count: int = 10) -> list[tuple[str, str, int]]:
    """Which mistakes are most often taken for which."""
    seen: Counter[tuple[str, str]] = Counter()
    for v in verdicts:
        if not v.exact:
            said = v.roots[0][0] if v.roots else "(nothing)"
            if said == v.sheet.made[0].name:
                said += " at another place"
            seen[v.sheet.made[0].name, said] += 1
    return [(made, said, n) for (made, said), n in seen.most_common(count)]


def status_confusions(verdicts: Iterable[Verdict]) -> list[tuple[str, str, int]]:
    """True and reported statuses that differ, most frequent first."""
    seen = Counter(
        (true, said) for v in verdicts for _, true, said in v.status_pairs if true != said
    )
    return [(true, said, n) for (true, said), n in seen.most_common(6)]
