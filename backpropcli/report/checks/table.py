"""For the terminal: a table with a line per quantity, then a panel per mistake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.box import ASCII, ROUNDED, SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from backpropcli.checking.data import CheckReport
from backpropcli.report import findings
from backpropcli.report.carets import columns, marked
from backpropcli.report.findings import Finding, Page, Row, Said, Source, make_page
from backpropcli.report.judging import mark
from backpropcli.report.options import CheckOptions
from backpropcli.report.screen import NARROWEST, drawn

WIDE = 72  # columns from which on each thing has a column of its own
COLORS = {
    "correct": "green",
    "rounded": "green",
    "carried": "cyan",
    "wrong": "bold red",
    "missing": "dim",
    "unreadable": "bold magenta",
}


def render(reports: Sequence[CheckReport], options: CheckOptions) -> str:
    """The reports as text of at most ``options.width`` columns."""
    parts: list[RenderableType] = []
    for report in reports:
        parts += [Text()] * bool(parts)
        parts += _Screen(options).page(make_page(report, options.reveal))
    return drawn(parts, options.width, options.color)


class _Screen:
    def __init__(self, options: CheckOptions) -> None:
        self.unicode = options.unicode
        self.width = max(NARROWEST, options.width)
        self.wide = self.width >= WIDE

    def page(self, page: Page) -> Iterator[RenderableType]:
        yield Text(page.summary, style="bold")
        yield Text(page.about, style="dim")
        for group in page.groups:
            yield Text()
            yield self.group(group)
        for finding in page.findings:
            yield self.finding(finding)
        for note in page.notes:
            yield Text(f"Note: {note}", style="italic")

    def group(self, group: findings.Group) -> Table:
        table = Table(
            title=Text(group.title, style="bold") if group.title else None,
            title_justify="left",
            box=SIMPLE_HEAD if self.unicode else ASCII,
            border_style="dim",
            expand=True,
            pad_edge=False,
        )
        table.add_column("quantity", ratio=None if self.wide else 1, overflow="fold")
        if self.wide:
            table.add_column("you wrote", ratio=3, overflow="fold")
        table.add_column("result", no_wrap=True)
        table.add_column("points", justify="right", no_wrap=True)
        if self.wide:
            table.add_column("note", ratio=2, overflow="fold")
        for row in group.rows:
            table.add_row(*(self.cells(row) if self.wide else self.narrow_cells(row)))
        return table

    def cells(self, row: Row) -> list[RenderableType]:
        result = Text(mark(row.status, self.unicode), style=COLORS[row.status])
        quantity = Text(row.quantity, style="cyan")
        return [quantity, Text(row.written), result, Text(row.points), Text(row.note, style="dim")]

    def narrow_cells(self, row: Row) -> list[RenderableType]:
        quantity, written, result, points, note = self.cells(row)
        below = [part for part in (written, note) if part != Text()]
        return [Group(quantity, *below), result, points]

    def finding(self, finding: Finding) -> Panel:
        title = Text(finding.title, style="bold")
        fits = columns(finding.title) <= self.width - 6
        lines: list[RenderableType] = [] if fits else [title]
        for source in finding.sources:
            lines += self.source(source)
        if finding.left_out:
            lines.append(Text(f"and {finding.left_out} more", style="dim"))
        lines += map(_sentence, finding.said)
        return Panel(
            Group(*lines),
            title=title if fits else None,
            title_align="left",
            box=ROUNDED if self.unicode else ASCII,
            border_style="red",
        )

    def source(self, source: Source) -> Iterator[Text]:
        """The place, the line of the file and the carets."""
        yield Text(str(source.place), style="dim")
        number = f"{source.place.line:>4} | "
        room = self.width - 4 - len(number)
        line, carets = marked(source.line, source.spans, room, self.unicode)
        if line:
            yield Text.assemble((number, "dim"), line)
            yield Text.assemble((" " * (len(number) - 2) + "| ", "dim"), (carets, "bold red"))


def _sentence(said: Said) -> Text:
    if not said.label:
        return Text(said.text)
    return Text.assemble((f"{said.label}: ", "dim"), said.text)
