"""The page of all mistakes for the documentation, made from the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent

from backpropcli.mistakes import catalogue
from backpropcli.mistakes.entry import FAMILIES
from backpropcli.report.explanation import OFTEN, Explanation, explained
from backpropcli.report.marks import fenced

HEAD = """\
# Mistakes

Every mistake that `backprop check` can name, by family. `backprop explain CODE` shows the same
in the terminal. A code is never used again for another mistake. This page is made from the files
in `backpropcli/mistakes/catalogue/` by `python -m tests.docs.remake_mistakes`.
"""
CODE_SPAN = re.compile(r"(`+[^`]+`+)")
MARKS = str.maketrans({c: "\\" + c for c in "\\*_[]<>#|~"})


def render() -> str:
    """The page as Markdown."""
    entries = [explained(mistake) for mistake in catalogue().entries()]
    lines = HEAD.split("\n")
    for family in FAMILIES.values():
        chosen = [entry for entry in entries if entry.mistake.family == family]
        if chosen:
            lines += [f"## {family.capitalize()}", "", *_table(chosen), ""]
        for entry in chosen:
            lines += _entry(entry)
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(entries: list[Explanation]) -> Iterator[str]:
    yield "| code | name | what | how often |"
    yield "| --- | --- | --- | --- |"
    for entry in entries:
        mistake = entry.mistake
        title = _prose(entry.title)
        yield f"| {mistake.code} | `{mistake.name}` | {title} | {OFTEN[mistake.tier]} |"


def _entry(entry: Explanation) -> Iterator[str]:
    mistake = entry.mistake
    yield from (f"### {mistake.code} {mistake.name}", "", _prose(entry.title), "")
    for section in entry.sections:
        yield from (f"**{section.heading}**", "")
        for paragraph in section.paragraphs:
            if paragraph.startswith(" "):
                yield from (*fenced(dedent(paragraph).split("\n")), "")
            else:
                yield from (_prose(paragraph), "")
    if mistake.look_alikes:
        yield from ("Easily confused with: " + ", ".join(f"`{n}`" for n in mistake.look_alikes), "")


def _prose(text: str) -> str:
    """A paragraph whose formulas are no marks; code spans and lists stay as they are."""
    parts = CODE_SPAN.split(text)
    return "".join(p if i % 2 else p.translate(MARKS) for i, p in enumerate(parts))
