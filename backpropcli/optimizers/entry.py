"""What an update rule is: one entry of the catalogue, and what its equations are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from backpropcli.language.nodes import Expr, Name, Number, as_expr

Line = tuple[str, Expr]


class Setting(NamedTuple):
    """A named number of a rule, such as ``beta1``: its usual value and where it must lie.

    The number is at least ``low``, and below ``below`` where that is given.
    """

    name: str
    default: Fraction
    doc: str
    low: Fraction = Fraction(0)
    below: Fraction | None = None


class Step(NamedTuple):
    """One weight in one step, as a rule sees it.

    ``gradient`` is the gradient with what weight decay adds to it, ``rate`` the learning rate and
    ``t`` the number of the step, from 1. ``form`` is one of the rule's forms, ``corrected`` says
    whether moments are corrected for their start at 0.
    """

    weight: str
    gradient: Expr
    rate: Expr
    settings: Mapping[str, Expr]
    t: Expr
    form: str = ""
    corrected: bool = True
    decay: Expr | None = None

    def own(self, suffix: str) -> Name:
        """The quantity of this weight after the step, ``W1_v``."""
        return Name(f"{self.weight}_{suffix}")

    def old(self, suffix: str) -> Name:
        """The same before the step, ``W1_v_old``."""
        return Name(f"{self.weight}_{suffix}_old")

    def line(self, suffix: str, expr: Expr) -> Line:
        """An equation of this weight."""
        return f"{self.weight}_{suffix}", expr

    def times_rate(self, expr: Expr) -> Expr:
        """The learning rate times an expression."""
        return expr if self.rate == Number(1) else self.rate * expr

    def average(self, share: str, suffix: str, new: Expr) -> Expr:
        """``beta * old + (1 - beta) * new``: the moving average."""
        beta = self.settings[share]
        return beta * self.old(suffix) + rest_of(beta) * new


class Rule(NamedTuple):
    """An update rule.

    ``lines`` gives the equations of one weight in order, the last one for what is subtracted from
    the weight under the name "". ``state`` are the suffixes that one step hands to the next.
    The first of ``forms`` is the one without a setting. ``ahead`` says in which form the gradient
    is taken at the weights where the momentum alone would lead. ``squares`` is the state that is
    never below 0. ``decoupled`` rules apply weight
    decay to the weight itself; all others add it to the gradient.
    """

    name: str
    doc: str
    lines: Callable[[Step], list[Line]]
    settings: tuple[Setting, ...] = ()
    state: tuple[str, ...] = ()
    squares: str = ""
    forms: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()
    counts: bool = False  # whether its equations use the number of the step
    corrects: bool = False  # whether moments are corrected for their start at 0
    decoupled: bool = False
    weight_decay: Fraction = Fraction(0)
    source: str = ""


def rest_of(share: Expr) -> Expr:
    """``1 - share``, as one number where it is one."""
    if isinstance(share, Number) and share.value <= 1:
        return Number(1 - share.value)
    return as_expr(1) - share
