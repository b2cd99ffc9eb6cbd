"""A solution as HTML for notebooks: escaped text only, no script."""

from __future__ import annotations

from html import escape

from backpropcli.language.text import to_text
from backpropcli.ops.sizes import shape_text
from backpropcli.report.options import Options
from backpropcli.report.sheet import make_sheet
from backpropcli.report.steps import Section, Step
from backpropcli.solution import Solution
from backpropcli.writing import listed

MOST = 8


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
