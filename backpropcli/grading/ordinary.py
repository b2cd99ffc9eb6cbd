"""Answers files in the usual layout, read without YAML.

Nearly every file of a class is the filled-in template: comments, ``problem:``, ``student:``, and
``answers:`` with a quantity and its numbers on each line. Such a file says nothing but these
texts, so one pattern over all of it is enough. It accepts only what ``files.reader`` reads in the
same way; any other file is left to that. The pattern never goes back (possessive quantifiers), so
that its time is linear.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

LONGEST = 16_384  # bytes; a longer file is not usual
MOST = 2048  # texts of answers that are remembered, mostly of 1 KB

_GAP = r"(?: *+(?:#[ -~]*+)?+\n)"  # a comment or an empty line
_REST = r" *+(?:(?<= )#[ -~]*+)?+\n"
_NAME = r"(?!null\b)[A-Za-z0-9_][A-Za-z0-9_./-]*+"  # to YAML, `null` is nothing
_DIGITS = r"[0-9]++"
_DECIMAL = rf"(?:{_DIGITS}(?:\.[0-9]*+)?+|\.{_DIGITS})"
_NUMBER = rf"[+-]?+{_DECIMAL}(?:[eE][+-]?+{_DIGITS})?+(?:/{_DIGITS})?+"
_ITEMS = r"\[ *+{0} *+(?:, *+{0} *+)*+\]"
_ROW = _ITEMS.format(_NUMBER)
_VALUE = rf"(?:{_NUMBER}|{_ROW}|{_ITEMS.format(_ROW)})"
_WORD = r"[A-Za-z][A-Za-z0-9_]*+"
_QUANTITY = rf"{_WORD}(?:/{_WORD})?+(?:\[{_DIGITS}(?:,{_DIGITS})*+\])?+"
_KEY = rf"(?:{_QUANTITY}|\"{_QUANTITY}\"|'{_QUANTITY}')"
_ITEM = rf"- ++(?:{_NUMBER}|{_ROW}){_REST}"
_LIST = rf"{_GAP}*+(?P<item>(?P=indent) *+){_ITEM}(?:{_GAP}|(?P=item){_ITEM})*+"
_ENTRY = rf"(?P=indent){_KEY}:(?:{_REST}(?:{_LIST})?+| ++{_VALUE}{_REST})"
_HEAD = re.compile(
    rf"{_GAP}*+"
    rf"(?:problem:(?: ++(?P<problem>{_NAME}))?+{_REST}{_GAP}*+)?+"
    rf"(?:student:(?: ++(?P<student>{_NAME}))?+{_REST}{_GAP}*+)?+"
)
_ANSWERS = re.compile(
    rf"answers:{_REST}{_GAP}*+(?P<entries>(?=(?P<indent> ++))(?:{_GAP}|{_ENTRY})++)"
)
_COMMENT = re.compile(r"#[^\n]*+")
_EMPTY = re.compile(r"\n\n++")
_ITEMS_BELOW = re.compile(r":\n(-[^\n]++(?:\n-[^\n]++)*+)")
_DROPPED = " \"'"


class Ordinary(NamedTuple):
    """What a file in the usual layout says.

    ``answers`` are its lines ``quantity:value`` in their order, without blanks, quotes and
    comments, and with each list in brackets: two files with the same answers say the same.
    """

    problem: str
    student: str
    answers: str


def read_ordinary(data: bytes) -> Ordinary | None:
    """What a file says, or nothing where its layout is another one."""
    if len(data) > LONGEST or not data.isascii():
        return None
    text = data.decode("ascii")
    head = _HEAD.match(text if text.endswith("\n") else text + "\n")
    assert head is not None  # all of it may be left out
    answers = _answers(head.string[head.end() :])
    if answers is None:
        return None
    return Ordinary(head["problem"] or "", head["student"] or "", answers)


@lru_cache(MOST)  # a class hands in the same answers, on the same template
def _answers(text: str) -> str | None:
    """The answers of a file from its line `answers:` on, or nothing for another layout."""
    found = _ANSWERS.fullmatch(text)
    if found is None:
        return None
    entries: str = found["entries"]
    if "#" in entries:
        entries = _COMMENT.sub("", entries)
    for dropped in _DROPPED:
        entries = entries.replace(dropped, "")
    if "\n\n" in entries:
        entries = _EMPTY.sub("\n", entries)
    if "\n-" in entries:
        entries = _ITEMS_BELOW.sub(_in_brackets, entries)
    return entries


def _in_brackets(items: re.Match[str]) -> str:
    """A list whose items stand below its quantity, each after a dash, as a list on one line."""
    return ":[" + items[1][1:].replace("\n-", ",") + "]"
