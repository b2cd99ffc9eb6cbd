"""Slips of the pen: how what was written can come from what was meant."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log2

import numpy as np

from backpropcli.checking.costs import NUMBER, SLACK, START, class_bits, spelled, total_weight
from backpropcli.checking.data import Claim
from backpropcli.checking.judge import Judge
from backpropcli.checking.paper import Paper, fits
from backpropcli.checking.trial import Prediction
from backpropcli.language.timeline import steps_in, without_steps
from backpropcli.mistakes import catalogue
from backpropcli.mistakes.counting import counts
from backpropcli.mistakes.entry import Mistake, Slip
from backpropcli.mistakes.writing import Other, Shown, is_about
from backpropcli.ops.entry import Array

COUNTED = "parameter-count-slip"


@dataclass(eq=False)
class SlipFound:
    """A slip of the pen at one entry."""

    mistake: Mistake
    slip: Slip
    which: int
    bits: float


class Pen:
    """Tries the slips of the catalogue on entries that are off."""

    def __init__(self, judge: Judge, leave_out: Collection[str]) -> None:
        self.judge, self.sheet = judge, judge.sheet
        self.leave_out = leave_out
        self.sites = len(list(judge.sheet.numeric()))
        self.alone: dict[int, dict[int, Array]] = {}
        self.known: dict[tuple[int, bool, bytes, bytes], tuple[tuple[SlipFound, ...], float]] = {}

    @cached_property
    def slips(self) -> list[Mistake]:
        """The slips that are tried."""
        known = catalogue().entries()
        return [m for m in known if m.slips is not None and m.name not in self.leave_out]

    @cached_property
    def total(self) -> float:
        """The prior weights of all mistakes together."""
        return total_weight()

    @cached_property
    def least(self) -> float:
        """What numbers that are off cost at least: the likeliest slip, or the shortest number."""
        likeliest = max([catalogue()[COUNTED].prior, *(slip.prior for slip in self.slips)])
        slip = class_bits(likeliest, self.total) + log2(max(1, self.sites))
        return min(slip, START + NUMBER + SLACK)

    def explain(
        self,
        which: int,
        meant: Array,
        error: Array,
        off: Array,
        predictions: Mapping[int, Prediction],
    ) -> tuple[tuple[SlipFound, ...], float]:
        """The cheapest slips for the numbers that are off, and what they cost.

        Numbers that no slip explains are spelled out.
        """
        key = (which, which in predictions, meant.tobytes(), off.tobytes())
        if key not in self.known:
            self.known[key] = self._explain(which, meant, error, off, predictions)
        return self.known[key]

    def _explain(
        self,
        which: int,
        meant: Array,
        error: Array,
        off: Array,
        predictions: Mapping[int, Prediction],
    ) -> tuple[tuple[SlipFound, ...], float]:
        paper = self.sheet.entries[which].paper
        assert paper is not None
        options: list[SlipFound] = []
        for number in self._meant(which, meant, predictions):
            shown = self._shown(which, paper, number, error, off, predictions)
            for mistake in self.slips:
                assert mistake.slips is not None
                lead = class_bits(mistake.prior, self.total) + log2(max(1, self.sites))
                for slip in mistake.slips(shown):
                    options.append(SlipFound(mistake, slip, which, lead + slip.bits))
        for slip in self._miscounted(which, paper):
            mistake = catalogue()[COUNTED]
            lead = class_bits(mistake.prior, self.total) + log2(max(1, self.sites))
            options.append(SlipFound(mistake, slip, which, lead + slip.bits))
        return _cheapest(options, paper, error, off, meant)

    def _meant(
        self, which: int, meant: Array, predictions: Mapping[int, Prediction]
    ) -> Iterator[Array]:
        """What may have been meant: what follows from the written numbers, or the unrounded one."""
        yield meant
        entry, verdict = self.sheet.entries[which], self.judge.verdicts[which]
        key = entry.key(self.judge.graph)
        if which not in predictions and not verdict.tainted and not np.array_equal(key, meant):
            yield key

    def _miscounted(self, which: int, paper: Paper) -> Iterator[Slip]:
        """Ways to count that come to what was written."""
        entry, graph = self.sheet.entries[which], self.judge.graph
        assert entry.node is not None
        if graph.nodes[entry.node].kind == "count" and COUNTED not in self.leave_out:
            for number, how, bits in counts(graph.program, entry.claim.name):
                if float(paper.value) == number:
                    yield Slip((0,), {"how": how}, bits)

    def _shown(
        self,
        which: int,
        paper: Paper,
        meant: Array,
        error: Array,
        off: Array,
        predictions: Mapping[int, Prediction],
    ) -> Shown:
        entry = self.sheet.entries[which]
        assert entry.node is not None
        node = self.judge.graph.nodes[entry.node]
        flat_error, flat_unit = np.ravel(error), np.ravel(paper.unit)
        flat_meant = np.ravel(meant)

        def fit(values: Array, scale: float = 1.0) -> Array:
            return fits(paper, np.asarray(values, float), error * scale, node.exact,
                        self.judge.judging)  # fmt: skip

        style, beside = self.sheet.style, self.sheet.style_beside(which)

        def roughly(values: Array, scale: float = 1.0) -> Array:
            half = (
                paper.half
                if style is None
                else np.maximum(paper.half, style.half_unit(paper.value) * paper.whole)
            )
            off = np.abs(paper.value - np.asarray(values, float))
            return (off <= half + error * scale + 1e-9 * np.abs(paper.value)) | fit(values, scale)

        def fit_number(number: float, unit: float, position: int) -> bool:
            value = flat_meant[position]
            room = flat_error[position] + (unit if unit > 0 else flat_unit[position]) / 2
            return bool(abs(number - value) <= room + 1e-9 * abs(value) + 1e-12)

        return Shown(
            entry.claim.quantity,
            paper.value,
            np.asarray(meant, float),
            off,
            paper.texts,
            fit,
            fit_number,
            self._others(which, predictions),
            self.judge.graph.problem.index_from,
            beside.spelled if beside is not None else _plain,
            roughly,
            beside is not None,
        )

    def _others(self, which: int, predictions: Mapping[int, Prediction]) -> list[Other]:
        """The answers of the same shape, with what was meant there."""
        mine = self.sheet.entries[which]
        beside = self._beside(which)
        found: list[Other] = []
        for other, entry in self.sheet.numeric():
            if other == which or entry.shape != mine.shape or entry.paper is None:
                continue
            meant = (
                predictions[other][0]
                if other in predictions
                else (self.judge.verdicts[other].predicted)
            )
            claim = entry.claim
            same = claim.quantity == mine.claim.quantity and self._may_be_copied(claim, mine.claim)
            same = same or _is_earlier_step(claim, mine.claim)
            where = f" of example {claim.example}" if claim.example and same else ""
            where = f" of step {claim.step}" if claim.step and same else where
            name = claim.quantity + where
            alone = beside.get(other, meant)
            found.append(Other(other, name, entry.paper.value, meant, same, alone))
        return found

    def _may_be_copied(self, claim: Claim, mine: Claim) -> bool:
        """Whether an answer was there to be copied: no later step, nor what a step begins with."""
        between = (mine.step or 0) - (claim.step or 0)
        update = self.judge.graph.problem.update
        begins = between == 1 and update is not None and update.hands_on(mine.name)
        return between >= 0 and not begins

    def _beside(self, which: int) -> dict[int, Array]:
        """What is meant at other wrong answers of this shape if this one's number stands there."""
        if which not in self.alone:
            mine, verdicts = self.sheet.entries[which], self.judge.verdicts
            found: dict[int, Array] = {}
            for w, verdict in verdicts.items():
                other = self.sheet.entries[w]
                if w == which or other.shape != mine.shape or not np.any(verdict.mismatch):
                    continue
                assert other.paper is not None
                if is_about(other.paper.value, verdicts[which].predicted):
                    found[w] = self._with(which, other.paper.value).verdicts[w].predicted
            self.alone[which] = found
        return self.alone[which]

    def _with(self, which: int, number: Array) -> Judge:
        """The sheet judged as if another number stood at an entry."""
        meant = {**self.judge.meant_values, which: number}
        return Judge(self.sheet, self.judge.judging, meant=meant)


