"""Whose submission a file is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from backpropcli.errors import BackpropError, Complaint
from backpropcli.files.visible import visible_name
from backpropcli.grading.collect import Found

LONGEST = 200
# How submissions are named in the downloads of other systems. Canvas: name, perhaps LATE, the
# number of the student, that of the file, and its name. Moodle: name and number of the participant,
# in the name of a folder or of a file.
KNOWN = {
    "canvas": r"_(\d+)_\d+_[^/]*$",
    "moodle": r"(?:^|/)([^/]+_\d+)_assignsubmission_",
}


def id_pattern(text: str) -> re.Pattern[str] | None:
    """A pattern with a group for the id, nothing for an empty one; raises ``BackpropError``.

    ``text`` is a regular expression or one of the names in ``KNOWN``.
    """
    if not text:
        return None
    try:
        found = re.compile(KNOWN.get(text, text))
    except re.error as error:
        raise BackpropError(Complaint(f"the id pattern cannot be read: {error}")) from None
    if not found.groups:
        said = "the id pattern has no group for the id"
        hint = rf"such as hw1_(\w+)\.yaml, or one of {', '.join(KNOWN)}"
        raise BackpropError(Complaint(said, hint=hint)) from None
    return found


def unmatched(files: Iterable[Found], pattern: str) -> int:
    """How many files have a path that the pattern does not fit."""
    fit = id_pattern(pattern)
    return sum(not fit.search(file.path) for file in files) if fit is not None else 0


def likely_pattern(files: Sequence[Found]) -> str:
    """The name in ``KNOWN`` that fits all of several files, or nothing."""
    fits = {name: re.compile(pattern).search for name, pattern in KNOWN.items()}
    found = (name for name, fit in fits.items() if all(fit(file.path) for file in files))
    return next(found, "") if len(files) > 1 else ""


def student_of(path: str, pattern: re.Pattern[str] | None, told: str = "") -> str:
    """The id by the pattern, else by the student's folder, else as told, else by the file.

    ``path`` is relative to the folder of the class; ``told`` is ``student:`` of the answers, which
    a student can write as they like.
    """
    if pattern is not None:
        found = pattern.search(path)
        if found:
            return _clean(found[found.lastindex or 0] or "") or _stem(path)
        return _stem(path)
    folder, _, rest = path.partition("/")
    if rest:
        return _clean(folder)
    return _clean(told) or _stem(path)


def _stem(path: str) -> str:
    return _clean(os.path.splitext(os.path.basename(path))[0])


def _clean(text: str) -> str:
    return visible_name(text.strip())[:LONGEST]
