"""The problem file that a submission names: whoever wrote the name may be up to something.

Only a YAML file is opened, by a path from the folder of the answers that leads over no link: a
student could hand in a link to any file, and read in the complaints what is in it.
"""

from __future__ import annotations

import os

from backpropcli.checking.answers import RawAnswers
from backpropcli.errors import Complaint, Place, ProblemError
from backpropcli.problem import Problem, load_problem

SUFFIXES = (".yaml", ".yml")
_GIVE = "write `problem: FILE` into the answers, or give -p FILE"


def problem_path(raw: RawAnswers, path: str) -> str:
    """The path of the problem that the answers in ``path`` name; raises ``ProblemError``."""
    if not raw.problem:
        raise ProblemError(Complaint("the answers name no problem", Place(raw.source.name), _GIVE))
    folder = "" if path == "-" else os.path.dirname(path)
    full = os.path.join(folder, raw.problem)
    said = _trouble(folder, raw.problem, full)
    if said:
        raise ProblemError(Complaint(said, raw.problem_place, "give -p FILE"))
    return full


def load_named(path: str, named: Place | None) -> Problem:
    """The problem of a file; where there is no such file, who names it is told."""
    from backpropcli.files.source import FileError

    try:
        return load_problem(path)
    except FileError as error:
        raise ProblemError(_named(said, named) for said in error) from None


def _trouble(folder: str, name: str, full: str) -> str:
    if os.path.isabs(name):
        return "a problem is named by its path from the folder of the answers"
    if not name.lower().endswith(SUFFIXES):
        return "the problem that answers name is a file that ends in .yaml or .yml"
    try:
        straight = os.path.normpath(os.path.join(os.path.realpath(folder), name))
        over_link = os.path.realpath(full) != straight
    except (OSError, ValueError):  # a NUL, or more than a path may have: opening it will say so
        return ""
    return "the path to the problem leads over a link, which is not followed" if over_link else ""


def _named(said: Complaint, named: Place | None) -> Complaint:
    if named is None or (said.place and said.place.line):
        return said
    return said._replace(message=f"{said.message} (named in {named})")
