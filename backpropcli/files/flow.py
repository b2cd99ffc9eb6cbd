"""Where commas and brackets inside YAML's flow sequences belong to an item."""

from __future__ import annotations

import re

_BLANK = frozenset(" \t\n")
_OPERATORS = frozenset("+-−*/@^=·×⊙∘⊗")
_CLOSER = {"(": ")", "[": "]", "{": "}"}
_BRACKET = re.compile(r"[()\[\]{}]")
_SPECIAL = re.compile(r"[,\[\]{}:#]")
_WORD = re.compile(r"[^ \t\n,\[\]{}(:#\"'?-]+")
_QUOTED = {
    '"': re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL),
    "'": re.compile(r"'[^']*(?:''[^']*)*'"),
}
_MARKER = re.compile(r"(?:---|\.\.\.)(?=[ \t\n]|\Z)")


def end_of_quoted(text: str, at: int) -> int:
    """The index after the quoted text that begins here; the end of the file if it is open."""
    found = _QUOTED[text[at]].match(text, at)
    return found.end() if found else len(text)


def is_marker(text: str, at: int) -> bool:
    """Whether a document marker (``---`` or ``...``) stands here; lines begin there only."""
    return _MARKER.match(text, at) is not None


class Brackets:
    """The partner of each opening bracket, whatever stands between; linear over all questions."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.known = 0
        self.partner: dict[int, int] = {}

    def close_of(self, at: int) -> int | None:
        """The index of the bracket that closes the one here, or nothing."""
        if at >= self.known:
            self._match(at)
        return self.partner.get(at)

    def _match(self, at: int) -> None:
        # A bracket that is still open where this stops has no partner from any other start
        # either, so what was passed is never looked at again.
        waiting: list[int] = []
        for found in _BRACKET.finditer(self.text, at):
            self.known = found.end()
            if found.group() in _CLOSER:
                waiting.append(found.start())
            elif _CLOSER[self.text[waiting[-1]]] == found.group():
                self.partner[waiting.pop()] = found.start()
                if not waiting:
                    return
            else:
                return
        self.known = len(self.text)


class FlowScanner:
    """One flow collection of the text, from its opening bracket to the one that closes it.

    ``hidden`` receives the index of every character that YAML must not see: those that stand in
    the parentheses or brackets of an item of a flow sequence, such as `f(a, b)` and `W[2,1]`.
    In flow mappings nothing is hidden.
    """

    def __init__(self, text: str, at: int, brackets: Brackets, hidden: list[int]) -> None:
        self.text = text
        self.at = at
        self.brackets = brackets
        self.hidden = hidden
        self.open: list[str] = []
        self.begun = False  # inside a plain item

    def run(self) -> int:
        """Scan to the end of the collection; the index after it."""
        self._enter()
        while self.open and self.at < len(self.text):
            _STEPS.get(self.text[self.at], FlowScanner._word)(self)
        return self.at

    def _enter(self) -> None:
        self.open.append(self.text[self.at])
        self._separator()

    def _leave(self) -> None:
        self.open.pop()
        self._separator()

    def _separator(self) -> None:
        self.begun = False
        self.at += 1

    def _bracket(self) -> None:
        if not (self.begun and self._continues() and self._hide()):
            self._enter()

    def _parenthesis(self) -> None:
        if not self._hide():
            self.begun = True
            self.at += 1

    def _hide(self) -> bool:
        close = self.brackets.close_of(self.at) if self.open[-1] == "[" else None
        if close is None:
            return False
        self.hidden.extend(m.start() for m in _SPECIAL.finditer(self.text, self.at, close + 1))
        self.begun = True
        self.at = close + 1
        return True

    def _continues(self) -> bool:
        # `1 [2]` is rather a forgotten comma than a product; `A @ [2]` is none.
        before = self.at - 1
        while self.text[before] in _BLANK:
            before -= 1
        return before == self.at - 1 or self.text[before] in _OPERATORS

    def _quote(self) -> None:
        self.at = self.at + 1 if self.begun else end_of_quoted(self.text, self.at)

    def _hash(self) -> None:
        if self.begun and self.text[self.at - 1] not in _BLANK:
            self.at += 1
            return
        self.begun = False
        end = self.text.find("\n", self.at)
        self.at = end if end >= 0 else len(self.text)

    def _colon(self) -> None:
        if self._next() in _BLANK or self._next() in ",[]{}":
            self.begun = False
        self.at += 1

    def _dash(self) -> None:
        if self._next() not in _BLANK:
            self.begun = True
        self.at += 1

    def _question(self) -> None:
        self.at += 1  # to YAML it marks a key, even without a blank after it

    def _blank(self) -> None:
        self.at += 1
        if self.text[self.at - 1] == "\n" and is_marker(self.text, self.at):
            self.open.clear()

    def _word(self) -> None:
        found = _WORD.match(self.text, self.at)
        self.at = found.end() if found else self.at + 1
        self.begun = True

    def _next(self) -> str:
        return self.text[self.at + 1 : self.at + 2] or "\n"


_STEPS = {
    "[": FlowScanner._bracket,
    "{": FlowScanner._enter,
    "]": FlowScanner._leave,
    "}": FlowScanner._leave,
    "(": FlowScanner._parenthesis,
    ",": FlowScanner._separator,
    '"': FlowScanner._quote,
    "'": FlowScanner._quote,
    "#": FlowScanner._hash,
    ":": FlowScanner._colon,
    "-": FlowScanner._dash,
    "?": FlowScanner._question,
    " ": FlowScanner._blank,
    "\t": FlowScanner._blank,
    "\n": FlowScanner._blank,
}
