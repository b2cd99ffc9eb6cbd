"""What a submission says, and what is found about it, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from backpropcli.errors import Complaint, Place
from backpropcli.language.nodes import Expr
from backpropcli.ops.entry import Array
from backpropcli.ops.sizes import Shape


class Written(NamedTuple):
    """One number as it was written.

    ``unit`` is what one step of its last digit is worth, 1 for a whole number, and 0 for a
    fraction or an expression of numbers, which are exact. ``whole`` says that it has no decimal
    point; ``digits`` counts its significant digits.
    """

    text: str
    value: Fraction
    unit: Fraction
    whole: bool
    digits: int
    place: Place
    width: int = 1


class Link(NamedTuple):
    """One side of a working's equals sign: its text, and its meaning where it could be read.

    ``entry`` is the position from 0 of the entry of a list that it belongs to: a list may have a
    working in each of its entries, and each is a chain of its own.
    """

    text: str
    expr: Expr | None
    place: Place
    width: int
    entry: tuple[int, ...] | None = None


@dataclass(frozen=True, eq=False)
class Claim:
    """What is handed in for one quantity, in one example or step.

    ``quantity`` is its text in the answers file; ``name`` the whole quantity in its normal
    spelling and ``at`` the entry that is meant, as positions from 0, or nothing. ``written`` is an
    array of ``Written`` in the shape in which it stands in the file (None where there are no
    numbers: a formula alone). ``links`` are the sides of a working, the last of which is
    ``written`` or the formula; ``formula`` is an expression over names. ``trouble`` says why it
    cannot be read. ``sizes`` is the answer to ``shape(...)``. ``other`` is the formula in another
    reading of its products.
    """

    quantity: str
    expr: Expr
    name: str
    at: tuple[Any, ...] | None
    example: int | None
    step: int | None
    place: Place
    text: str
    width: int = 1
    written: Array | None = None
    formula: Expr | None = None
    links: tuple[Link, ...] = ()
    sizes: Shape | None = None
    trouble: Complaint | None = None
    other: Expr | None = None


@dataclass(frozen=True, eq=False)
class Submission:
    """One document of an answers file: the problem it names, who hands it in, and the claims."""

    name: str
    problem: str
    problem_place: Place
    student: str
    claims: tuple[Claim, ...]
    lines: tuple[str, ...]

    def source_line(self, place: Place | None) -> str:
        """The line of the file at a place, or nothing."""
        if place is None or not 0 < place.line <= len(self.lines):
            return ""
        return self.lines[place.line - 1]


@dataclass(frozen=True)
class Root:
    """A mistake that was made: a root, which has to be mended.

    ``at`` is the quantity whose equation is edited; ``example`` and ``step`` count from 1.
    ``message`` tells the mistake with its names and numbers but not the right final value,
    ``question`` only asks, ``remedy`` says how to do it right. ``explains`` lists every quantity
    whose wrongness it accounts for. ``carried_on`` is False where later values follow from the
    right number. ``possible`` marks a name with too little evidence. ``decides`` is the quantity
    whose value would tell the alternatives apart. ``did`` and ``right`` are the equation that was
    probably used and the one that is meant.
    """

    code: str
    name: str
    at: str
    message: str
    question: str
    explains: tuple[str, ...]
    remedy: str = ""
    example: int | None = None
    step: int | None = None
    scope: str = ""
    carried_on: bool = True
    possible: bool = False
    alternatives: tuple[Root, ...] = ()
    decides: str = ""
    did: str = ""
    right: str = ""
    follow: int = 0
    evidence: float = 0.0


class LinkFinding(NamedTuple):
    """How one equals sign of a working fares: its text, and what is wrong with it."""

    text: str
    ok: bool
    place: Place
    width: int = 1
    message: str = ""


@dataclass(frozen=True)
class Answer:
    """How one quantity was judged.

    ``submitted``, ``expected`` and ``carried`` are nested lists of floats (``carried``: what
    follows from the student's own earlier values, where that differs from the key).
    ``wrong_entries`` are positions from 0 within the submitted value. ``roots`` are positions in
    the report's list of mistakes. ``counted`` is False for evidence without points.
    """

    quantity: str
    example: int | None
    step: int | None
    status: str
    points: Fraction
    max_points: Fraction
    submitted: Any = None
    expected: Any = None
    carried: Any = None
    text: str = ""
    place: Place | None = None
    width: int = 1
    wrong_entries: tuple[tuple[int, ...], ...] = ()
    entry_places: tuple[tuple[Place, int], ...] = ()
    links: tuple[LinkFinding, ...] = ()
    roots: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    note_names: tuple[str, ...] = ()
    counted: bool = True


STATUSES = ("correct", "rounded", "carried", "wrong", "missing", "unreadable")


@dataclass(frozen=True, eq=False)
class CheckReport:
    """Everything that was found about one submission.

    ``mistakes`` are the roots, first error first. ``cut`` says why the search for mistakes
    stopped early, ``notes`` what concerns the whole sheet. ``first_wrong_step`` is the first
    quantity, in the order of the computation, that is wrong of itself. ``given`` are the names
    whose numbers the problem tells.
    """

    submission: str
    problem: str
    title: str
    student: str
    answers: tuple[Answer, ...]
    mistakes: tuple[Root, ...]
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cut: str = ""
    index_from: int = 1
    first_wrong_step: str | None = None
    given: frozenset[str] = frozenset()

    @property
    def score(self) -> Fraction:
        """The points that were reached."""
        return sum((a.points for a in self.answers), Fraction(0))

    @property
    def max_score(self) -> Fraction:
        """The points that can be reached."""
        return sum((a.max_points for a in self.answers), Fraction(0))

    def source_line(self, place: Place | None) -> str:
        """The line of the answers file at a place, or nothing."""
        if place is None or not 0 < place.line <= len(self.lines):
            return ""
        return self.lines[place.line - 1]

    def _repr_html_(self) -> str:
        from backpropcli.report.notebook import render_check

        return render_check(self)