def _is_earlier_step(claim: Claim, mine: Claim) -> bool:
    """Whether a claim is the same of a sequence at a step that is worked out before mine."""
    if claim.at != mine.at or without_steps(claim.name) != without_steps(mine.name):
        return False
    other, own = ([int(step) for step in steps_in(one.name)] for one in (claim, mine))
    return other > own if "/" in mine.name else other < own


def _cheapest(
    options: list[SlipFound], paper: Paper, error: Array, off: Array, meant: Array
) -> tuple[tuple[SlipFound, ...], float]:
    """One slip for as many numbers as possible, then others for the rest, greedily."""
    rest = np.array(off, bool)
    chosen: list[SlipFound] = []
    cost = spelled(paper, error, rest, meant) + SLACK
    while np.any(rest):
        best, gain = None, 1e-9
        for one in options:
            after = _without(rest, one.slip.entries)
            saved = (
                spelled(paper, error, rest, meant) - spelled(paper, error, after, meant) - one.bits
            )
            saved += 0.0 if np.any(after) else SLACK
            if saved > gain:
                best, gain = one, saved
        if best is None:
            break
        rest = _without(rest, best.slip.entries)
        chosen.append(best)
        cost -= gain
    return tuple(chosen), cost


def _without(off: Array, entries: tuple[int, ...]) -> Array:
    """What is off without some entries."""
    flat = np.array(off, bool).reshape(-1)
    flat[list(entries)] = False
    return flat.reshape(np.shape(off))


def _plain(value: float) -> str:
    """A number on a sheet where nothing is rounded."""
    return f"{value:.0f}" if value == round(value) else f"{value:.6g}"
