"""Characters that cannot be seen, or that move others, written as escapes."""

from __future__ import annotations

# Blanks that Python does not call printable but that a reader sees as blanks.
_SPACES = frozenset("\u00a0\u1680\u202f\u205f\u3000") | {chr(n) for n in range(0x2000, 0x200B)}
# Printable by their category and yet without any width: fillers, joiners, variation selectors.
_NO_WIDTH = (
    frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
    | {chr(n) for n in range(0xFE00, 0xFE10)}
    | {chr(n) for n in range(0xE0100, 0xE01F0)}
)


def visible(text: str) -> str:
    r"""The text with controls, bidi, zero-width and private characters as ``\x1b``, ``\u202e``.

    Newline and tab stay. The sources of the list: CVE-2021-42574 and UAX #9 for bidi controls;
    Python's ``str.isprintable`` for the categories Other and Separator.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if _is_seen(c) else _escape(c) for c in text)


def visible_name(name: str) -> str:
    """A name (of a file, a student) on one line: newlines and tabs are escapes too."""
    return visible(name).replace("\n", "\\n").replace("\t", "\\t")


def _is_seen(char: str) -> bool:
    if char.isprintable():
        return char not in _NO_WIDTH
    return char in "\n\t" or char in _SPACES


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
