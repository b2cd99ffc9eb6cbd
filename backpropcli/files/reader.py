"""YAML's events to a tree of texts; nothing is composed, loaded or converted."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeAlias

from backpropcli.errors import Complaint, Place
from backpropcli.files.events import events
from backpropcli.files.protect import Protected, protect
from backpropcli.files.source import ANSWERS_LIMITS, SHOWN_COMPLAINTS, Limits, Source, refuse
from backpropcli.files.tree import Mapping, Node, Scalar, Sequence, quoted
from backpropcli.files.visible import visible

# PyYAML's stubs say that an event may lack its marks; parsed events have both.
_Event: TypeAlias = Any

_ENOUGH_COMPLAINTS = 10 * SHOWN_COMPLAINTS  # to stop at: they cost more time than the reading


def read_documents(
    source: Source, limits: Limits = ANSWERS_LIMITS, loose: Collection[str] = ()
) -> list[Node]:
    """The documents of a file, one or more; raises ``FileError`` with all that is wrong.

    Documents without anything between two lines of ``---`` are passed over.

    In the ``loose`` sections of the top level, a value that YAML cannot read is a text.
    """
    reader = _Reader(source, limits, protect(source.text))
    if reader.broken and loose:
        from backpropcli.files.rescue import rescued

        protected = rescued(source.text, loose, limits)
        reader = _Reader(source, limits, protected) if protected else reader
    return reader.read()


class _Open:
    """A list or mapping whose end has not been read yet."""

    __slots__ = ("entries", "flow", "is_mapping", "items", "key", "lines", "place")

    def __init__(self, is_mapping: bool, place: Place, flow: bool) -> None:
        self.is_mapping = is_mapping
        self.place = place
        self.flow = flow
        self.items: list[Node] = []
        self.entries: list[tuple[Scalar, Node]] = []
        self.key: Scalar | None = None  # the one that waits for its value
        self.lines: dict[str, int] = {}  # where each key was given first

    def node(self) -> Sequence | Mapping:
        if self.is_mapping:
            return Mapping(tuple(self.entries), self.place, self.flow)
        return Sequence(tuple(self.items), self.place, self.flow)


class _Reader:
    """One walk over the events of one file; the open collections are a list, so no recursion."""

    def __init__(self, source: Source, limits: Limits, protected: Protected) -> None:
        self.source = source
        self.limits = limits
        self.protected = protected
        self.open: list[_Open] = []
        self.documents: list[Node] = []
        self.empty: list[Node] = []
        self.complaints: list[Complaint] = []
        self.broken = not self._is_walked()

    def read(self) -> list[Node]:
        """The documents; raises ``FileError``."""
        if not (self.documents or self.complaints):
            place = self.empty[0].place if self.empty else Place(self.source.name)
            self._complain("the file is empty", place)
        refuse(self.complaints)
        return self.documents

    def _is_walked(self) -> bool:
        """Walk over all events; false after a complaint where the text is no YAML."""
        import yaml

        try:
            self._walk()
        except yaml.MarkedYAMLError as error:
            from backpropcli.files.syntax import explain

            self.complaints.append(explain(error, self.source))
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            # The last two: "\Uffffffff" and very long numbers after %YAML in PyYAML's own parser.
            said = visible(str(error).partition("\n")[0])
            self._complain("this is not YAML", Place(self.source.name), f"YAML says: {said}")
        else:
            return True
        return False

    def _walk(self) -> None:
        handlers = self._handlers()
        for count, event in enumerate(events(self.protected.text)):
            handler = handlers.get(type(event))
            if handler:
                handler(event)
            if self._past_limits(count, event) or len(self.complaints) > _ENOUGH_COMPLAINTS:
                return

    def _past_limits(self, count: int, event: _Event) -> bool:
        if count >= self.limits.events:
            message = f"the file has more than {self.limits.events} keys, values and brackets"
        elif len(self.open) > self.limits.depth:
            message = f"lists and mappings are nested more than {self.limits.depth} deep"
        else:
            return False
        self._complain(message, self._place(event.start_mark), "what follows was not read")
        return True

    def _handlers(self) -> dict[type, Callable[[_Event], None]]:
        import yaml

        return {
            yaml.ScalarEvent: self._scalar,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceEndEvent: self._end,
            yaml.MappingEndEvent: self._end,
            yaml.AliasEvent: self._alias,
        }

    def _start(self, event: _Event) -> None:
        import yaml

        self._refuse_properties(event)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        place = self._place(event.start_mark)
        self.open.append(_Open(is_mapping, place, bool(event.flow_style)))

    def _end(self, _event: _Event) -> None:
        self._attach(self.open.pop().node())

    def _alias(self, event: _Event) -> None:
        place = self._place(event.start_mark)
        hint = "write the value again, or put a text that begins with * in quotes"
        self._complain("an alias (`*name`) is not allowed", place, hint)
        self._attach(Scalar("", place, False, 1, False))

    def _scalar(self, event: _Event) -> None:
        self._refuse_properties(event)
        scalar = self._text(event)
        if scalar.plain and self.open and self.open[-1].is_mapping and self.open[-1].flow:
            self._refuse_cut(event, scalar)
        self._attach(scalar)

    def _text(self, event: _Event) -> Scalar:
        place = self.source.place(*self._content(event))
        line, column = place.line - 1, place.column - 1
        plain = not event.style
        value = self.protected.restore(event.value) if plain else event.value
        if len(value) > self.limits.scalar:
            message = f"this text has {len(value)} characters, more than {self.limits.scalar}"
            self._complain(message, place, "shorten it")
        text = visible(value[: self.limits.scalar])
        bare = text.rstrip("\n")  # the end of a block scalar
        one_line = "\n" not in bare and self.source.lines[line].startswith(bare, column)
        width = len(bare) if one_line else self._first_width(event, line, column)
        return Scalar(text, place, plain, width, one_line)

    def _content(self, event: _Event) -> tuple[int, int]:
        """Line and column of a text's first character, without its quote or header."""
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if not event.style:
            return line, column
        if event.style in "'\"":
            return line, column + 1
        for below in range(line + 1, min(event.end_mark.line + 1, len(self.source.lines)) + 1):
            written = self.source.lines[below - 1]
            if written.strip():
                return below, len(written) - len(written.lstrip(" ")) + 1
        return line, column

    def _first_width(self, event: _Event, line: int, column: int) -> int:
        end = len(self.source.lines[line])
        if event.end_mark.line == line:
            end = event.end_mark.column - (1 if event.style else 0)
        return max(0, end - column)

    def _attach(self, node: Node) -> None:
        if not self.open:
            self._add_document(node)
            return
        parent = self.open[-1]
        if not parent.is_mapping:
            parent.items.append(node)
        elif parent.key is None:
            parent.key = self._key(parent, node)
        else:
            parent.entries.append((parent.key, node))
            parent.key = None

    def _add_document(self, node: Node) -> None:
        """Take a document; one without anything, as after a last ``---``, is none."""
        empty = isinstance(node, Scalar) and node.plain and not node.text
        (self.empty if empty else self.documents).append(node)

    def _key(self, parent: _Open, node: Node) -> Scalar:
        if not isinstance(node, Scalar):
            message = "a list or mapping cannot be a key"
            self._complain(message, node.place, "put the key in quotes")
            return Scalar("", node.place, False, 1, False)
        if node.plain and node.text == "<<":
            hint = "write the entries out"
            self._complain("merging with `<<` is not allowed", node.place, hint, 2)
            return node
        if node.text in parent.lines:
            self._refuse_duplicate(node, parent.lines[node.text])
        parent.lines.setdefault(node.text, node.place.line)
        return node

    def _refuse_duplicate(self, key: Scalar, line: int) -> None:
        where = f"in line {line} and in line {key.place.line}"
        if line == key.place.line:
            where = f"in line {line}"
        message = f"the key {quoted(key.text)} is given twice, {where}"
        self._complain(message, key.place, "keep one of the two", key.source_width)

    def _refuse_properties(self, event: _Event) -> None:
        if event.anchor is None and event.tag is None:
            return
        place = self._place(event.start_mark)
        if event.anchor is not None:
            hint = "write the value out, or put a text that begins with & in quotes"
            self._complain("an anchor (`&name`) is not allowed", place, hint)
        if event.tag is not None:
            hint = "leave it out, or put a text that begins with ! in quotes"
            self._complain("a tag (`!name`) is not allowed", place, hint)

    def _refuse_cut(self, event: _Event, scalar: Scalar) -> None:
        if scalar.text.count("(") <= scalar.text.count(")"):
            return
        text, end = self.source.text, event.end_mark.index
        if text[end : end + 80].lstrip()[:1] != ",":
            return
        from backpropcli.files.syntax import cut_entry

        entry = cut_entry(text, event.start_mark.index)
        self._complain(entry.message("at a comma"), scalar.place, entry.hint(), len(entry.piece))

    def _complain(self, message: str, place: Place, hint: str = "", width: int = 1) -> None:
        self.complaints.append(self.source.complaint(message, place, hint, width))

    def _place(self, mark: Any) -> Place:
        return self.source.place(mark.line + 1, mark.column + 1)
