"""YAML's syntax errors in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from backpropcli.errors import Complaint, Place
from backpropcli.files.flow import Brackets
from backpropcli.files.source import Source
from backpropcli.files.tree import quoted
from backpropcli.files.visible import visible

if TYPE_CHECKING:
    import yaml

_QUOTE = "put the whole value in quotes"
_TIGHT_COLON = re.compile(r"[ -]*[^\s:]+:[^ \n]")
_STOP = re.compile(r"[(\[{)\]},\n]|:(?=\s)")
_LONGEST_KEY = 1024  # of YAML (spec 1.1, section 9.3)
_MOST = 300  # characters looked at around an error


class CutEntry(NamedTuple):
    """An entry of a flow mapping that YAML cut in two; ``key`` is empty if the key itself was."""

    key: str
    piece: str

    def message(self, where: str) -> str:
        """What happened, ``where`` being a comma or a bracket."""
        if self.key:
            return f"the value of {quoted(self.key)} was cut {where}"
        return f"the key {quoted(self.piece)} was cut {where}"

    def hint(self) -> str:
        """The entry as it must be written."""
        if self.piece.count("(") > self.piece.count(")"):
            return "a closing ) is missing"
        mark = "'" if '"' in self.piece else '"'
        text = f"{mark}{self.piece}{mark}"
        return f"write {{{self.key}: {text}}}" if self.key else f"write {{{text}: ...}}"


def cut_entry(text: str, index: int) -> CutEntry:
    """The entry of a flow mapping around the index where it was cut or where its piece begins."""
    window = text[max(0, index - _MOST) : index]
    head = window[1 + max(window.rfind(c) for c in "{,\n") :]
    key, colon, value = head.partition(": ")
    start = index - len(value if colon else head)
    return CutEntry(visible(key.strip()) if colon else "", visible(_piece(text, start)))


def _piece(text: str, start: int) -> str:
    """The text from there to the comma, colon or bracket that ends it as an expression."""
    window = text[start : start + _MOST]
    brackets = Brackets(window)
    at = 0
    while found := _STOP.search(window, at):
        if found[0] not in "([{":
            window = window[: found.start()]
            break
        close = brackets.close_of(found.start())
        at = found.end() if close is None else close + 1
    return " ".join(window.split())


class _Spot(NamedTuple):
    """Where YAML gave up (line from 0), and what it was reading since when."""

    source: Source
    offset: int
    line: int
    column: int
    since: int  # the line in which the thing that is being read begins

    @property
    def char(self) -> str:
        return self.source.text[self.offset : self.offset + 1]

    @property
    def before(self) -> str:
        return self.source.lines[self.line][: self.column]


class _Fault(NamedTuple):
    """What is wrong; ``opening`` says that the place is where the thing began."""

    message: str
    hint: str = ""
    opening: bool = False


_Rule: TypeAlias = _Fault | Callable[[_Spot], _Fault]


def explain(error: yaml.MarkedYAMLError, source: Source) -> Complaint:
    """The complaint for an error that libyaml or PyYAML's own parser raised."""
    said = ": ".join(part for part in (error.context, error.problem) if part)
    problem = error.problem_mark or error.context_mark
    opening = error.context_mark or problem
    if problem is None or opening is None:
        return Complaint("this is not YAML", Place(source.name), f"YAML says: {visible(said)}")
    line = min(problem.line, len(source.lines) - 1)
    spot = _Spot(source, problem.index, line, problem.column, opening.line)
    fault = _fault(said, spot)
    mark = opening if fault.opening else problem
    return source.complaint(fault.message, source.place(mark.line + 1, mark.column + 1), fault.hint)


def _fault(said: str, spot: _Spot) -> _Fault:
    for needle, rule in _RULES:
        if needle in said:
            return rule if isinstance(rule, _Fault) else rule(spot)
    return _Fault("this is not YAML", f"YAML says: {visible(said)}")


def _in_list(spot: _Spot) -> _Fault:
    if spot.char and spot.char in "[{\"'":
        hint = "an index follows its name without a blank: W[2,1]"
        return _Fault("a comma is missing before this", hint)
    if spot.char in ("", "\n") or spot.line > spot.since:
        return _Fault("the list that begins here is not closed", "add the missing ]", opening=True)
    return _Fault("the list cannot go on like this", "a comma or a ] is missing")


def _in_braces(spot: _Spot) -> _Fault:
    if spot.char in ("[", "{"):
        entry = cut_entry(spot.source.text, spot.offset)
        return _Fault(entry.message("at a bracket"), entry.hint())
    if spot.char in ("", "\n") or spot.line > spot.since:
        message = "the mapping that begins here is not closed"
        return _Fault(message, "add the missing }", opening=True)
    return _Fault("the mapping cannot go on like this", "a comma or a } is missing")


