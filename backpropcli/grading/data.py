"""What grading hands on: one outcome for each submission."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Judged(NamedTuple):
    """One quantity of a submission: its status and its points."""

    quantity: str
    example: int | None
    step: int | None
    status: str
    points: float
    max_points: float


class Named(NamedTuple):
    """One mistake of a submission, with the sentence that was told about it."""

    code: str
    name: str
    at: str
    message: str
    possible: bool


class Outcome(NamedTuple):
    """What became of one submission to one problem.

    ``status`` is ``graded``, ``ungradable`` (its file cannot be read; ``reason`` says why),
    ``error`` (it crashed, hung or used too much memory) or ``missing`` (on the roster, not handed
    in). ``unexplained`` are wrong answers without a name, as quantity and what was written.
    ``rendered`` are the reports that were asked for, by format.
    """

    student: str
    file: str
    problem: str
    status: str
    score: float = 0.0
    max_score: float = 0.0
    judged: tuple[Judged, ...] = ()
    named: tuple[Named, ...] = ()
    unexplained: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    first_wrong_step: str | None = None
    rendered: Mapping[str, str] = {}


class Known(NamedTuple):
    """An outcome without student and file: its problem, its status, the rest as JSON."""

    problem: str
    status: str
    rest: str


class Learned(NamedTuple):
    """An outcome that any sheet with the same mark has."""

    mark: str
    known: Known
