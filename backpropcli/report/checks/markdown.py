"""Markdown: a table of the answers, a heading for each mistake, student text in code spans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from backpropcli.checking.data import CheckReport
from backpropcli.errors import Complaint
from backpropcli.report.carets import marked
from backpropcli.report.findings import Finding, Group, Page, Said, make_page
from backpropcli.report.judging import mark
from backpropcli.report.marks import cell_code, code, escaped, fenced
from backpropcli.report.options import CheckOptions
from backpropcli.report.results import error_text

ROOM = 100  # columns of a line of the answers file


def render(reports: Sequence[CheckReport], options: CheckOptions) -> str:
    """The reports as one Markdown page."""
    pages = [make_page(report, options.reveal) for report in reports]
    return "\n".join("\n".join([*_page(page), ""]) for page in pages)


def refused(name: str, errors: Iterable[Complaint]) -> str:
    """The page of a submission that cannot be graded."""
    said = fenced(error_text(errors).split("\n"))
    return "\n".join([f"# Cannot be graded: {code(name)}", "", *said, ""])


def _page(page: Page) -> Iterator[str]:
    seen = f" (seen in {code(page.seen)})" if page.seen else ""
    first = f"; first wrong step: {code(page.first)}{page.case}{seen}" if page.first else ""
    yield f"# {escaped(page.score)}{first}"
    yield ""
    yield code(page.about)
    for group in page.groups:
        yield from _group(group)
    for finding in page.findings:
        yield from _finding(finding)
    if page.notes:
        yield from ("", "## Notes", "", *(f"- {escaped(note)}" for note in page.notes))


def _group(group: Group) -> Iterator[str]:
    yield from ("", f"## {escaped(group.title or 'Answers')}", "")
    yield "| quantity | result | points | you wrote | note |"
    yield "| --- | --- | ---: | --- | --- |"
    for row in group.rows:
        cells = (
            cell_code(row.quantity),
            mark(row.status, True),
            row.points,
            cell_code(row.written),
            escaped(row.note),
        )
        yield "| " + " | ".join(cells) + " |"


def _finding(finding: Finding) -> Iterator[str]:
    name = f" ({escaped(finding.name)})" if finding.name else ""
    yield from ("", f"## {finding.what.capitalize()}: {code(finding.at)}{finding.case}{name}")
    for source in finding.sources:
        line, carets = marked(source.line, source.spans, ROOM)
        yield from ("", code(str(source.place)))
        if line:
            number = f"{source.place.line:>5} | "
            yield from ("", *fenced([number + line, " " * 5 + " | " + carets]))
    if finding.left_out:
        yield from ("", f"and {finding.left_out} more")
    for said in finding.said:
        yield from ("", _sentence(said))


def _sentence(said: Said) -> str:
    label = escaped(said.label[:1].upper() + said.label[1:])
    text = code(said.text) if said.formula else escaped(said.text)
    return f"{label}: {text}" if label else text
