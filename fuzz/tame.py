"""What must hold of every text that is printed, whatever a file held."""

from __future__ import annotations

import re

# Controls, bidi marks, zero-width characters, line separators, surrogates.
RAW = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
# What the runner of GitHub Actions obeys: `::` first in a line, `##[` anywhere.
COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)


def wildness(text: str) -> str:
    """What is wrong with a printed text; nothing where it is tame."""
    for kind, pattern in (("control character", RAW), ("workflow command", COMMAND)):
        found = pattern.search(text)
        if found:
            around = text[max(0, found.start() - 40) : found.end() + 40]
            return f"{kind} in {around!r}"
    return "traceback" if "Traceback (most recent" in text else ""
