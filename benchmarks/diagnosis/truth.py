"""What may rightly be said about a sheet: equal explanations, and the status of every value."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.diagnosis.paper import Unwritable, differs, same, unit
from benchmarks.diagnosis.pen import Fault, Pen
from benchmarks.diagnosis.priors import ALSO, GENERAL, LEFT_OUT_FACTOR
from benchmarks.diagnosis.slips import Slip, digit_spots, dropped, edit


@dataclass(frozen=True)
class Accepted:
    """A name and the places where it may rightly be said to be."""

    name: str
    sites: frozenset[str]


class Desk:
    """A net with a student's habits, on which any mistakes can be tried."""

    def __init__(self, net, rounding, submitted, rounded=None):
        self.net, self.rounding, self.submitted, self.rounded = net, rounding, submitted, rounded

    def write(self, made=(), clamp=None) -> Pen:
        """The sheet with these mistakes; raises Unwritable where there is no such sheet."""
        pen = Pen(self.rounding, made, clamp, self.rounded)
        self._run(pen, made)
        return pen

    def exact(self, made=()) -> dict[str, np.ndarray]:
        """The numbers handed in by a student who never rounds."""
        pen = Pen(made=made)
        self._run(pen, made)
        return {name: pen.exact[name] for name in self.submitted}

    def _run(self, pen: Pen, made) -> None:
        try:
            with np.errstate(all="ignore"):
                self.net.run(pen)
        except (ValueError, IndexError):
            if len(made) < 2:  # one mistake alone must be possible
                raise
            raise Unwritable("mistakes that do not go together") from None


def unlike(one: dict, other: dict) -> bool:
    """Whether two sheets differ visibly."""
    return any(differs(one[name], other[name]) for name in one)


def shows(before: dict, after: dict, right: dict) -> bool:
    """Whether an entry changes visibly, to something that is visibly wrong."""
    for name, shown in after.items():
        if shown.shape != before[name].shape or shown.shape != right[name].shape:
            if differs(before[name], shown):
                return True
            continue
        for spot in np.ndindex(shown.shape):
            entry = np.asarray(shown[spot], dtype=object)
            others = (np.asarray(sheet[name][spot], dtype=object) for sheet in (before, right))
            if shown[spot] != before[name][spot] and all(differs(entry, o) for o in others):
                return True
    return False


def alike(one: dict, other: dict) -> bool:
    """Whether two sheets have the very same text."""
    return all(same(one[name], other[name]) for name in one)


def near(exact: dict, sheet: dict, slack: float = 0.06) -> bool:
    """Whether numbers may become the sheet by rounding."""
    for name, shown in sheet.items():
        value = exact[name]
        if value.shape != shown.shape or not np.all(np.isfinite(value)):
            return False
        for a, text in zip(value.flat, shown.flat, strict=True):
            if abs(a - float(text)) > 4 * unit(text) + slack * abs(a) + 0.01:
                return False
    return True


def explanations(desk, fault, others, offers, slips) -> list:
    """Every single mistake that gives the same sheet as ``fault``, besides ``others``."""
    base = desk.write(others).handed_in(desk.submitted)
    sheet = desk.write([*others, fault]).handed_in(desk.submitted)
    found = [fault]
    exact = desk.exact([*others, fault]) if isinstance(fault, Fault) else None
    rules = [m for m in others if isinstance(m, Fault)]
    slipped = len(rules) < len(others)
    for offer in offers:
        if offer == fault:
            continue
        try:
            numbers = desk.exact([*rules, offer])
        except Unwritable:
            continue
        if exact is not None and _equal(exact, numbers):
            found.append(offer)
        elif _close(exact, numbers) if exact is not None else slipped or near(numbers, sheet):
            try:
                shown = desk.write([*others, offer]).handed_in(desk.submitted)
            except Unwritable:
                continue
            if alike(sheet, shown):
                found.append(offer)
    for slip in [*slips, *typed(base, sheet)]:
        if slip.do[0] != "exchange":
            try:
                one = edit(slip, base[slip.at], base)[0]
            except Unwritable:
                continue
            if same(one, base[slip.at]) or not same(one, sheet[slip.at]):
                continue
        for carried in {False, slip.do[0] != "exchange"}:
            try:
                again = desk.write([*others, replace(slip, carried=carried)])
            except Unwritable:
                continue
            if alike(sheet, again.handed_in(desk.submitted)):
                found.append(slip)
                break
    return found


