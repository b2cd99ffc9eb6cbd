"""Whose submission a file is."""

from __future__ import annotations

import os
import re

from backpropcli.errors import BackpropError, Complaint
from backpropcli.files.visible import visible_name

LONGEST = 200


def id_pattern(text: str) -> re.Pattern[str] | None:
    """A pattern with a group for the id, nothing for an empty one; raises ``BackpropError``."""
    if not text:
        return None
    try:
        found = re.compile(text)
    except re.error as error:
        raise BackpropError(Complaint(f"the id pattern cannot be read: {error}")) from None
    if not found.groups:
        said = "the id pattern has no group for the id"
        raise BackpropError(Complaint(said, hint=r"such as hw1_(\w+)\.yaml")) from None
    return found


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
