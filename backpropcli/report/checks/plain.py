"""Words and lines without boxes: for screen readers, diffs and pipes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backpropcli.checking.data import CheckReport
from backpropcli.report.carets import marked
from backpropcli.report.findings import Finding, Page, Row, make_page
from backpropcli.report.options import CheckOptions

NARROWEST = 40


def render(reports: Sequence[CheckReport], options: CheckOptions) -> str:
    """The reports as lines of text, the first of each its summary."""
    pages = [make_page(report, options.reveal) for report in reports]
    return "\n".join("\n".join([*_page(page, options), ""]) for page in pages)


def _page(page: Page, options: CheckOptions) -> Iterator[str]:
    yield f"Score: {page.summary}"
    yield page.about
    for group in page.groups:
        yield ""
        yield f"{group.title or 'Answers'}:"
        yield from map(_row, group.rows)
    for finding in page.findings:
        yield ""
        yield from _finding(finding, options)
    if page.notes:
        yield ""
        yield from (f"Note: {note}" for note in page.notes)


def _row(row: Row) -> str:
    points = f", {row.points} points" if row.points else ""
    written = f", you wrote {row.written}" if row.written else ""
    return f"{row.quantity}: {row.status}{points}{written}" + (f" ({row.note})" if row.note else "")


def _finding(finding: Finding, options: CheckOptions) -> Iterator[str]:
    yield finding.title[:1].upper() + finding.title[1:]
    room = max(NARROWEST, options.width) - 8
    for source in finding.sources:
        line, carets = marked(source.line, source.spans, room, options.unicode)
        yield f"  {source.place}"
        if line:
            yield f"{source.place.line:>5} | {line}"
            yield f"      | {carets}"
    if finding.left_out:
        yield f"  and {finding.left_out} more"
    for said in finding.said:
        yield f"  {said.label}: {said.text}" if said.label else f"  {said.text}"
