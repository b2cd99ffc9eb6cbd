"""The journal: every judged file as one line, kept so that a run can be continued.

Its first line tells what the run was about. A line that was cut off by a kill is dropped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO, NamedTuple

from backpropcli.errors import BackpropError, Complaint, Place
from backpropcli.files.visible import visible_name
from backpropcli.grading.codec import Decoder, decode
from backpropcli.grading.collect import Found
from backpropcli.grading.data import Outcome

SCHEMA = 1
BEGIN = b'{"journal": '


class Kept(NamedTuple):
    """Where an outcome stands: the line that begins at ``offset``, and its number in it."""

    student: str
    problem: str
    status: str
    file: Found
    number: int
    offset: int


class Journal:
    """An append-only file of judged submissions; raises ``BackpropError`` if it cannot be used."""

    def __init__(self, path: str, run: str, resume: bool = False) -> None:
        self.path = path
        self.end = 0
        self.begun: dict[Found, list[Kept]] = {}
        try:
            self._spare_others()
            self.file = self._continued(run) if resume and os.path.exists(path) else None
            if self.file is None:
                self.file = open(path, "w+b")  # noqa: SIM115  (closed by ``close``)
                self._append(_head(run))
                self.file.flush()
        except OSError as error:
            raise self._refused(error) from None

    def add(self, lines: Iterable[bytes]) -> list[int]:
        """Append lines and hand them to the system; where each begins."""
        try:
            offsets = [self._append(line) for line in lines]
            self.stream.flush()
        except OSError as error:  # the disk is full
            raise self._refused(error) from None
        return offsets

    def read(self, places: Iterable[tuple[int, int]]) -> Iterator[Outcome]:
        """The outcomes at offsets and numbers within the line, one at a time."""
        decoder, at = Decoder(), 0
        with open(self.path, "rb") as file:
            for offset, number in places:
                if offset != at:  # to seek is to read a whole block anew
                    file.seek(offset)
                line = file.readline()
                at = offset + len(line)
                yield decoder.outcomes(line)[number]

    def close(self, keep: bool) -> None:
        """Close the journal, and delete it where it is not needed any more."""
        with suppress(OSError):  # what the disk had no room for has been told
            self.stream.close()
        if not keep:
            os.unlink(self.path)

    @property
    def stream(self) -> IO[bytes]:
        """The open file."""
        assert self.file is not None
        return self.file

    def _spare_others(self) -> None:
        """Raise if there is a file of another kind; of a journal a kill may have left a part."""
        if not os.path.isfile(self.path):
            return
        with open(self.path, "rb") as file:
            begin = file.read(len(BEGIN))
        if not BEGIN.startswith(begin):
            said, hint = "exists and is no journal: it is not written over", "give another name"
            raise BackpropError(Complaint(said, Place(visible_name(self.path)), hint))

    def _refused(self, error: OSError) -> BackpropError:
        said = f"the journal cannot be used: {error.strerror}"
        return BackpropError(Complaint(said, Place(visible_name(self.path))))

    def _append(self, line: bytes) -> int:
        offset = self.end
        self.stream.write(line)
        self.end += len(line)
        return offset

    def _continued(self, run: str) -> IO[bytes] | None:
        """The journal of an earlier run, without what was cut off; None where it had none."""
        file = open(self.path, "r+b")  # noqa: SIM115  (closed by ``close``)
        head = file.readline()
        if not head.endswith(b"\n"):
            file.close()
            return None
        if head != _head(run):
            file.close()
            hint = "grade without --resume, or with the problems and options of that run"
            said = "this is the journal of another run"
            raise BackpropError(Complaint(said, Place(visible_name(self.path)), hint))
        self.end = len(head)
        for line in file:
            if not line.endswith(b"\n") or not self._known(line):
                break
            self.end += len(line)
        file.seek(self.end)
        file.truncate()
        return file

    def _known(self, line: bytes) -> bool:
        """Take a line over; False where it is none."""
        try:
            file, outcomes = decode(line)
        except ValueError:
            return False
        self.begun[file] = [
            Kept(one.student, one.problem, one.status, file, number, self.end)
            for number, one in enumerate(outcomes)
        ]
        return True


def _head(run: str) -> bytes:
    return json.dumps({"journal": SCHEMA, "run": run}).encode("ascii") + b"\n"
