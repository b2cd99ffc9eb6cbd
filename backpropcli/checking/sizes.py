"""Answers to ``shape(...)``: ``[3, 2]``, ``(3,)``, ``3 x 2``, ``[N, D]``."""

from __future__ import annotations

import re
from collections.abc import Collection

from backpropcli.checking.written import Piece, Unreadable, is_blank, piece_of
from backpropcli.files.tree import Mapping, Node, Scalar, quoted
from backpropcli.language.tokens import is_name
from backpropcli.ops.sizes import Shape, Size, named

_SIGNS = re.compile(r"\s*[,×]\s*|\s+(?:x|by)\s+|(?<=[0-9])x(?=[0-9])")


def read_sizes(node: Node, sizes: Collection[str]) -> Shape:
    """The sizes that a node lists; raises ``Unreadable``."""
    if isinstance(node, Mapping):
        raise Unreadable("a shape is a list of sizes, found a mapping", node.place)
    if isinstance(node, Scalar):
        return _from_text(piece_of(node), sizes)
    found: list[Size] = []
    for item in node.items:
        if not isinstance(item, Scalar) or is_blank(item):
            raise Unreadable("a shape is a list of sizes, such as [3, 2]", item.place)
        found.append(_size(item.text.strip(), piece_of(item), sizes))
    return tuple(found)


def _from_text(piece: Piece, sizes: Collection[str]) -> Shape:
    text = piece.text
    if text[:1] + text[-1:] in ("()", "[]"):
        text = text[1:-1]
    parts = _SIGNS.split(text.strip().removesuffix(",").strip())
    return tuple(_size(part, piece, sizes) for part in parts if parts != [""])


def _size(text: str, piece: Piece, sizes: Collection[str]) -> Size:
    if text.isascii() and text.isdigit() and len(text) <= 9 and int(text):
        return int(text)
    if is_name(text) and text in sizes:
        return named(text)
    known = f" or one of {', '.join(sorted(sizes))}" if sizes else ""
    raise piece.refused(f"a size is a whole number from 1 on{known}, found {quoted(text)}")
