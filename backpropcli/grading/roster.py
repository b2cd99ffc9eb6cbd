"""The list of a class: who should have handed in."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from unicodedata import normalize

from backpropcli.errors import BackpropError, Complaint, Place
from backpropcli.files.source import Limits, read_source
from backpropcli.files.visible import visible_name

LIMITS = Limits(bytes=2**24)
# Columns by which a student is known, the first that is there is the id in the gradebook.
IDS = (
    "student_id",
    "studentid",
    "idnumber",
    "sisloginid",
    "username",
    "login",
    "sisuserid",
    "sisid",
    "id",
    "student",
    "userid",
    "number",
    "identifier",
    "email",
    "emailaddress",
    "mail",
)
EMAILS = ("email", "emailaddress", "mail")
NAMES = ("name", "studentname", "fullname", "student")
FIRST, LAST = ("firstname", "givenname", "first"), ("lastname", "surname", "familyname", "last")
# A participant of Moodle as its downloads name it, and the number as its worksheets write it.
PARTICIPANT = re.compile(r"(.+)_(\d+)")

CANVAS = {"Student", "ID", "Section"}
# What Excel reads and drops: a first line that names the delimiter, and a formula around a text
# that keeps the zeros at its front.
EXCEL = re.compile(r"\Asep=.\n", re.IGNORECASE)
AS_TEXT = re.compile(r'="([^"]*)"')
MOST_TOLD = 8


@dataclass(frozen=True)
class Member:
    """One student of the list; ``fields`` is the whole row by the header's own names."""

    student: str
    email: str = ""
    name: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


class Roster:
    """The students of a class in the order of the list, found by anything that identifies them."""

    def __init__(self, members: list[Member], keys: list[list[str]]) -> None:
        self.members = members
        pairs = list(zip(members, keys, strict=True))
        first = {known[0]: member for member, known in pairs}
        # What is the id of one student finds that one, whatever else it may be of another.
        self._by_key = {**_unambiguous((key, m) for m, known in pairs for key in known), **first}
        self._folded = _unambiguous((_folded(key), m) for key, m in self._by_key.items())
        self._canvas = {m.fields["ID"]: m for m in members if is_of_canvas(m.fields)}
        self._by_name = _unambiguous((_folded(visible_name(m.name)), m) for m in members)

    def __iter__(self) -> Iterator[Member]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def find(self, student: str, pattern: str = "") -> Member | None:
        """The student with this id, login, number or address; nothing for one not listed.

        A participant of Moodle is found by the number, or by a name that only one student has.
        With the pattern of Canvas and its own export a number is Canvas' and no login.
        """
        if pattern == "canvas" and self._canvas and student.isdigit():
            return self._canvas.get(student)
        found = self._by_key.get(student) or self._folded.get(_folded(student))
        told = PARTICIPANT.fullmatch(student)
        if found is not None or told is None:
            return found
        number = self._folded.get(f"participant {told[2]}")
        return number or self._by_name.get(_folded(told[1]))


def _folded(text: str) -> str:
    """A text as it is compared: a Mac writes ``ü`` in names of files as two characters."""
    return normalize("NFC", text).casefold()


def is_of_canvas(headers: Iterable[str]) -> bool:
    """Whether these are columns of a gradebook that Canvas exported."""
    return {header.strip() for header in headers} >= CANVAS


def _unambiguous(pairs: Iterable[tuple[str, Member]]) -> dict[str, Member]:
    """The members by their keys, without the keys that two of them have."""
    found: dict[str, Member] = {}
    shared: set[str] = set()
    for key, member in pairs:
        if found.setdefault(key, member) is not member:
            shared.add(key)
    return {key: member for key, member in found.items() if key not in shared}


def read_roster(path: str | os.PathLike[str]) -> Roster:
    """Read a CSV file with a header; raises ``BackpropError`` if it is no list of students."""
    source = read_source(os.fspath(path), LIMITS)
    place = Place(source.name)
    text = EXCEL.sub("", source.text)
    skipped = source.text.count("\n") - text.count("\n")
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise BackpropError(Complaint(f"cannot be read as CSV: {error}", place)) from None
    header = [cell.strip() for cell in rows[0]] if rows else []
    columns = {_plain(name): at for at, name in reversed(list(enumerate(header)))}
    ids = [columns[name] for name in map(_plain, IDS) if name in columns]
    if not ids:
        told = ", ".join(f"`{visible_name(name)[:40]}`" for name in header[:MOST_TOLD] if name)
        said = f"the list has no column of ids{f', only {told}' if told else ''}"
        hint = "the first line names the columns, such as: id,name,email"
        raise BackpropError(Complaint(said, place, hint))
    return _roster(rows[1:], header, columns, ids, place._replace(line=skipped + 1))


def _roster(
    rows: list[list[str]], header: list[str], columns: dict[str, int], ids: list[int], place: Place
) -> Roster:
    """The students in the rows below the header, whose line is that of ``place``."""
    members: list[Member] = []
    keys: list[list[str]] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, place.line + 1):
        known = [key for at in ids if (key := _cell(row, at))]
        if not known or known[0].casefold() == "points possible":
            continue
        if known[0] in seen:
            said = f"{visible_name(known[0])} is listed twice"
            raise BackpropError(Complaint(said, place._replace(line=number, column=1)))
        seen.add(known[0])
        fields = {name: _cell(row, at) for at, name in enumerate(header) if name}
        email = next((_cell(row, columns[n]) for n in EMAILS if n in columns), "")
        members.append(Member(visible_name(known[0]), email, _name(row, columns), fields))
        keys.append([visible_name(key) for key in known])
    if not members:
        raise BackpropError(Complaint("the list has no students", place._replace(line=0)))
    return Roster(members, keys)


def _name(row: list[str], columns: dict[str, int]) -> str:
    first = next((_cell(row, columns[n]) for n in FIRST if n in columns), "")
    last = next((_cell(row, columns[n]) for n in LAST if n in columns), "")
    if first or last:
        return f"{first} {last}".strip()
    return next((_cell(row, columns[n]) for n in NAMES if n in columns), "")


def _cell(row: list[str], at: int) -> str:
    found = row[at].strip() if at < len(row) else ""
    as_text = AS_TEXT.fullmatch(found)
    return as_text[1].strip() if as_text else found


def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


def _delimiter(text: str) -> str:
    """What the header is separated by."""
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)
