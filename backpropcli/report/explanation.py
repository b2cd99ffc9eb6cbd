"""The catalogue of mistakes as text for the terminal: all of it, or one explained."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from typing import NamedTuple

from backpropcli.errors import BackpropError, Complaint, nearest
from backpropcli.files.visible import visible_name
from backpropcli.mistakes import catalogue, explanation
from backpropcli.mistakes.entry import FAMILIES, Mistake

HEADINGS = ("What it is", "Why it is wrong", "Example", "How to avoid it")
BULLETS = ("- ", "* ", "1. ")
LONGEST = 100  # columns of a line that is still easy to read
BESIDE = 72  # columns from which on titles stand beside the names
OFTEN = {"A": "very common", "B": "common", "C": "occasional", "D": "rare"}

Emphasis = Callable[[str], str]


class Section(NamedTuple):
    """A part of an explanation: its heading, and its paragraphs.

    A paragraph is one line, unless it is indented or a list.
    """

    heading: str
    paragraphs: tuple[str, ...]


class Explanation(NamedTuple):
    """A mistake as its file explains it."""

    mistake: Mistake
    title: str
    sections: tuple[Section, ...]


def explained(mistake: Mistake) -> Explanation:
    """The title and the sections of the docstring of a mistake."""
    title, *lines = explanation(mistake).split("\n") or [""]
    parts: list[tuple[str, list[str]]] = []
    for line in lines:
        heading, rest = _heading(line)
        if heading:
            parts.append((heading, [rest]))
        elif parts and set(line) - set("-=~"):
            parts[-1][1].append(line)
        elif parts and not line:
            parts[-1][1].append("")
    sections = (Section(head, tuple(_paragraphs(body))) for head, body in parts)
    return Explanation(mistake, title.strip(), tuple(sections))


def _heading(line: str) -> tuple[str, str]:
    """The heading that a line is, or begins with, and what follows it."""
    for heading in HEADINGS:
        rest = line.removeprefix(heading)
        if rest != line and rest[:1] in ("", ":", "."):
            return heading, rest[1:].strip()
    return "", ""


def _paragraphs(lines: list[str]) -> Iterator[str]:
    for block in "\n".join(lines).split("\n\n"):
        text = block.strip("\n")
        if text.strip():
            if all(line[:1] == " " for line in text.split("\n")):
                yield textwrap.indent(textwrap.dedent(text), "    ")
            else:
                yield text if text.startswith(BULLETS) else " ".join(text.split())


def find(text: str) -> Mistake:
    """The mistake with a code or a name, or a name that begins so; refuses what is unclear."""
    asked = "-".join(text.strip().lower().replace("_", " ").split())
    entries = list(catalogue().entries())
    exact = [m for m in entries if asked in (m.name, m.code.lower(), m.code[2:])]
    found = exact or [m for m in entries if asked and m.name.startswith(asked)]
    if len(found) == 1:
        return found[0]
    hint = nearest(asked, [*(m.name for m in entries), *(m.code for m in entries)])
    said = f"there is no mistake {visible_name(text)!r} in the catalogue"
    if found:
        said = f"several mistakes begin with {visible_name(text)!r}"
        hint = ", ".join(m.name for m in found)
    raise BackpropError(Complaint(said, hint=hint or "backprop explain lists them all"))


def page(mistake: Mistake, width: int, bold: Emphasis) -> str:
    """One mistake, explained as a teacher would."""
    told = explained(mistake)
    width = min(width, LONGEST)
    lines = [bold(f"{mistake.code} {mistake.name}"), *textwrap.wrap(told.title, width)]
    how_often = "a notice, not a fault" if mistake.family == "notice" else OFTEN[mistake.tier]
    lines.append(f"Family: {mistake.family}; {how_often}.")
    for section in told.sections:
        lines += ["", bold(section.heading)]
        for number, paragraph in enumerate(section.paragraphs):
            lines += [""] * bool(number)
            lines += _wrapped(paragraph, width)
    if mistake.look_alikes:
        lines += ["", bold("Easily confused with")]
        lines += textwrap.wrap(", ".join(mistake.look_alikes), width, break_on_hyphens=False)
    return "\n".join([*lines, ""])


def _wrapped(paragraph: str, width: int) -> list[str]:
    if paragraph.startswith((" ", *BULLETS)):
        return paragraph.split("\n")
    return textwrap.wrap(paragraph, width, break_long_words=False, break_on_hyphens=False)


def overview(width: int, bold: Emphasis) -> str:
    """All mistakes by family: code, name, title."""
    entries = [explained(mistake) for mistake in catalogue().entries()]
    longest = max((len(e.mistake.name) for e in entries), default=0)
    lines: list[str] = []
    for family in FAMILIES.values():
        chosen = [e for e in entries if e.mistake.family == family]
        if chosen:
            lines += [""] * bool(lines) + [bold(family.capitalize())]
        for entry in chosen:
            lines += _entry(entry, longest, min(width, LONGEST))
    more = textwrap.wrap("backprop explain CODE tells more about one of them.", width)
    return "\n".join([*lines, "", *more, ""])


def _entry(entry: Explanation, longest: int, width: int) -> list[str]:
    name = f"{entry.mistake.code}  {entry.mistake.name}"
    if width < BESIDE:
        indent = " " * 7
        return [name, *textwrap.wrap(entry.title, width, initial_indent=indent,
                                     subsequent_indent=indent)]  # fmt: skip
    indent = " " * (longest + 9)
    first = name.ljust(len(indent))
    return textwrap.wrap(
        entry.title, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False
    ) or [name]
