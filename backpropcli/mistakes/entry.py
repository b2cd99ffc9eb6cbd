"""What a mistake is: one entry of the catalogue, and what its edits say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from backpropcli.language.nodes import Expr

if TYPE_CHECKING:
    from backpropcli.mistakes.world import World
    from backpropcli.mistakes.writing import Shown

# Prior weights of the tiers: how often a mistake is made (very common, common, occasional, rare).
WEIGHTS = {"A": 5.0, "B": 2.0, "C": 1.0, "D": 0.5}
FAMILIES = {
    "1": "sign",
    "2": "calculus rule",
    "3": "scale",
    "4": "shape",
    "5": "graph structure",
    "6": "copying",
    "7": "arithmetic",
    "8": "convention",
    "9": "notice",
}


class Edit(NamedTuple):
    """One way to make a mistake: the equations that it changes.

    ``at`` is the named quantity whose equation is edited, as reports name it. ``changes`` are the
    new right sides by name. ``facts`` fill the placeholders of the message. ``bits`` is what the
    choice among alternatives of one site costs, ``kind`` tells the forms of one mistake apart
    (only sites of one form make one fault "everywhere"). Where ``elsewhere`` is given, the
    equations take the values of ``moved`` from another step: in the step before the colon from the
    one behind it, both counted from 0.
    """

    at: str
    changes: Mapping[str, Expr]
    facts: Mapping[str, str] = MappingProxyType({})
    bits: float = 0.0
    kind: str = ""
    moved: frozenset[str] = frozenset()
    elsewhere: Mapping[int, int] = MappingProxyType({})


class Slip(NamedTuple):
    """One way in which what was written differs from what was meant.

    ``entries`` are the positions (of the flattened value) that it explains, ``facts`` and ``bits``
    as in ``Edit``. ``partner`` is another quantity that takes part, as in an exchange; ``factor``
    is what the number was multiplied with, where that is all.
    """

    entries: tuple[int, ...]
    facts: Mapping[str, str] = MappingProxyType({})
    bits: float = 0.0
    partner: int | None = None
    factor: float | None = None


class Example(NamedTuple):
    """A submission on which a mistake must be found: a net of ``nets.py``, answers, where.

    ``answers`` is the YAML text under ``answers:``, or a whole ``examples:`` or ``steps:`` part;
    right values of quantities listed in ``right`` are filled in by the test.
    """

    net: str
    answers: str
    at: str
    right: tuple[str, ...] = ()


class Mistake(NamedTuple):
    """A mistake of the catalogue.

    ``code`` is its family's digit and a number, never reused; ``name`` the fixed name. The
    docstring of its file is the explanation: a title line and four sections. ``message`` tells it
    with the placeholders ``{at}``, ``{right}`` (the equation that is meant), ``{did}`` (the one
    that was used) and the facts of its edit; ``question`` is the hint, ``remedy`` how to do it
    right. ``edits`` yields the ways to make it in the equations of a problem, ``slips`` those to
    write another value than was meant. ``look_alikes`` are names with the same numbers.
    ``generic`` is an umbrella, found by trying many operands or factors: beside a special name
    with the same numbers at the same place it says nothing more.
    """

    code: str
    name: str
    tier: str
    message: str
    question: str
    remedy: str
    examples: tuple[Example, ...] = ()
    edits: Callable[[World], Iterator[Edit]] | None = None
    slips: Callable[[Shown], Iterator[Slip]] | None = None
    look_alikes: tuple[str, ...] = ()
    generic: bool = False
    weight: float = 0.0
    module: str = ""

    @property
    def prior(self) -> float:
        """How often it is made, beside the others."""
        return self.weight or WEIGHTS[self.tier]

    @property
    def family(self) -> str:
        """The family, by the first digit of the code."""
        return FAMILIES[self.code[2]]