def _equal(one: dict, other: dict) -> bool:
    return _within(one, other, 1e-9, 1e-12)


def _close(one: dict, other: dict) -> bool:
    """Within 10 % or 0.02: rounding may make them the same."""
    return _within(one, other, 0.1, 0.02)


def _within(one: dict, other: dict, share: float, least: float) -> bool:
    for name, value in one.items():
        its = other[name]
        if value.shape != its.shape or not (abs(value - its) <= least + share * abs(its)).all():
            return False
    return True


def explained_by_one(desk, made, offers) -> bool:
    """Whether a single rule mistake gives the same numbers as several."""
    if len(made) < 2 or not all(isinstance(m, Fault) for m in made):
        return False
    exact = desk.exact(made)
    return any(_equal(exact, desk.exact([offer])) for offer in offers)


def typed(base: dict, sheet: dict) -> list[Slip]:
    """Digit slips that turn the first wrong line into what stands there."""
    for name, shown in sheet.items():
        right = base[name]
        if same(shown, right):
            continue
        spots = (
            [i for i in np.ndindex(right.shape) if right[i] != shown[i]]
            if (right.shape == shown.shape)
            else []
        )
        if len(spots) == 1:
            kind = mistyped(right[spots[0]], shown[spots[0]])
            if kind:
                return [Slip(kind, name, ("set", spots[0], shown[spots[0]]))]
        return []
    return []


def mistyped(right: str, shown: str) -> str:
    """'digit-slip', 'digit-dropped' or ''."""
    if len(right) == len(shown):
        gaps = [i for i, (a, b) in enumerate(zip(right, shown, strict=True)) if a != b]
        if all(right[i].isdigit() and shown[i].isdigit() for i in gaps):
            if len(gaps) == 1:
                return "digit-slip"
            if len(gaps) == 2 and all(right[a] == shown[b] for a, b in (gaps, gaps[::-1])):
                return "digit-slip"
    if shown in {dropped(right, k) for k in range(len(digit_spots(right)))} - {right}:
        return "digit-dropped"
    return ""


def accepted(found, net, readers) -> list[Accepted]:
    """The names and places under which these explanations may be told."""
    out = []
    for mistake in found:
        sites = set(mistake.places)
        for site in mistake.places:
            sites.update(net.aliases.get(site, ()))
        if mistake.name in ("misread-given", "crossed-wiring"):
            sites.update(readers.get(mistake.at, ()))
        out.append(Accepted(mistake.name, frozenset(sites)))
        if isinstance(mistake, Fault):
            also = ALSO.get((mistake.name, mistake.form), ())
            also += (GENERAL,) if mistake.name in LEFT_OUT_FACTOR else ()
            out += [Accepted(other, frozenset(sites)) for other in also]
    return list(dict.fromkeys(out))


def statuses(desk, student: Pen, clean: Pen) -> dict[str, str]:
    """'right', 'carried', 'wrong' or '' (too close to call) for each line handed in."""
    right = clean.handed_in(desk.submitted)
    sheet = student.handed_in(desk.submitted)
    clamp = {
        name: student.values[name]
        for name in desk.submitted
        if student.values[name].shape == clean.values[name].shape
    }
    follows = desk.write((), clamp).shown
    out = {}
    for name in desk.submitted:
        if same(sheet[name], right[name]):
            out[name] = "right"
        elif same(sheet[name], follows[name]):
            out[name] = "carried" if differs(sheet[name], right[name]) else ""
        elif differs(sheet[name], right[name]) and differs(sheet[name], follows[name]):
            out[name] = "wrong"
        else:
            out[name] = ""
    return out
