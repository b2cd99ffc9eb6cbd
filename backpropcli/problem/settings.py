"""Single settings of a problem file: a choice, a whole number, a text."""

from __future__ import annotations

from backpropcli.files.numbers import read_number
from backpropcli.files.tree import Node, Scalar, describe
from backpropcli.problem.draft import Draft


def choice(draft: Draft, node: Node | None, what: str, known: tuple[str, ...]) -> str:
    """One of a few words; the first where it is left out."""
    if node is None:
        return known[0]
    if isinstance(node, Scalar) and node.text in known:
        return node.text
    draft.complain(f"{what} is {' or '.join(known)}, found {describe(node)}", node)
    return known[0]


def whole_number(draft: Draft, node: Node | None, what: str, default: int, least: int = 0) -> int:
    """A whole number from ``least`` on."""
    if node is None:
        return default
    value = read_number(node.text) if isinstance(node, Scalar) else None
    if value is None or value.denominator != 1 or value < least:
        draft.complain(f"{what} is a whole number from {least} on, found {describe(node)}", node)
        return default
    return int(value)


def read_text(draft: Draft, node: Node | None, key: str) -> str:
    """A text such as the title."""
    if node is None:
        return ""
    rule = f"`{key}` must be a text"
    scalar = draft.expect(Scalar, node, rule)
    return scalar.text.strip() if scalar else ""
