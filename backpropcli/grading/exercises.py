"""The problems that a class is graded by, and what each is worth."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from backpropcli.errors import Complaint, Place, ProblemError
from backpropcli.files.numbers import read_number
from backpropcli.files.reader import read_documents
from backpropcli.files.schema import complain, expect, known_entries
from backpropcli.files.source import PROBLEM_LIMITS, FileError, Source, read_source, refuse
from backpropcli.files.tree import Mapping, Node, Scalar, describe
from backpropcli.files.tree import Sequence as Listed
from backpropcli.problem import Problem
from backpropcli.problem.load import parse_problem


class Exercise(NamedTuple):
    """A problem that is graded: its text, so that a worker can read it again, and its worth.

    ``name`` is the stem of its file, by which a submission names it. ``scale`` turns points of
    the problem into points of the gradebook; ``columns`` are the quantities that are asked.
    """

    name: str
    title: str
    file: str
    text: str
    max_score: Fraction
    scale: Fraction
    columns: tuple[str, ...]

    def problem(self) -> Problem:
        """The problem, read anew."""
        return parse_problem(Source(self.file, self.text))


class Listing(NamedTuple):
    """One problem of an assignment: its file, and its points where they are given."""

    file: str
    points: Fraction | None = None


class Assignment(NamedTuple):
    """What an assignment file says: its title, or none, and its problems."""

    title: str
    listings: tuple[Listing, ...]


class Exercises(NamedTuple):
    """What a class is graded by: the name of the whole, and the problems."""

    title: str
    exercises: tuple[Exercise, ...]


def load_exercises(
    problems: Sequence[str | os.PathLike[str]], assignment: str | os.PathLike[str] | None = None
) -> Exercises:
    """Read all problems; raises ``ProblemError`` or ``FileError`` for one that cannot be used."""
    given = Assignment("", ()) if assignment is None else read_assignment(os.fspath(assignment))
    listed = [*(Listing(os.fspath(path)) for path in problems), *given.listings]
    found: dict[str, Exercise] = {}
    for one in listed:
        exercise = _exercise(one)
        if exercise.name in found:
            said = f"there are two problems with the name `{exercise.name}`"
            raise ProblemError(Complaint(said, Place(exercise.file), "give one another name"))
        found[exercise.name] = exercise
    if not found:
        raise ProblemError(Complaint("no problem is given"))
    first = next(iter(found.values()))
    return Exercises(given.title or first.title or first.name, tuple(found.values()))


def read_assignment(path: str) -> Assignment:
    """An assignment file, its problems relative to it; raises ``FileError``."""
    source = read_source(path, PROBLEM_LIMITS)
    complaints: list[Complaint] = []
    top = read_documents(source, PROBLEM_LIMITS)[0]
    found = _assignment(top, source, complaints)
    refuse(complaints)
    folder = os.path.dirname(path)
    within = (one._replace(file=os.path.join(folder, one.file)) for one in found.listings)
    return found._replace(listings=tuple(within))


def fingerprint(exercises: Sequence[Exercise], *settings: object) -> str:
    """A name for what outcomes depend on, beside the submissions."""
    told = repr([(e.name, e.text, e.max_score) for e in exercises] + list(settings))
    return hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()


def _exercise(listed: Listing) -> Exercise:
    source = read_source(listed.file, PROBLEM_LIMITS)
    problem = parse_problem(source)
    most = sum((asked.points for asked in problem.find), Fraction(0))
    scale = listed.points / most if listed.points is not None and most else Fraction(1)
    columns = tuple(dict.fromkeys(asked.text for asked in problem.find))
    return Exercise(
        problem.name, problem.title, source.name, source.text, most * scale, scale, columns
    )


def _assignment(top: Node, source: Source, complaints: list[Complaint]) -> Assignment:
    rule = "an assignment is a mapping with `problems`"
    mapping = expect(Mapping, top, rule, source, complaints)
    if mapping is None:
        return Assignment("", ())
    keys = {key.text for key, _ in mapping.entries}
    if "problems" not in keys and keys & {"network", "loss", "inputs", "weights"}:
        said, hint = "this is a problem, not an assignment", "backprop grade takes it with -p"
        complain(said, mapping, source, complaints, hint)
        return Assignment("", ())
    entries = known_entries(mapping, ("title", "problems"), source, complaints)
    title = entries.get("title")
    if title is not None:
        expect(Scalar, title, "`title` is a text", source, complaints)
    text = title.text if isinstance(title, Scalar) else ""
    if "problems" not in entries:
        complain(rule, top, source, complaints)
        return Assignment(text, ())
    return Assignment(text, _listings(entries["problems"], source, complaints))


def _listings(node: Node, source: Source, complaints: list[Complaint]) -> tuple[Listing, ...]:
    rule = "`problems` must be a list such as [{file: a.yaml, points: 10}]"
    items = expect(Listed, node, rule, source, complaints)
    found = [_listing(item, source, complaints) for item in (items.items if items else ())]
    return tuple(one for one in found if one is not None)


def _listing(item: Node, source: Source, complaints: list[Complaint]) -> Listing | None:
    if isinstance(item, Scalar) and item.text:
        return Listing(item.text)
    mapping = expect(Mapping, item, "a problem is a mapping with `file`", source, complaints)
    if mapping is None:
        return None
    entries = known_entries(mapping, ("file", "points"), source, complaints)
    file = entries.get("file")
    if not isinstance(file, Scalar) or not file.text:
        complain("a problem needs its `file`", item, source, complaints)
        return None
    return Listing(file.text, _points(entries.get("points"), source, complaints))


def _points(node: Node | None, source: Source, complaints: list[Complaint]) -> Fraction | None:
    if node is None:
        return None
    value = read_number(node.text) if isinstance(node, Scalar) else None
    if value is None or value <= 0:
        said = f"`points` is a number above 0, found {describe(node)}"
        complain(said, node, source, complaints)
    return value


__all__ = ["Exercise", "Exercises", "FileError", "Listing", "fingerprint", "load_exercises"]
