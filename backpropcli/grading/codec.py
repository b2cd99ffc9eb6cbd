"""Outcomes as lines of JSON, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring_ascii as _quoted

from backpropcli.grading.collect import Found
from backpropcli.grading.data import Judged, Named, Outcome

MOST = 1024  # outcomes, of a few KB each
_TEXT = rb'"(?:[^"\\]|\\.)*+"'
_HEAD = re.compile(rb"\[%s,[0-9]+,[0-9]+,\[\[(%s),(%s)," % (_TEXT, _TEXT, _TEXT))


def encode(file: Found, outcomes: Sequence[Outcome]) -> bytes:
    """A line of the journal: a file and what became of the submissions in it."""
    return _line(file, (f"[{_quoted(o.student)},{_quoted(o.file)},{rest(o)}" for o in outcomes))


def encode_again(file: Found, student: str, shown: str, known: str) -> bytes:
    """The line of a submission with one outcome, of which all but student and file is known."""
    return _line(file, (f"[{_quoted(student)},{_quoted(shown)},{known}",))


def rest(outcome: Outcome) -> str:
    """An outcome without its student and its file, as the end of a list in JSON."""
    text = json.dumps(outcome[2:], allow_nan=False, separators=(",", ":"), ensure_ascii=True)
    return text[1:]


def _line(file: Found, outcomes: Iterable[str]) -> bytes:
    text = f"[{_quoted(file.path)},{file.time},{file.size},[{','.join(outcomes)}]]\n"
    return text.encode("ascii")


def decode(line: bytes) -> tuple[Found, list[Outcome]]:
    """The file and the outcomes of a line; raises ``ValueError`` if it is no such line."""
    try:
        path, time, size, outcomes = json.loads(line)
        return Found(path, time, size), [_outcome(*one) for one in outcomes]
    except (TypeError, AttributeError) as error:
        raise ValueError(str(error)) from None


class Decoder:
    """Reads lines whose outcomes were met before, but for student and file, without decoding."""

    def __init__(self) -> None:
        self.known: dict[bytes, Outcome] = {}

    def outcomes(self, line: bytes) -> list[Outcome]:
        """The outcomes of a line; raises ``ValueError`` if it is none."""
        head = _HEAD.match(line)
        end = line[head.end() :] if head else b""
        known = self.known.get(end)
        if head is None or known is None:
            found = decode(line)[1]
            if head is not None and len(found) == 1:
                self.keep(end, found[0])
            return found
        student, file = map(_unquoted, head.groups())
        return [Outcome(student, file, *known[2:])]

    def keep(self, end: bytes, outcome: Outcome) -> None:
        """Remember an outcome by the end of its line."""
        if len(self.known) >= MOST:
            self.known.clear()
        self.known[end] = outcome


def _unquoted(text: bytes) -> str:
    return str(json.loads(text)) if b"\\" in text else text[1:-1].decode("ascii")


def _outcome(*parts: object) -> Outcome:
    raw = Outcome(*parts)  # type: ignore[arg-type]
    return raw._replace(
        judged=tuple(Judged(*one) for one in raw.judged),
        named=tuple(Named(*one) for one in raw.named),
        unexplained=tuple((quantity, text) for quantity, text in raw.unexplained),
    )
