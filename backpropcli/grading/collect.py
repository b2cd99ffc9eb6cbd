"""Which files of a folder are submissions, and which are passed over."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from backpropcli.errors import BackpropError, Complaint, Place
from backpropcli.files.visible import visible_name

SUFFIXES = (".yaml", ".yml")
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".7z", ".rar")
DEEPEST = 8  # folders in folders
MOST_TOLD = 1000


class Found(NamedTuple):
    """A file of answers: its path within the folder, its time (ns) and its size (bytes)."""

    path: str
    time: int
    size: int


class Skipped(NamedTuple):
    """What is not graded, and why."""

    path: str
    why: str


class Collected(NamedTuple):
    """The submissions by path, and what was passed over; ``untold`` more of that."""

    files: list[Found]
    skipped: list[Skipped]
    untold: int = 0


def collect(folder: str, names: Sequence[str] = ()) -> Collected:
    """Look through a folder and those in it; nothing is opened and no link is followed.

    With ``names``, only files whose name or path fits one of these patterns (``answers.yaml``,
    ``hw1_*.yaml``) are taken. Raises ``BackpropError`` if there is no such folder.
    """
    try:
        os.scandir(folder).close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        hint = "unpack the archive first" if folder.lower().endswith(ARCHIVES) else ""
        hint = "backprop check judges one file" if folder.lower().endswith(SUFFIXES) else hint
        said = f"cannot be read as a folder: {reason}"
        raise BackpropError(Complaint(said, Place(visible_name(folder)), hint)) from None
    files: list[Found] = []
    skipped: list[Skipped] = []
    untold = 0
    for one in _walk(folder, "", 0):
        if isinstance(one, Found) and not _wanted(one.path, names):
            one = Skipped(visible_name(one.path), "not a name that is asked for")
        if isinstance(one, Found):
            files.append(one)
        elif len(skipped) < MOST_TOLD:
            skipped.append(one)
        else:
            untold += 1
    files.sort()
    skipped.sort()
    return Collected(files, skipped, untold)


def _wanted(path: str, names: Sequence[str]) -> bool:
    name = os.path.basename(path)
    return not names or any(fnmatchcase(one, fit) for fit in names for one in (name, path))


def _walk(folder: str, inside: str, depth: int) -> Iterator[Found | Skipped]:
    try:
        with os.scandir(os.path.join(folder, inside)) as listing:
            for entry in listing:
                yield from _entry(folder, inside + entry.name, entry, depth)
    except OSError as error:
        yield Skipped(visible_name(inside), f"cannot be read: {error.strerror}")


def _entry(
    folder: str, path: str, entry: os.DirEntry[str], depth: int
) -> Iterator[Found | Skipped]:
    if entry.name.startswith("."):
        yield Skipped(visible_name(path), "hidden")
        return
    try:
        state = entry.stat(follow_symlinks=False)
    except OSError as error:
        yield Skipped(visible_name(path), f"cannot be read: {error.strerror}")
        return
    if stat.S_ISDIR(state.st_mode):
        if depth < DEEPEST:
            yield from _walk(folder, path + "/", depth + 1)
        else:
            yield Skipped(visible_name(path), f"lies in more than {DEEPEST} folders")
    elif not stat.S_ISREG(state.st_mode):
        yield Skipped(visible_name(path), _kind(state.st_mode))
    elif not entry.name.lower().endswith(SUFFIXES):
        yield Skipped(visible_name(path), "no file of answers (.yaml, .yml)")
    else:
        yield Found(path, state.st_mtime_ns, state.st_size)


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a link, which is not followed"
    return "a pipe" if stat.S_ISFIFO(mode) else "a special file"
