"""Values that YAML cannot read, in a file that is judged entry by entry: each becomes a text.

`h1: ?` and `W: [[0; 0]; [14; 7]]` are no YAML, and one of them would make the whole file
unreadable. Where that has happened, the value of each entry of a block mapping or list is tried by
itself. Those that fail are masked as in ``protect``, one private-use character for each special
one: YAML then sees a plain text in the same columns. Aliases, anchors, tags and what is nested too
deep can be scanned, so they are refused as ever.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import accumulate, islice
from typing import NamedTuple

from backpropcli.files.events import events
from backpropcli.files.protect import Protected, protect, unused
from backpropcli.files.source import Limits

MOST_TRIED = 2000  # values that are tried by themselves
_SPECIAL = "?-:,[]{}#&*!|>'\"%@`\\"
_KEY = r"""(?:"[^"\n]*"|'[^'\n]*'|[^\s"'\[\]{},#&*!|>%@`?:-](?:[^\n:]|:(?![ \t]|$))*):(?=[ \t]|$)"""
_ENTRY = re.compile(rf"(?P<indent> *)(?P<dashes>(?:- +)*)(?P<key>{_KEY})?[ \t]*(?P<value>.*)")
_COMMENT = re.compile(r"(?:^|[ \t])#")
_LONE = re.compile(r"(?<=[\[{,: ])\?(?= *[,\]}])")  # a question mark for an entry that is open


class _Value(NamedTuple):
    """The value of an entry: where it begins, where it ends without and with its comment."""

    start: int
    end: int
    stop: int
    in_braces: bool


def rescued(text: str, sections: Collection[str], limits: Limits) -> Protected | None:
    """The text with values masked that YAML cannot read, or nothing if there are none.

    Only entries within the named sections of the top level are looked at.
    """
    masks = dict(zip(_SPECIAL, unused(text, len(_SPECIAL)), strict=True))
    chars = list(text)
    found = [
        at
        for value in islice(_values(text, sections), MOST_TRIED)
        for at in _to_mask(text, value, limits)
    ]
    for at in found:
        chars[at] = masks[chars[at]]
    inner = protect("".join(chars))
    table = {ord(mask): char for char, mask in masks.items()}
    return Protected(inner.text, table | inner.table) if found else None


def _to_mask(text: str, value: _Value, limits: Limits) -> list[int]:
    """Where the characters stand that keep YAML from reading a value; none if it can read it."""
    whole = text[value.start : value.stop]
    if _can_be_read(whole, limits):
        return []
    if value.in_braces:
        open_ = [found.start() for found in _LONE.finditer(whole)]
        fits = open_ and _can_be_read(_LONE.sub("x", whole), limits)
        return [value.start + at for at in open_] if fits else []
    return [at for at in range(value.start, value.end) if text[at] in _SPECIAL]


def _can_be_read(value: str, limits: Limits) -> bool:
    """Whether YAML can read a value by itself; what is too deep or too long is left to YAML."""
    import yaml

    depth = 0
    try:
        for count, event in enumerate(events(protect(f"k: {value}\n").text)):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > limits.depth or count > limits.events:
                return True
    except (yaml.YAMLError, ValueError, OverflowError):
        return False
    return True


def _values(text: str, sections: Collection[str]) -> Iterator[_Value]:
    """The values of the entries in the sections, each with the lines on which it goes on."""
    lines = text.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    inside = False
    number = 0
    while number < len(lines):
        found = _entry(lines[number])
        if lines[number][:1] not in ("", " ", "-", "#") or lines[number].startswith("---"):
            inside = bool(found and found["key"] and found["key"][:-1] in sections)
        last = number
        if found and inside and _body(found["value"]):
            last = _last(lines, number, _column(found))
            if not any(map(_entry, lines[number + 1 : last + 1])):
                yield _value(found, starts[number], starts[last], lines[last])
        number = last + 1


def _value(found: re.Match[str], line: int, last: int, text: str) -> _Value:
    """The value of an entry; ``line`` and ``last`` are where its first and last line begin."""
    start = found.start("value")
    begin = start if last == line else 0
    is_top = not (found["indent"] or found["dashes"])
    in_braces = is_top or (found["value"][0] == "{" and not found["key"])
    end = last + begin + len(_body(text[begin:]))
    return _Value(line + start, end, last + len(text), in_braces)


def _entry(line: str) -> re.Match[str] | None:
    """A line that begins an item of a list, or an entry of a mapping."""
    found = _ENTRY.match(line)
    return found if found and (found["dashes"] or found["key"]) else None


def _column(found: re.Match[str]) -> int:
    """The column of the key, or of the last dash: what goes on stands further in."""
    column = len(found["indent"] + found["dashes"])
    return column if found["key"] else len((found["indent"] + found["dashes"]).rstrip(" ")) - 1


def _body(text: str) -> str:
    """A line, or the rest of one, without its comment and the blanks at its end."""
    found = _COMMENT.search(text)
    return (text[: found.start()] if found else text).rstrip(" \t")


def _last(lines: list[str], number: int, column: int) -> int:
    """The last line of an entry: of those below it that are further in, the last with a text."""
    last = number
    for below in range(number + 1, len(lines)):
        line = lines[below].rstrip(" ")
        inner = line.lstrip(" ")
        if line and inner[0] not in "]}" and len(line) - len(inner) <= column:
            break
        last = below if line else last
    return last
