"""Named schedules of the learning rate, as formulas in the number of the step from 1 on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from backpropcli.language.nodes import Expr, Number, call

PI = Number(Fraction("3.141592653589793"))
Formula = Callable[[Expr, Mapping[str, Expr], Expr], Expr]


class Schedule(NamedTuple):
    """A schedule: its settings, with their usual values where they have one, and its formula.

    ``rate`` takes the first rate, the settings and the number t of the step.
    """

    name: str
    settings: Mapping[str, Fraction | None]
    rate: Formula


def _before(t: Expr) -> Expr:
    """How many steps were made before."""
    return t - 1


def _step(start: Expr, at: Mapping[str, Expr], t: Expr) -> Expr:
    every = at["every"]
    drops = _before(t)
    return start * at["factor"] ** (drops if every == Number(1) else call("floor", drops / every))


def _exponential(start: Expr, at: Mapping[str, Expr], t: Expr) -> Expr:
    return start * call("exp", -(at["by"] * _before(t)))


def _inverse(start: Expr, at: Mapping[str, Expr], t: Expr) -> Expr:
    return start / (Number(1) + at["by"] * _before(t))


def _cosine(start: Expr, at: Mapping[str, Expr], t: Expr) -> Expr:
    end, turn = at["end"], call("cos", PI * _before(t) / at["over"])
    half = (Number(1) + turn) / Number(2)
    if end == Number(0):
        return start * half
    return end + (start - end) * half


SCHEDULES = {
    one.name: one
    for one in (
        Schedule("step", {"factor": None, "every": Fraction(1)}, _step),
        Schedule("exponential", {"by": None}, _exponential),
        Schedule("inverse", {"by": None}, _inverse),
        Schedule("cosine", {"over": None, "end": Fraction(0)}, _cosine),
    )
}
