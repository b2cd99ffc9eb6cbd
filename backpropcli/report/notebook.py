"""A solution and a report as HTML for notebooks: escaped text only, no script."""

from __future__ import annotations

from html import escape

from backpropcli.checking.data import CheckReport
from backpropcli.language.text import to_text
from backpropcli.ops.sizes import shape_text
from backpropcli.report.carets import marked
from backpropcli.report.findings import Finding, Row, make_page
from backpropcli.report.judging import mark
from backpropcli.report.options import Options
from backpropcli.report.sheet import make_sheet
from backpropcli.report.steps import Section, Step
from backpropcli.solution import Solution
from backpropcli.writing import listed

MOST = 8
SOURCE_ROOM = 100  # columns of a line of the answers file
ANSWER_HEADS = ("quantity", "you wrote", "result", "points", "note")


def render(solution: Solution) -> str:
    """A table for each part of the sheet."""
    sheet = make_sheet(solution, Options())
    index_from = solution.problem.index_from
    parts = [f"<h3>{escape(sheet.title)}</h3>"]
    parts += [_section(section, index_from) for section in sheet.sections]
    return "<div>" + "".join(parts) + "</div>"


def _section(section: Section, index_from: int) -> str:
    heads = ("quantity", "equation", "value", "shape")
    head = "".join(f"<th>{h}</th>" for h in heads)
    rows = "".join(_row(step, index_from) for step in section.steps)
    return f"<h4>{escape(section.title)}</h4><table><tr>{head}</tr>{rows}</table>"


def _row(step: Step, index_from: int) -> str:
    equation = to_text(step.expr, index_from) if step.expr is not None else step.note
    value = "" if step.shown is None else listed(step.shown, most=MOST)
    cells = (step.name, equation, value, shape_text(step.shape))
    return "<tr>" + "".join(f"<td><code>{escape(cell)}</code></td>" for cell in cells) + "</tr>"


def render_check(report: CheckReport) -> str:
    """A report as a table of the answers, and a part for each mistake; nothing is withheld."""
    page = make_page(report, "answer")
    parts = [f"<h3>{escape(page.summary)}</h3><p>{escape(page.about)}</p>"]
    for group in page.groups:
        rows = "".join(_answer_row(row) for row in group.rows)
        head = "".join(f"<th>{name}</th>" for name in ANSWER_HEADS)
        parts.append(f"<h4>{escape(group.title)}</h4><table><tr>{head}</tr>{rows}</table>")
    parts += map(_finding, page.findings)
    parts += [f"<p>{escape(note)}</p>" for note in page.notes]
    return "<div>" + "".join(parts) + "</div>"


def _answer_row(row: Row) -> str:
    marked_status = escape(mark(row.status, True))
    cells = (f"<code>{escape(row.quantity)}</code>", f"<code>{escape(row.written)}</code>",
             marked_status, escape(row.points), escape(row.note))  # fmt: skip
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _finding(finding: Finding) -> str:
    parts = [f"<h4>{escape(finding.title)}</h4>"]
    for source in finding.sources:
        lines = (str(source.place), *marked(source.line, source.spans, SOURCE_ROOM))
        parts.append(f"<pre>{escape(chr(10).join(lines))}</pre>")
    for said in finding.said:
        text = f"<code>{escape(said.text)}</code>" if said.formula else escape(said.text)
        parts.append(f"<p>{escape(said.label)}: {text}</p>" if said.label else f"<p>{text}</p>")
    return "".join(parts)