def _bad_start(spot: _Spot) -> _Fault:
    if spot.char == "\t":
        return _Fault("a tab cannot be used for indentation", "indent with spaces")
    return _Fault(f"a text cannot begin with `{visible(spot.char)}`", _QUOTE)


def _no_colon(spot: _Spot) -> _Fault:
    return _Fault("this line needs a colon and a blank", _colon_hint(spot, spot.since), True)


def _extra_colon(spot: _Spot) -> _Fault:
    if ": " in spot.before:
        return _Fault("a second colon in one line", _QUOTE)
    above = spot.line - 1
    while above >= 0 and not spot.source.lines[above].strip():
        above -= 1
    if above < 0 or spot.column > _LONGEST_KEY:
        return _Fault("this colon is not allowed here", f"a key is on one line; {_QUOTE}")
    if ": " in spot.source.lines[above]:
        hint = f"indent it like line {above + 1}, or put a longer value in quotes"
        return _Fault(f"this line goes on with the value of line {above + 1}", hint)
    message = f"this colon is not allowed, since line {above + 1} is not complete"
    return _Fault(message, _colon_hint(spot, above))


def _colon_hint(spot: _Spot, line: int) -> str:
    written = spot.source.lines[line]
    if _TIGHT_COLON.match(written):
        return f"a blank is missing after the colon in line {line + 1}"
    if "=" in written and ":" not in written:
        return "write `name: value`, with a colon and not with ="
    return f"line {line + 1} must be `name: value`"


def _in_block(spot: _Spot) -> _Fault:
    if spot.before.strip(" -"):
        return _Fault("nothing can follow a closing quote or bracket here", _QUOTE)
    hint = "entries of one mapping or list begin in the same column"
    return _Fault("the indentation of this line fits nothing above it", hint)


def _no_value(spot: _Spot) -> _Fault:
    if not spot.char:
        return _Fault("the file ends within a list or mapping", "add the missing ] or }")
    if spot.char == ",":
        return _Fault("a value is missing before this comma", f"add the value, or {_QUOTE}")
    if spot.char == "-":
        return _dash(spot)
    return _Fault(f"a text cannot begin with `{visible(spot.char)}`", _QUOTE)


def _dash(_spot: _Spot) -> _Fault:
    hint = "write a minus without a blank after it; items of a list go on lines of their own"
    return _Fault("a value cannot begin with a dash and a blank", hint)


def _after_end(spot: _Spot) -> _Fault:
    if spot.char in ("]", "}"):
        return _Fault(f"this {spot.char} closes nothing", "delete it, or add the one that opens")
    return _Fault("the document ends before this", "begin another document with a line `---`")


_OPEN_QUOTE = _Fault("the quote that opens here is not closed", "add the closing quote", True)
_SINGLE = "write the text in single quotes: '\\alpha'"

# The needles stand in what libyaml says, and in what PyYAML's own parser says where they differ;
# the first that fits counts.
_RULES: tuple[tuple[str, _Rule], ...] = (
    ("',' or ']'", _in_list),
    ("',' or '}'", _in_braces),
    ("tab character", _Fault("a tab cannot be used for indentation", "indent with spaces")),
    ("cannot start any token", _bad_start),
    ("could not find expected ':'", _no_colon),
    ("mapping values are not allowed", _extra_colon),
    ("sequence entries are not allowed", _dash),
    ("mapping keys are not allowed", _Fault("a text cannot begin with `?`", _QUOTE)),
    ("<document start>", _after_end),
    ("a block mapping", _in_block),
    ("a block collection", _in_block),
    ("node content", _no_value),
    ("found unexpected ':'", _Fault("a blank is missing after this colon", "write `name: value`")),
    ("unexpected end of stream", _OPEN_QUOTE),
    ("unexpected document", _OPEN_QUOTE),
    ("quoted scalar", _Fault("this backslash has no meaning in double quotes", _SINGLE)),
    ("block scalar", _Fault("`|` and `>` begin a text on the lines below", _QUOTE, opening=True)),
    ("an anchor", _Fault("a text cannot begin with `&`", _QUOTE, opening=True)),
    ("an alias", _Fault("a text cannot begin with `*`", _QUOTE, opening=True)),
    ("tag", _Fault("a text cannot begin with `!`", _QUOTE, opening=True)),
    ("directive", _Fault("a line cannot begin with `%`", _QUOTE, opening=True)),
    ("incompatible", _Fault("this version of YAML is not known", "delete this line")),
)
