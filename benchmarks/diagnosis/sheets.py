"""Answer sheets of simulated students, each with the truth about it.

>>> from benchmarks.diagnosis import sheets
>>> for sheet in sheets(10, density="usual", faults=1, digits=3):
...     print(sheet.problem, sheet.answers, sheet.made, sheet.accepted)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace as changed

import numpy as np

from benchmarks.diagnosis.course import draw_course
from benchmarks.diagnosis.mlp import Net
from benchmarks.diagnosis.nets import draw_net
from benchmarks.diagnosis.paper import Rounding, Unwritable, unit, yaml_list
from benchmarks.diagnosis.pen import Pen
from benchmarks.diagnosis.priors import Hat, with_everywhere
from benchmarks.diagnosis.slips import Slip, edit, possible_slips
from benchmarks.diagnosis.truth import (
    Accepted,
    Desk,
    accepted,
    explained_by_one,
    explanations,
    shows,
    statuses,
    unlike,
)

DENSITIES = ("full", "usual", "sparse", "final")
NETS = {"dense": draw_net, "course": draw_course}


@dataclass(frozen=True, eq=False)
class Sheet:
    """A problem, what a student hands in, and what is wrong with it.

    ``made`` are the mistakes, ``accepted`` for each of them the names and places that are right.
    ``status`` has 'right', 'carried', 'wrong' or '' for each line; a line of an example is
    written ``f1#2``. ``hidden`` counts drawn mistakes that could not be seen.
    """

    seed: tuple[int, ...]
    problem: str
    answers: str
    net: Net
    rounding: Rounding
    density: str
    made: tuple
    accepted: tuple[tuple[Accepted, ...], ...]
    status: dict[str, str]
    hidden: int = 0
    random_at: str = ""


def sheets(
    count: int,
    seed: int = 0,
    density: str = "usual",
    faults: int = 1,
    digits: int | None = 3,
    kind: str | None = "sig",
    wrong: str = "mistakes",
    rounded: bool = True,
    truth: bool = True,
    start: int = 0,
    nets: str = "dense",
    varied: bool = False,
) -> Iterator[Sheet]:
    """Draw sheets. ``kind`` is 'sig', 'dec' or None for both, ``digits`` 2, 3, 4 or None for any.

    ``wrong`` is 'mistakes' (30 % of them slips), 'rules', 'slips' or 'random' (a random number).
    ``rounded`` says that lines which are not handed in are rounded on paper too. Without
    ``truth`` equal explanations are not looked for, which is faster. ``nets`` is 'dense' or
    'course', which has convolution, normalisation and the like. ``varied`` is for students who
    keep another number of digits on each line.
    """
    for index in range(start, start + count):
        key = (seed, index, DENSITIES.index(density), faults, digits or 0)
        family = [list(NETS).index(nets)] if nets != "dense" else []
        rng = np.random.default_rng([*key, len(kind or ""), len(wrong), rounded, *family])
        maker = Maker(rng, density, digits, kind, rounded, NETS[nets], varied)
        yield maker.make((seed, index), faults, wrong, truth)


class Maker:
    """Draws one sheet."""

    def __init__(self, rng, density, digits, kind, rounded, draw=draw_net, varied=False):
        self.rng, self.density, self.draw, self.varied = rng, density, draw, varied
        self.digits, self.kind, self.rounded = digits, kind, rounded

    def make(self, seed, faults: int, wrong: str, truth: bool) -> Sheet:
        """Draw until the net and the mistakes can be written and seen."""
        hidden = 0
        while True:
            try:
                desk, clean = self._desk()
            except Unwritable:
                continue
            if wrong == "random":
                made = self._random(desk, clean)
            else:
                made, missed = self._mistakes(desk, clean, faults, wrong)
                hidden += missed
            if made is not None:
                return self._sheet(seed, desk, clean, made, hidden, truth and wrong != "random")

    def _desk(self) -> tuple[Desk, Pen]:
        rng = self.rng
        net = self.draw(rng)
        rounding = Rounding(
            self.kind or str(rng.choice(["sig", "dec"])),
            self.digits or int(rng.integers(2, 5)),
            bool(rng.random() < 0.2),
            bool(rng.random() < 0.3),
            net.whole,
            self.varied,
        )
        submitted = net.densities[self.density]
        desk = Desk(net, rounding, submitted, None if self.rounded else frozenset(submitted))
        return desk, desk.write()

    def _mistakes(self, desk, clean, faults, wrong):
        rng = self.rng
        rules = Hat(rng, with_everywhere(list(clean.offers)))
        slips = Hat(rng, possible_slips(clean.handed_in(desk.submitted), desk.submitted))
        made: list = []
        right = clean.handed_in(desk.submitted)
        missed = 0
        for _ in range(60):
            if len(made) == faults:
                if explained_by_one(desk, made, with_everywhere(list(clean.offers))):
                    return None, missed
                return tuple(made), missed
            slip = wrong == "slips" or (wrong == "mistakes" and rng.random() < 0.3)
            new = (slips if slip else rules).draw()
            if new is None:
                continue
            if isinstance(new, Slip) and new.do[0] != "exchange":
                # Where only the new weight follows, the other sign throughout is a convention.
                always = desk.net.title == "parabola" and new.name == "sign-slip"
                new = changed(new, carried=bool(rng.random() < 0.8) or always)
            if {*new.places} & {place for m in made for place in m.places}:
                continue
            after = self._try(desk, [*made, new])
            if after is None or not self._all_seen(desk, [*made, new], after, right):
                missed += 1
                continue
            made.append(new)
        return None, missed

    @staticmethod
    def _try(desk, made):
        try:
            return desk.write(made).handed_in(desk.submitted)
        except Unwritable:
            return None

    def _all_seen(self, desk, made, after, right) -> bool:
        """Each mistake changes some number, and not back to the right one."""
        for k in range(len(made)):
            before = self._try(desk, [*made[:k], *made[k + 1 :]])
            if before is None or not shows(before, after, right):
                return False
        return True

    def _random(self, desk, clean):
        rng = self.rng
        sheet = clean.handed_in(desk.submitted)
        at = str(rng.choice(desk.submitted))
        spots = list(np.ndindex(sheet[at].shape))
        spot = spots[int(rng.integers(len(spots)))]
        old = sheet[at][spot]
        slips = [s for s in possible_slips(sheet, (at,)) if s.do[0] != "copy"]
        sensible = {edit(s, sheet[at], sheet)[0][spot] for s in slips}
        for _ in range(50):
            size = abs(float(old)) or float(np.max(np.abs(clean.exact[at]))) or 1.0
            value = size * float(np.exp(rng.uniform(-1.2, 1.2))) * (1 if rng.random() < 0.7 else -1)
            value = value if float(old) >= 0 else -value
            places = len(old.partition(".")[2])
            whole = desk.net.whole and places == 0
            text = f"{value:.{places}f}" if places or whole else desk.rounding.text(value)
            gap = abs(float(text) - float(old))
            if text in sensible or gap < 0.1 * abs(float(old)) or gap < 3.5 * unit(text):
                continue
            slip = Slip("random", at, ("set", spot, text), bool(rng.random() < 0.8))
            after = self._try(desk, [slip])
            if after is not None and unlike(sheet, after):
                return (slip,)
        return None

    def _sheet(self, seed, desk, clean, made, hidden, truth) -> Sheet:
        student = desk.write(made)
        sheet = student.handed_in(desk.submitted)
        offers = [*with_everywhere(list(clean.offers)), *clean.rare]
        slips = possible_slips(clean.handed_in(desk.submitted), desk.submitted) if truth else []
        sets = []
        for k, mistake in enumerate(made):
            others = [*made[:k], *made[k + 1 :]]
            found = explanations(desk, mistake, others, offers, slips) if truth else [mistake]
            sets.append(tuple(accepted(found, desk.net, clean.readers)))
        return Sheet(
            seed=seed,
            problem=desk.net.yaml,
            answers=answers_text(sheet, desk.net.listed),
            net=desk.net,
            rounding=desk.rounding,
            density=self.density,
            made=made,
            accepted=tuple(sets),
            status=statuses(desk, student, clean),
            hidden=hidden,
            random_at=made[0].at if made and made[0].name == "random" else "",
        )


def answers_text(sheet: dict[str, np.ndarray], listed: str = "examples") -> str:
    """The answers file; ``listed`` is what the lines with a number are of."""
    lines = ["problem: problem.yaml", "student: s1"]
    plain = {n: v for n, v in sheet.items() if "#" not in n}
    if plain:
        lines.append("answers:")
        lines += [f"  {name}: {yaml_list(shown)}" for name, shown in plain.items()]
    examples: dict[str, list[str]] = {}
    for name, shown in sheet.items():
        stem, _, example = name.partition("#")
        if example:
            examples.setdefault(example, []).append(f"    {stem}: {yaml_list(shown)}")
    if examples:
        lines.append(f"{listed}:")
        for rows in examples.values():
            lines.append("  -" + rows[0][3:])
            lines += rows[1:]
    return "\n".join(lines) + "\n"


__all__ = ["DENSITIES", "Accepted", "Sheet", "sheets"]
