"""Outcomes as lines of JSON, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence

from backpropcli.grading.collect import Found
from backpropcli.grading.data import Judged, Named, Outcome


def encode(file: Found, outcomes: Sequence[Outcome]) -> bytes:
    """A line of the journal: a file and what became of the submissions in it."""
    line = [file.path, file.time, file.size, outcomes]
    text = json.dumps(line, allow_nan=False, separators=(",", ":"), ensure_ascii=True)
    return text.encode("ascii") + b"\n"


def decode(line: bytes) -> tuple[Found, list[Outcome]]:
    """The file and the outcomes of a line; raises ``ValueError`` if it is no such line."""
    try:
        path, time, size, outcomes = json.loads(line)
        return Found(path, time, size), [_outcome(*one) for one in outcomes]
    except (TypeError, AttributeError) as error:
        raise ValueError(str(error)) from None


def _outcome(*parts: object) -> Outcome:
    raw = Outcome(*parts)  # type: ignore[arg-type]
    return raw._replace(
        judged=tuple(Judged(*one) for one in raw.judged),
        named=tuple(Named(*one) for one in raw.named),
        unexplained=tuple((quantity, text) for quantity, text in raw.unexplained),
    )
