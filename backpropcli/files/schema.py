"""Closed schemas: what is not known is an error with its place, never ignored."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from backpropcli.errors import Complaint, nearest
from backpropcli.files.source import Source
from backpropcli.files.tree import Mapping, Node, Scalar, Sequence, describe, quoted

N = TypeVar("N", Mapping, Sequence, Scalar)

_HINTED_KEYS = 20  # looking for a near name costs more than all the rest
_HINTED_LENGTH = 60


def known_entries(
    mapping: Mapping, allowed: Collection[str], source: Source, complaints: list[Complaint]
) -> dict[str, Node]:
    """The entries whose keys are allowed; each other key is a complaint with the nearest names."""
    known: dict[str, Node] = {}
    unknown: list[Scalar] = []
    for key, node in mapping.entries:
        if key.text in allowed:
            known[key.text] = node
        else:
            unknown.append(key)
    for count, key in enumerate(unknown):
        hint = _hint(key.text, allowed) if count < _HINTED_KEYS else ""
        complain(f"unknown key {quoted(key.text)}", key, source, complaints, hint)
    return known


def expect(
    kind: type[N], node: Node, rule: str, source: Source, complaints: list[Complaint]
) -> N | None:
    """The node if it is of this kind; else a complaint ``rule, found a list`` and nothing.

    ``rule`` says what is expected: "`inputs` must be a mapping of names to values". A text may be
    an empty one.
    """
    if isinstance(node, kind):
        return node
    hint = _entry_hint(node.text) if isinstance(node, Scalar) and "mapping" in rule else ""
    complain(f"{rule}, found {describe(node)}", node, source, complaints, hint)
    return None


def complain(
    message: str, node: Node, source: Source, complaints: list[Complaint], hint: str = ""
) -> None:
    """Add a complaint about a node, with its line and, for a text, its width."""
    width = node.source_width if isinstance(node, Scalar) else 1
    complaints.append(source.complaint(message, node.place, hint, width))


def _entry_hint(text: str) -> str:
    """How a text was probably meant as an entry: ``x:2`` lacks a blank, ``z = 2*x`` a colon."""
    line = text.split("\n")[0]
    for sign in (":", "="):
        name, found, rest = line.partition(sign)
        if found and name.strip().isidentifier() and rest.strip():
            return f"an entry has a colon and a blank: `{name.strip()}: {rest.strip()[:40]}`"
    return ""


def _hint(name: str, allowed: Collection[str]) -> str:
    close = nearest(name, allowed) if len(name) <= _HINTED_LENGTH else ""
    return close or "known keys: " + ", ".join(sorted(allowed))
