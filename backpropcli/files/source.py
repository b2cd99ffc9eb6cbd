"""The text of a user's file, read without trust and kept with its name and its lines."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from backpropcli.errors import BackpropError, Complaint, Place
from backpropcli.files.visible import visible, visible_name

SHOWN_COLUMNS = 160
SHOWN_COMPLAINTS = 40

# U+FEFF and the line separators are refused as well: YAML libraries count their lines and columns
# differently, so that every place after one would be wrong.
# How files begin that people rename or save by mistake, and what they are.
OTHER_KINDS = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an office document (.docx, .xlsx, .odt)"),
    (b"\xd0\xcf\x11\xe0", "an office document (.doc, .xls)"),
    (b"{\\rtf", "a formatted document (.rtf)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_FORBIDDEN = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"


class Limits(NamedTuple):
    """How much of a file is read: bytes, YAML events, nested collections, characters of a text."""

    bytes: int = 262_144
    events: int = 20_000
    depth: int = 32
    scalar: int = 10_000


ANSWERS_LIMITS = Limits()
PROBLEM_LIMITS = Limits(events=60_000)  # a chain of 10,000 equations fits


class FileError(BackpropError):
    """A file that cannot be read, or whose text cannot be used."""


class Source:
    """Text free of control characters, with its file name; raises ``FileError`` otherwise.

    A byte order mark at the start is dropped and every line ends in a newline alone.
    """

    __slots__ = ("lines", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = visible_name(name)
        self.text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self.lines = self.text.split("\n")
        refuse(_forbidden(self))

    def line(self, number: int) -> str:
        """The line of that number (from 1) as it may be printed, or nothing if there is none."""
        if not 0 < number <= len(self.lines):
            return ""
        return _shown(self.lines[number - 1])

    def place(self, line: int, column: int) -> Place:
        """The place in this file; line and column count from 1, past the end is the end."""
        if line > len(self.lines):
            line, column = len(self.lines), len(self.lines[-1]) + 1
        return Place(self.name, line, column)

    def complaint(self, message: str, place: Place, hint: str = "", width: int = 1) -> Complaint:
        """A complaint about this file; it shows the line if the place is in the printed part."""
        shown = self.line(place.line)
        room = len(shown) + 1 - place.column
        if room < 0:
            return Complaint(message, place, hint)
        return Complaint(message, place, hint, shown, max(1, min(width, room)))


def read_source(path: str, limits: Limits = ANSWERS_LIMITS) -> Source:
    """Read a regular file, or standard input for ``-``; raises ``FileError``."""
    name = "<stdin>" if path == "-" else path
    try:
        data = _standard_input(limits) if path == "-" else _regular_file(path, limits)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise _whole_file(name, f"cannot be read: {visible(reason)}") from None
    if len(data) > limits.bytes:
        raise _too_large(name, limits)
    other = next((kind for begin, kind in OTHER_KINDS if data.startswith(begin)), "")
    if other:
        hint = "write it into a plain text file, with an editor for plain text"
        raise _whole_file(name, f"is {other}, not a text file", hint)
    return Source(name, _decoded(name, data))


def refuse(complaints: Iterable[Complaint], kind: type[BackpropError] | None = None) -> None:
    """Raise a ``FileError`` (or ``kind``) with the complaints, if any; a long list is cut."""
    found = list(complaints)
    if not found:
        return
    shown = FileError(found).complaints[:SHOWN_COMPLAINTS]
    if len(found) > len(shown):
        rest = len(found) - len(shown)
        shown.append(Complaint(f"{rest} more errors in this file are not shown", shown[-1].place))
    raise (kind or FileError)(shown)


def _regular_file(path: str, limits: Limits) -> bytes:
    # Asked before opening, since opening alone can block (a pipe) or act (some devices).
    _check_kind(path, os.stat(path).st_mode)
    with open(path, "rb", opener=_open_without_blocking) as file:
        state = os.fstat(file.fileno())
        _check_kind(path, state.st_mode)
        if state.st_size > limits.bytes:
            raise _too_large(path, limits)
        return file.read(limits.bytes + 1)


def _open_without_blocking(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _standard_input(limits: Limits) -> bytes:
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise _whole_file("<stdin>", "standard input is not open")
    data: bytes = stream.read(limits.bytes + 1)
    return data


def _check_kind(path: str, mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    if stat.S_ISDIR(mode):
        raise _whole_file(path, "is a folder, not a file")
    kind = "a special file"
    if stat.S_ISFIFO(mode):
        kind = "a pipe"
    elif stat.S_ISSOCK(mode):
        kind = "a socket"
    elif stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        kind = "a device"
    raise _whole_file(path, f"is {kind}, not a file", "give - to read standard input")


def _whole_file(name: str, message: str, hint: str = "") -> FileError:
    return FileError(Complaint(message, Place(visible_name(name)), hint))


def _too_large(name: str, limits: Limits) -> FileError:
    return _whole_file(name, f"is larger than {limits.bytes // 1024} KiB, the most that is read")


def _decoded(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8(name, data, error.start) from None


def _not_utf8(name: str, data: bytes, offset: int) -> FileError:
    begin = data.rfind(b"\n", 0, offset) + 1
    before = data[begin:offset].decode("utf-8").removeprefix("\ufeff")
    end = data.find(b"\n", offset)
    line = data[begin : end if end >= 0 else len(data)].decode("utf-8", "backslashreplace")
    place = Place(visible_name(name), data.count(b"\n", 0, offset) + 1, len(before) + 1)
    message = f"not UTF-8 text: byte {offset} is 0x{data[offset]:02x}"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        message = "UTF-16 text, not UTF-8"
    hint = "save the file with the encoding UTF-8"
    shown = _shown(line) if place.column <= SHOWN_COLUMNS else ""
    return FileError(Complaint(message, place, hint, shown))


def _forbidden(source: Source) -> Iterable[Complaint]:
    if source.text.replace("\n", "").replace("\t", "").isprintable():
        return  # true of nearly every file, and sooner known
    for found in islice(re.finditer(_FORBIDDEN, source.text), SHOWN_COMPLAINTS):
        at = found.start()
        line = source.text.count("\n", 0, at) + 1
        place = source.place(line, at - source.text.rfind("\n", 0, at))
        message = f"the character {visible(found.group())} is not allowed in a file"
        yield source.complaint(message, place, "delete it; the file must be plain text")


def _shown(line: str) -> str:
    """One line for the screen: cut, without invisible characters, a tab one column wide."""
    cut = line[: SHOWN_COLUMNS + 1].replace("\t", " ")
    return visible(cut if len(cut) <= SHOWN_COLUMNS else cut[:SHOWN_COLUMNS] + "…")
