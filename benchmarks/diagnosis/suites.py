"""What is measured: which sheets, and what is asked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.diagnosis.judge import Verdict, judge
from benchmarks.diagnosis.priors import GENERAL
from benchmarks.diagnosis.sheets import DENSITIES, Sheet, sheets


@dataclass(frozen=True)
class Suite:
    """A set of sheets. ``leave_out`` removes the mistake that was made from the catalogue."""

    name: str
    count: int
    draw: Mapping[str, Any]
    leave_out: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    def sheets(self, seed: int, scale: float = 1.0) -> Iterator[Sheet]:
        """Draw its sheets."""
        return sheets(max(1, round(self.count * scale)), seed, **self.draw)

    def run(self, seed: int, scale: float = 1.0) -> Iterator[Verdict]:
        """Check its sheets, one after the other."""
        options = dict(self.options) or None
        for sheet in self.sheets(seed, scale):
            if not self.leave_out:
                yield judge(sheet, options=options)
                continue
            made = sheet.made[0].name
            if {a.name for a in sheet.accepted[0]} <= {made, GENERAL}:
                yield judge(sheet, leave_out=(made,), options=options)

    def one(self, seed: int, index: int) -> Verdict:
        """Check one of its sheets."""
        (sheet,) = sheets(1, seed, start=index, **self.draw)
        leave_out = (sheet.made[0].name,) if self.leave_out else ()
        return judge(sheet, leave_out=leave_out, options=dict(self.options) or None)


def one_fault(density: str, digits: int, kind: str, count: int) -> Suite:
    """Sheets with one mistake."""
    draw = {"density": density, "faults": 1, "digits": digits, "kind": kind}
    return Suite(f"1 mistake, {density}, {digits} {kind}", count, draw)


def several(density: str, faults: int, count: int) -> Suite:
    """Sheets with several mistakes, at 3 significant digits."""
    draw = {"density": density, "faults": faults}
    return Suite(f"{faults} mistakes, {density}, 3 sig", count, draw)


def clean(density: str, rounded: bool, count: int, kind=None, digits=None) -> Suite:
    """Correct sheets, in every way of rounding unless one is given."""
    how = "" if rounded else ", other lines unrounded"
    how += f", {digits} {kind}" if kind else ""
    draw = {"density": density, "faults": 0, "digits": digits, "kind": kind, "rounded": rounded}
    return Suite(f"correct, {density}{how}", count, draw)


def varied(density: str, count: int) -> Suite:
    """Correct sheets of students who keep another number of digits on each line."""
    draw = {"density": density, "faults": 0, "digits": None, "kind": None, "varied": True}
    return Suite(f"correct, {density}, digits vary", count, draw)


def random_error(density: str, digits: int, count: int) -> Suite:
    """Sheets with one random number."""
    draw = {"density": density, "faults": 1, "digits": digits, "wrong": "random"}
    return Suite(f"random number, {density}, {digits} sig", count, draw)


def left_out(density: str, count: int) -> Suite:
    """Sheets whose mistake has been removed from the catalogue."""
    draw = {"density": density, "faults": 1, "wrong": "rules"}
    return Suite(f"left out, {density}, 3 sig", count, draw, leave_out=True)


ABLATIONS: tuple[tuple[str, dict], ...] = (
    ("as it is", {}),
    ("no clamping", {"clamp": False}),
    ("nearest rule first", {"ranking": "nearest"}),
    ("no threshold", {"threshold": 0}),
    ("1 % tolerance", {"tolerance": 0.01}),
)

ONE = (
    *(one_fault(d, 3, "sig", 100) for d in DENSITIES),
    one_fault("usual", 2, "sig", 60),
    one_fault("usual", 4, "sig", 60),
    one_fault("usual", 3, "dec", 60),
    one_fault("usual", 4, "dec", 60),
)
MANY = (
    several("full", 2, 60),
    several("usual", 2, 60),
    several("sparse", 2, 40),
    several("final", 2, 40),
    several("usual", 3, 40),
)
CLEAN = (
    *(clean(d, r, 100) for d in DENSITIES for r in (True, False)),
    *(varied(d, 100) for d in DENSITIES),
)
RANDOM = (
    random_error("usual", 3, 120),
    random_error("usual", 2, 80),
    random_error("full", 3, 60),
    random_error("sparse", 3, 60),
)
LEFT_OUT = (left_out("usual", 100), left_out("sparse", 50))


def course(density: str, faults: int, count: int) -> Suite:
    """Sheets of the exercises beyond dense layers, correct in every way of rounding, or not."""
    any_way = {"digits": None, "kind": None} if not faults else {}
    draw = {"density": density, "faults": faults, "nets": "course", **any_way}
    how = f"{faults} mistake" if faults else "correct"
    return Suite(f"course, {how}, {density}", count, draw)


COURSE = {
    "one": tuple(course(d, 1, 100) for d in DENSITIES),
    "clean": tuple(course(d, 0, 100) for d in DENSITIES),
}
SUITES: dict[str, tuple[Suite, ...]] = {
    "one": ONE,
    "many": MANY,
    "clean": CLEAN,
    "random": RANDOM,
    "left-out": LEFT_OUT,
}


def failed(kind: str) -> Callable[[Verdict], bool]:
    """What a failing case is, for each kind of suite."""
    tests: dict[str, Callable[[Verdict], bool]] = {
        "one": lambda v: not v.exact,
        "many": lambda v: not v.all_found,
        "clean": lambda v: v.alarm,
        "random": lambda v: v.named or not v.random_place_right,
        "left-out": lambda v: v.named_wrongly,
    }
    return tests[kind]
