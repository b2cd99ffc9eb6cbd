"""A student at work: writes line after line, and makes the mistakes given to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.diagnosis.paper import Rounding, numbers, texts
from benchmarks.diagnosis.slips import Slip, edit, recalled


@dataclass(frozen=True)
class Fault:
    """A rule mistake: ``form`` tells its parameters; ``sites`` are its places if more than one."""

    name: str
    at: str
    form: str = ""
    sites: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        """Every quantity whose equation it edits."""
        return self.sites or (self.at,)

    def __str__(self) -> str:
        where = f"everywhere ({', '.join(self.sites)})" if self.sites else self.at
        return f"{self.name} at {where}" + (f" [{self.form}]" if self.form else "")


GIVEN = {"weight", "bias", "data", "target"}


class Pen:
    """Writes the lines of one sheet.

    ``values`` holds what the student goes on with, ``shown`` what stands on paper, ``exact`` the
    numbers before rounding. ``offers`` collects, in a run without mistakes, every mistake that
    the formulas can make; ``rare`` those that hardly anybody makes, but that may give the same
    numbers. ``clamp`` gives the numbers to go on with at some lines, whatever comes out there;
    ``rounded`` the lines that are rounded on paper, if not all of them are.
    """

    def __init__(self, rounding=Rounding(), made=(), clamp=None, rounded=None):  # noqa: B008
        self.rounding = rounding
        faults = [m for m in made if isinstance(m, Fault)]
        self.active = {(f.name, place): f.form for f in faults for place in f.places}
        self.slips: dict[str, list[Slip]] = {}
        for slip in made:
            if isinstance(slip, Slip):
                self.slips.setdefault(slip.at, []).append(slip)
        self.rounded = rounded
        self.collecting = not made and clamp is None
        self.clamp = clamp or {}
        self.values: dict[str, np.ndarray] = {}
        self.kinds: dict[str, str] = {}
        self.shown: dict[str, np.ndarray] = {}
        self.exact: dict[str, np.ndarray] = {}
        self.order: list[str] = []
        self.offers: dict[Fault, None] = {}
        self.rare: dict[Fault, None] = {}
        self.readers: dict[str, list[str]] = {}

    def fault(self, name: str, at: str, *forms: str) -> str:
        """The form in which the mistake is made here, or ''."""
        forms = forms or ("yes",)
        if self.collecting:
            for form in forms:
                self.offers.setdefault(Fault(name, at, form))
        form = self.active.get((name, at), "")
        return form if form in forms else ""

    def given(self, name: str, value, kind: str, crossed: bool = False) -> np.ndarray:
        """Copy a given value from the sheet; one digit of it may be misread."""
        value = np.asarray(value, dtype=float)
        self.kinds[name] = kind
        if self.collecting and (forms := misreadings(value)):
            self.fault("misread-given", name, *forms)
        form = self.active.get(("misread-given", name), "")
        if form:
            index, _, new = form.partition(":")
            value = value.copy()
            value[position(index)] = float(new)
        if crossed and value.ndim == 2 and len(value) == value.shape[1]:
            value = value.T if self.fault("crossed-wiring", name) else value
        self.values[name] = value
        return value

    def read(self, name: str, at: str) -> np.ndarray:
        """Look an operand up; another quantity of its kind and shape may be taken instead."""
        self.readers.setdefault(name, []).append(at)
        value = self.values[name]
        if self.collecting:
            kind = self.kinds[name]
            if forms := self._mistakable(name, value):
                self.fault("wrong-parameter", at, *forms)
            for other, its in self.kinds.items():
                if {kind, its} <= GIVEN and its != kind and self.values[other].shape == value.shape:
                    self.rare.setdefault(Fault("wrong-parameter", at, f"{name}<-{other}"))
            if forms := negatives(name, value):
                self.fault("sign-slip", at, *forms)
        form = self.active.get(("sign-slip", at), "")
        if form.partition("[")[0] == f"sign of {name}":
            value = value.copy()
            spot = position(form.partition("[")[2])
            value[spot] = -value[spot]
        form = self.active.get(("wrong-parameter", at), "")
        return self._exchanged(name, value, form) if form else value

    def _mistakable(self, name: str, value: np.ndarray) -> list[str]:
        """What may be read in place of this quantity."""
        kind = self.kinds[name]
        forms = []
        if kind:
            for other, its in self.kinds.items():
                if other != name and its == kind and self.values[other].shape == value.shape:
                    forms.append(f"{name}<-{other}")
                if kind == "bias" == its and value.ndim == 0 and self.values[other].ndim == 1:
                    forms += [f"{name}<-{other}[{i}]" for i in range(len(self.values[other]))]
            if kind == "weight" and f"dL/d{name}" in self.values:
                forms.append(f"{name}<-dL/d{name}")
            if kind in ("weight", "data"):
                forms += neighbours(name, value)
        return forms

    def _exchanged(self, name: str, value: np.ndarray, form: str) -> np.ndarray:
        target, _, source = form.partition("<-")
        base, _, index = (name, "", "") if target == name else target.partition("[")
        if base == name and source in self.values:
            return self.values[source]
        if base != name:
            return value
        if index:
            value = value.copy()
            value[position(index)] = value[position(source.partition("[")[2])]
            return value
        other, _, entry = source.partition("[")
        return self.values[other][position(entry)] if entry else self.values[other]

    def line(self, name: str, value, kind: str = "") -> np.ndarray:
        """Write a line down; what comes back is what the student goes on with."""
        value = np.asarray(value, dtype=float)
        self.order.append(name)
        self.kinds[name] = kind
        self.exact[name] = value
        held = value
        if self.rounding.kind:
            shown = texts(self.rounding, value)
            if not self.rounding.memory and (self.rounded is None or name in self.rounded):
                held = numbers(shown)
            for slip in self.slips.get(name, ()):
                shown, changed = edit(slip, shown, self.shown)
                if slip.carried and shown.shape == held.shape:
                    fresh = recalled(slip, held) if self.rounding.memory else None
                    held = np.where(changed, numbers(shown), held) if fresh is None else fresh
            self.shown[name] = shown
        if name in self.clamp:
            held = self.clamp[name]
        self.values[name] = held
        return held

    def handed_in(self, submitted: tuple[str, ...]) -> dict[str, np.ndarray]:
        """What stands on the answer sheet; two answers may be exchanged on the way."""
        sheet = {name: self.shown[name] for name in submitted}
        for slips in self.slips.values():
            for slip in slips:
                if slip.do[0] == "exchange":
                    sheet[slip.at], sheet[slip.other] = sheet[slip.other], sheet[slip.at]
        return sheet


def position(text: str) -> tuple[int, ...]:
    """The index in "0,1" or "0,1]"."""
    return tuple(int(part) for part in text.strip("[]").split(",") if part)


MISREAD = {
    "1": "7",
    "2": "7",
    "3": "58",
    "4": "9",
    "5": "38",
    "6": "0",
    "7": "1",
    "8": "3",
    "9": "4",
}


def misreadings(value: np.ndarray) -> list[str]:
    """One digit of one entry read as another that looks like it."""
    forms = []
    for index in np.ndindex(value.shape):
        text = f"{value[index]:g}"
        for place, digit in enumerate(text):
            for new in MISREAD.get(digit, ""):
                where = ",".join(map(str, index))
                read = f"{text[:place]}{new}{text[place + 1 :]}"
                forms += [f"{where}:{read}"] if float(read) else []
    return forms


def negatives(name: str, value: np.ndarray) -> list[str]:
    """The sign lost from a negative entry."""
    spots = [index for index in np.ndindex(value.shape) if value[index] < 0]
    return [f"sign of {name}[{','.join(map(str, spot))}]" for spot in spots]


def neighbours(name: str, value: np.ndarray) -> list[str]:
    """One entry read in place of the next one of its row."""
    forms = []
    for index in np.ndindex(value.shape):
        for step in (-1, 1):
            if value.ndim and 0 <= index[-1] + step < value.shape[-1]:
                other = (*index[:-1], index[-1] + step)
                if value[index] != value[other]:
                    here, there = (",".join(map(str, where)) for where in (index, other))
                    forms.append(f"{name}[{here}]<-{name}[{there}]")
    return forms
