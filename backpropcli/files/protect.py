"""Hide from YAML the commas and brackets that belong to an expression in a flow sequence.

`[dense(512, relu), dL/dW2[2,1]]` is read as two items. Before YAML sees the text, the characters
inside an item's own brackets become private-use characters, one for one, so that lines and columns
stay true; ``Protected.restore`` puts them back. This walks over the text as YAML's scanner does
(spec 1.1, chapters 5 to 9), in one pass, since only flow sequences are concerned.
"""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import NamedTuple

from backpropcli.files.flow import Brackets, FlowScanner, end_of_quoted, is_marker

_HIDDEN = ",[]{}:#"
_ENDS = ("", " ", "\t", "\n")
_BLANKS = re.compile(r"[ \t]*")
_WORD = re.compile(r"[^ \t\n]*")
_PLAIN_END = re.compile(r":(?=[ \t\n]|\Z)|(?<=[ \t])#|\n|\Z")
_LINES = re.compile(r"\n(?:[ \t]*\n)*")
_SPACES = re.compile(r" *")


class Protected(NamedTuple):
    """The text for YAML, and the table that leads back."""

    text: str
    table: dict[int, str]

    def restore(self, piece: str) -> str:
        """A piece of the protected text as its author wrote it."""
        return piece.translate(self.table) if self.table else piece


def protect(text: str) -> Protected:
    """Replace what YAML must not see, character for character."""
    hidden = _Scanner(text).run() if "[" in text else []
    if not hidden:
        return Protected(text, {})
    masks = dict(zip(_HIDDEN, unused(text, len(_HIDDEN)), strict=True))
    chars = list(text)
    for at in hidden:
        chars[at] = masks[chars[at]]
    return Protected("".join(chars), {ord(mask): char for char, mask in masks.items()})


def unused(text: str, count: int) -> list[str]:
    """Private-use characters that the text does not hold, so that none is taken for another."""
    used = set(text)
    private = map(chr, chain(range(0xE000, 0xF900), range(0xF0000, 0x10FFFE)))
    return list(islice((c for c in private if c not in used), count))


class _Scanner:
    """YAML's block structure, as far as it is needed to know where flow collections begin."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 0  # where this line begins
        self.fresh = True  # nothing but blanks on this line so far
        self.indents = [-1]  # columns of the block collections that are open
        self.node = 0  # column of the last node: the key, if a colon follows
        self.brackets = Brackets(text)
        self.hidden: list[int] = []

    def run(self) -> list[int]:
        """The indices of the characters to hide, in order."""
        while self.at < len(self.text):
            self._skip_blanks()
            if self.at < len(self.text):
                self._token(self.text[self.at])
        return self.hidden

    def _token(self, char: str) -> None:
        if char == "\n":
            self._go_to_line(self.at + 1)
        elif char == "#":
            self._go(self._end_of_line())
        elif self.fresh and self._begin_line(char):
            self._go(self._end_of_line() if char == "%" else self.at + 3)
        elif char in "-?:" and self.text[self.at + 1 : self.at + 2] in _ENDS:
            self._indicator(char)
        else:
            self._node(char)

    def _begin_line(self, char: str) -> bool:
        """Close what ends by indentation; true at a directive or a document marker."""
        self.fresh = False
        self.node = self.at - self.line
        while self.indents[-1] > self.node:
            self.indents.pop()
        if self.node == 0 and is_marker(self.text, self.at):
            self.indents = [-1]
            return True
        return self.node == 0 and char == "%"

    def _indicator(self, char: str) -> None:
        column = self.node if char == ":" else self.at - self.line
        if column > self.indents[-1]:
            self.indents.append(column)
        self.at += 1

    def _node(self, char: str) -> None:
        if char in "&*!":
            self._go(self._match_end(_WORD))
            return
        self.node = self.at - self.line
        if char in "\"'":
            self._go(end_of_quoted(self.text, self.at))
        elif char in "[{":
            self._go(FlowScanner(self.text, self.at, self.brackets, self.hidden).run())
        elif char in "|>":
            self._block_scalar()
        else:
            self._plain()

    def _plain(self) -> None:
        while True:
            found = _PLAIN_END.search(self.text, self.at)
            self._go(found.start() if found else len(self.text))
            if self.text[self.at : self.at + 1] != "\n":
                return
            self._go_to_line(self._match_end(_LINES))
            if not self._continues():
                return

    def _continues(self) -> bool:
        """Whether the plain text goes on in this line; if so, go to its first character."""
        start = self._match_end(_SPACES)
        if start - self.line <= self.indents[-1] or is_marker(self.text, self.line):
            return False
        if self.text[start : start + 1] in ("", "#"):
            return False
        self.at, self.fresh = start, False
        return True

    def _block_scalar(self) -> None:
        least = max(self.indents[-1] + 1, 1)
        self._go_to_line(self._end_of_line() + 1)
        while self.at < len(self.text):
            start = self._match_end(_SPACES)
            if start - self.at < least and self.text[start : start + 1] not in ("", "\n"):
                return
            self._go_to_line(self._end_of_line() + 1)

    def _skip_blanks(self) -> None:
        self.at = self._match_end(_BLANKS)

    def _match_end(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        return found.end() if found else self.at

    def _end_of_line(self) -> int:
        end = self.text.find("\n", self.at)
        return end if end >= 0 else len(self.text)

    def _go(self, at: int) -> None:
        newline = self.text.rfind("\n", self.at, at)
        if newline >= 0:
            self.line = newline + 1
        self.at = at
        self.fresh = at == self.line

    def _go_to_line(self, at: int) -> None:
        self.at = self.line = at
        self.fresh = True
