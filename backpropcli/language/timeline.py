"""Sequences: values with an equation for each step of time, such as ``h[1]``, ``h[2]``, ``h[3]``.

The step is the first index of a sequence, and ``h[2,1]`` is the first entry of ``h[2]``, as if
the steps were the rows of one array.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from backpropcli.language.tokens import tokenize

OVER_STEPS = ("sum over steps", "mean over steps")  # what `sum(y[t])` is parsed to


class Timeline(NamedTuple):
    """The steps ``first`` to ``last``, and what each sequence is called at each of its steps.

    A sequence has a name for the state before its first step too, or after its last, where that
    is given. ``now`` is the step at which an equation is read: what ``t`` means there.
    """

    first: int
    last: int
    sequences: Mapping[str, Mapping[int, str]]
    now: int | None = None
    lasts: Mapping[str, int] = {}  # the last steps of sequences that end before the others
    rows: frozenset[str] = frozenset()  # inputs whose first axis is time: x[t]

    def clock(self, word: str) -> int | None:
        """The step that a word in an index means: ``t`` is this one, ``T`` the last."""
        return {"t": self.now, "T": self.last}.get(word)

    def steps(self, stem: str) -> list[str]:
        """What a sequence is called at its steps, in order, without the given states."""
        return [self.sequences[stem][step] for step in self.range_of(stem)]

    def range_of(self, stem: str) -> range:
        """The steps of a sequence."""
        return range(self.first, self.lasts.get(stem, self.last) + 1)

    def row(self, text: str) -> tuple[str, int] | None:
        """The input and the step that ``x2`` means where the steps are the rows of x."""
        for cut in range(1, len(text)):
            stem, digits = text[:cut], text[cut:]
            if stem in self.rows and _is_number(digits):
                step = int(digits)
                return (stem, step) if self.first <= step <= self.last else None
        return None

    def spelled(self, text: str) -> str | None:
        """The step that ``h2`` means where h is a sequence, or nothing where none or two fit."""
        found = [
            self.sequences[text[:cut]][int(text[cut:])]
            for cut in range(1, len(text))
            if text[:cut] in self.sequences
            and _is_number(text[cut:])
            and int(text[cut:]) in self.sequences[text[:cut]]
        ]
        return found[0] if len(found) == 1 else None


def step_name(stem: str, step: int) -> str:
    """The name of a sequence at one step: ``h[2]``."""
    return f"{stem}[{step}]"


def split_step(name: str) -> tuple[str, str]:
    """The sequence and the step of ``h[2]``; a name without a step has none."""
    stem, bracket, step = name.partition("[")
    return (stem, step[:-1]) if bracket else (name, "")


def without_steps(name: str) -> str:
    """A name, or a derivative by its name, with the steps left open: ``dL/dh[]``."""
    return re.sub(r"\[-?\d+\]", "[]", name)


def steps_in(name: str) -> list[str]:
    """The steps that a name, or a derivative by its name, has: of ``dL/dh[2]`` the 2."""
    return re.findall(r"\[(-?\d+)\]", name)


def read_step(text: str) -> tuple[str, str] | None:
    """The name and the step of the key ``h[t]`` or ``h[-1]``; nothing of other texts."""
    tokens = tokenize(text)
    kinds = [token.kind for token in tokens]
    if kinds[:2] != ["name", "["] or kinds[-2:] != ["]", "end"]:
        return None
    step = "".join(token.text for token in tokens[2:-2])
    return (tokens[0].text, step) if step == "t" or _is_number(step.removeprefix("-")) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6 and (text == "0" or text[0] != "0")
