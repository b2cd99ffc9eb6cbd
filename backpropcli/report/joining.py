"""Reports of single submissions joined to one of the class, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

MOST_BYTES = 1_000_000  # of a step summary, which GitHub takes up to 1 MiB


def join(form: str, parts: Iterable[str]) -> Iterator[str]:
    """The pieces of one report on all submissions; no more than a part is held at a time.

    ``parts`` is what ``render`` of a format gave for each submission. Raises ``KeyError`` for a
    format that has one result for one submission (see ``joins``).
    """
    return _JOINS[form](parts)


def joins(form: str) -> bool:
    """Whether a format has a report on several submissions."""
    return form in _JOINS


def _pages(parts: Iterable[str]) -> Iterator[str]:
    for number, part in enumerate(parts):
        yield "\n" + part if number else part


def _summary(parts: Iterable[str]) -> Iterator[str]:
    """Pages up to the size that a step summary may have."""
    room, left_out = MOST_BYTES, 0
    for page in _pages(parts):
        room -= len(page.encode())
        if left_out or room < 0:
            left_out += 1
        else:
            yield page
    if left_out:
        yield f"\nLeft out for want of room: {left_out}\n"


def _json(parts: Iterable[str]) -> Iterator[str]:
    """One list of all objects; a part may be a list itself."""
    yield "["
    comma = ""
    for part in parts:
        text = part.strip()
        inner = text[1:-1].strip() if text.startswith("[") else text
        if inner:
            yield f"{comma}\n{inner}"
            comma = ","
    yield "\n]\n"


def _junit(parts: Iterable[str]) -> Iterator[str]:
    """All suites in one document, whose own counts are left out, as the schema allows."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="backprop">\n'
    for part in parts:
        lines = part.split("\n")[2:-2]  # without the declaration, <testsuites> and its end
        yield from (f"{line}\n" for line in lines)
    yield "</testsuites>\n"


_JOINS: dict[str, Callable[[Iterable[str]], Iterator[str]]] = {
    "github_summary": _summary,
    "json": _json,
    "junit": _junit,
    "markdown": _pages,
    "plain": _pages,
    "table": _pages,
}
