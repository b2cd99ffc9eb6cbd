"""What a YAML file says: texts, lists and mappings, each with its place."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from backpropcli.errors import Place


class Scalar(NamedTuple):
    """A text as written, after YAML's quoting rules and with invisible characters escaped.

    ``place`` is its first character of content: for a quoted text, the one after the quote.
    ``one_line`` says that the file holds exactly this text from there on, so that character n
    (from 0) stands at ``place.right(n)``; ``source_width`` is how many columns it takes there.
    """

    text: str
    place: Place
    plain: bool
    source_width: int
    one_line: bool


class Sequence(NamedTuple):
    """A list; ``flow`` if it is written in brackets."""

    items: tuple[Node, ...]
    place: Place
    flow: bool


class Mapping(NamedTuple):
    """Keys with their values, in the order of the file; ``flow`` if it is written in braces."""

    entries: tuple[tuple[Scalar, Node], ...]
    place: Place
    flow: bool


Node: TypeAlias = Scalar | Sequence | Mapping


def describe(node: Node) -> str:
    """What a node is, to be put after "found": a list, a mapping, the text `abc`."""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Mapping):
        return "a mapping"
    return f"the text {quoted(node.text)}" if node.text else "nothing"


def quoted(text: str, most: int = 40) -> str:
    """A user's text in backticks, on one line and cut."""
    line = " ".join(text.split())
    return f"`{line if len(line) <= most else line[:most] + '…'}`"
