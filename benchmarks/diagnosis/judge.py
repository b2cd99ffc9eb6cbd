"""Let ``backpropcli`` check a sheet and compare its report with the truth.

The only module of the benchmark that imports ``backpropcli``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from traceback import format_exc
from typing import Any

from backpropcli.problem import problem_from_text
from benchmarks.diagnosis.mlp import Net
from benchmarks.diagnosis.sheets import Sheet

SAYS = {"correct": "right", "rounded": "right", "carried": "carried", "wrong": "wrong"}


class NoChecker(Exception):
    """``backpropcli`` has nothing yet that checks an answer sheet."""


@dataclass(frozen=True, eq=False)
class Verdict:
    """One checked sheet. ``roots`` are (name, place, possible, everywhere), first error first."""

    sheet: Sheet
    report: Any
    roots: tuple[tuple[str, str, bool, bool], ...]
    seconds: float
    values: dict[str, str]
    crash: str = ""

    # -- one mistake -------------------------------------------------------------------------

    def _first(self, test) -> bool:
        return bool(self.roots) and bool(self.sheet.made) and test(self.roots[0])

    @property
    def exact(self) -> bool:
        """The first root has an accepted name at an accepted place."""
        return self._first(lambda root: any(fits(root, a) for a in self._all()))

    @property
    def sure(self) -> bool:
        """That, and not only as a possible cause."""
        return self.exact and not self.roots[0][2]

    @property
    def strict(self) -> bool:
        """The first root has the very name and place of the mistake that was made."""
        return self._first(
            lambda root: any(
                root[0] == m.name and any(placed(root[1], p) for p in m.places)
                for m in self.sheet.made
            )
        )

    @property
    def name_right(self) -> bool:
        """The first root has an accepted name, wherever."""
        return self._first(lambda root: any(root[0] == a.name for a in self._all()))

    @property
    def place_right(self) -> bool:
        """The first root is at an accepted place, by whatever name."""
        return self._first(lambda root: any(at_place(root, a) for a in self._all()))

    @property
    def top3(self) -> bool:
        """An accepted explanation is among the first three of roots and alternatives."""
        listed: list[Any] = []
        for mistake in self.report.mistakes if self.report else ():
            listed += [mistake, *mistake.alternatives]
        net = self.sheet.net
        return any(fits(root_of(m, net), a) for m in listed[:3] for a in self._all())

    def _all(self):
        return [a for accepted in self.sheet.accepted for a in accepted]

    # -- several -----------------------------------------------------------------------------

    @property
    def found(self) -> int:
        """How many of the mistakes made are among the roots."""
        return len(self._pairs())

    @property
    def right_roots(self) -> int:
        """How many of the roots are mistakes that were made (a root said twice counts)."""
        return sum(any(fits(root, a) for a in self._all()) for root in self.roots)

    @property
    def all_found(self) -> bool:
        """Every mistake is found, and no other is named."""
        extra = [r for r in self.roots if not r[2] and not any(fits(r, a) for a in self._all())]
        return self.found == len(self.sheet.made) and not extra

    def _pairs(self) -> list[tuple[int, int]]:
        pairs, used = [], set()
        for k, accepted in enumerate(self.sheet.accepted):
            for n, root in enumerate(self.roots):
                if n not in used and any(fits(root, a) for a in accepted):
                    used.add(n)
                    pairs.append((k, n))
                    break
        return pairs

    # -- naming and statuses -----------------------------------------------------------------

    @property
    def named(self) -> bool:
        """Some mistake is named for certain."""
        return any(not root[2] for root in self.roots)

    @property
    def named_wrongly(self) -> bool:
        """Some mistake is named for certain that does not even say the same."""
        return any(not r[2] and not any(fits(r, a) for a in self._all()) for r in self.roots)

    @property
    def alarm(self) -> bool:
        """Something is found on the sheet."""
        return bool(self.crash or self.roots) or any(v != "right" for v in self.values.values())

    @property
    def random_place_right(self) -> bool:
        """The random number is judged wrong and is the first wrong step."""
        if not self.report:
            return False
        at = self.sheet.random_at
        stem = at.partition("#")[0]
        first = whole_name(self.report.first_wrong_step or "", self.sheet.net)
        return self.values.get(at) == "wrong" and placed(first, stem)

    @property
    def status_pairs(self) -> list[tuple[str, str, str]]:
        """Line, true status, status in the report."""
        return [(n, t, self.values.get(n, "missing")) for n, t in self.sheet.status.items() if t]


def fits(root, accepted) -> bool:
    """An accepted name at an accepted place."""
    return root[0] == accepted.name and at_place(root, accepted)


def at_place(root, accepted) -> bool:
    """At an accepted place; where examples are not told apart, of any example."""
    return any(placed(root[1], site) for site in accepted.sites)


def placed(at: str, site: str) -> bool:
    """The same place; where one of them tells no example, of any."""
    told = "#" in at and "#" in site
    return at == site or (not told and at.partition("#")[0] == site.partition("#")[0])


def whole_name(at: str, net: Net) -> str:
    """A quantity without the entry; the step of a sequence, as in h[2], stays."""
    return at if at in net.lines else at.partition("[")[0]


def numbered(one) -> str:
    """The mark of an example or of a step of an update, '' where there is neither."""
    number = one.example if one.example is not None else one.step
    return f"#{number}" if number is not None else ""


def root_of(mistake, net: Net) -> tuple[str, str, bool, bool]:
    """What counts of a root of the report."""
    at = whole_name(mistake.at, net) + numbered(mistake)
    return mistake.name, at, mistake.possible, mistake.scope == "everywhere"


def judge(
    sheet: Sheet, leave_out: tuple[str, ...] = (), options: Mapping[str, Any] | None = None
) -> Verdict:
    """Check one sheet."""
    check_text = checker()
    problem = problem_from_text(sheet.problem, "problem.yaml")
    began = perf_counter()
    try:
        (report,) = check_text(problem, sheet.answers, leave_out=leave_out, options=options)
    except Exception:  # a crash is a failing case, and the run goes on
        return Verdict(sheet, None, (), perf_counter() - began, {}, format_exc())
    seconds = perf_counter() - began
    values = {}
    for answer in report.answers:
        name = answer.quantity + numbered(answer)
        if answer.status != "missing":
            values[name] = SAYS.get(answer.status, answer.status)
    roots = tuple(root_of(m, sheet.net) for m in report.mistakes)
    return Verdict(sheet, report, roots, seconds, values)


def checker():
    """The function under test."""
    try:
        from backpropcli.checking.check import check_text
    except ImportError as error:
        raise NoChecker(str(error)) from None
    return check_text
