"""The page of a step of GitHub Actions (``$GITHUB_STEP_SUMMARY``): Markdown of at most 1 MiB.

A table of the submissions comes first where there are several, then the reasons for what cannot be
graded, then each report as in the format markdown. Pages that have no room are counted.
Source: GitHub Docs, "Workflow commands for GitHub Actions", on job summaries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backpropcli.checking.data import CheckReport
from backpropcli.report.checks.markdown import refused
from backpropcli.report.checks.markdown import render as render_page
from backpropcli.report.judging import plural
from backpropcli.report.marks import cell_code, escaped
from backpropcli.report.options import CheckOptions
from backpropcli.report.results import Suite, suites

TELLS_UNGRADED = True
MOST_BYTES = 1_000_000


def render(reports: Sequence[CheckReport], options: CheckOptions) -> str:
    """All submissions as one page."""
    found = suites(reports, options)
    pages = ["\n".join(_table(found)) + "\n"] if len(found) > 1 else []
    pages += [refused(suite.name, suite.errors) for suite in found if not suite.is_graded]
    pages += [render_page([report], options) for report in reports]
    return "\n".join(_kept(pages))


def _kept(pages: Sequence[str]) -> Iterator[str]:
    room = MOST_BYTES
    for number, page in enumerate(pages):
        room -= len(page.encode()) + 1
        if room < 0:
            yield f"{plural(len(pages) - number, 'more page has', 'more pages have')} no room.\n"
            return
        yield page


def _table(found: Sequence[Suite]) -> Iterator[str]:
    yield "| submission | student | result |"
    yield "| --- | --- | --- |"
    for suite in found:
        cells = (cell_code(suite.name), cell_code(suite.student), escaped(suite.summary))
        yield f"| {' | '.join(cells)} |"
