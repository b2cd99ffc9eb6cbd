"""Markdown: a table for each part of the sheet, values in code spans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from backpropcli.language.text import to_text
from backpropcli.ops.sizes import shape_text
from backpropcli.report.marks import MARKS
from backpropcli.report.marks import cell_code as code
from backpropcli.report.options import Options
from backpropcli.report.sheet import make_sheet
from backpropcli.report.steps import CountRow, Section, Step
from backpropcli.report.words import comparison_words, entry_line, exact_words, through_words
from backpropcli.solution import Solution
from backpropcli.writing import listed, with_numbers

if TYPE_CHECKING:
    from backpropcli.derivation.data import Derivation

MOST = 12


def render(solution: Solution, options: Options) -> str:
    """The sheet as a Markdown page."""
    sheet = make_sheet(solution, options)
    lines = [f"# {sheet.title.translate(MARKS)}"]
    if sheet.statement:
        lines += ["", sheet.statement]
    writer = _Writer(solution, options)
    for section in sheet.sections:
        lines += ["", f"## {section.title}", "", *writer.section(section)]
    if sheet.counts:
        lines += ["", "## Counts", "", *writer.counts(sheet.counts)]
    for derivation in options.derivations:
        lines += writer.derivation(derivation)
    return "\n".join(lines) + "\n"


class _Writer:
    def __init__(self, solution: Solution, options: Options) -> None:
        self.options = options
        self.index_from = solution.problem.index_from
        self.most = None if options.full else MOST

    def section(self, section: Section) -> Iterator[str]:
        if section.kind != "steps":
            yield "| name | value | shape |"
            yield "| --- | --- | --- |"
            for step in section.steps:
                said = [step.note, exact_words(step, self.options.numbers)]
                value = " ".join(part for part in (code(self.result(step)), *said) if part)
                yield f"| {code(step.name)} | {value} | {code(shape_text(step.shape))} |"
            return
        yield "| quantity | equation | numbers put in | result | shape |"
        yield "| --- | --- | --- | --- | --- |"
        for step in section.steps:
            yield self.row(step)
        yield from self.remarks(section)

    def row(self, step: Step) -> str:
        equation = code(to_text(step.expr, self.index_from)) if step.expr is not None else step.note
        cells = (
            code(step.name),
            equation,
            code(self.put_in(step)),
            code(self.result(step)),
            code(shape_text(step.shape)),
        )
        return "| " + " | ".join(cells) + " |"

    def put_in(self, step: Step) -> str:
        if step.expr is None or step.value is None or step.values is None:
            return ""
        return with_numbers(
            step.expr,
            step.values,
            self.index_from,
            lambda v: listed(v, self.options.numbers, self.most),
        )

    def result(self, step: Step) -> str:
        value = step.shown
        return "" if value is None else listed(value, self.options.numbers, self.most)

    def remarks(self, section: Section) -> Iterator[str]:
        """What does not fit into a row: where gradients come from, fractions, entries."""
        found: list[str] = []
        for step in section.steps:
            words = [through_words(step)] if step.through else []
            words += [w for w in (exact_words(step, self.options.numbers),) if w]
            if step.comparison is not None:
                words.append(comparison_words(step.comparison, self.options.numbers, self.most))
            if words:
                found.append(f"- {code(step.name)}: {'; '.join(words)}")
            found += [
                f"  - {code(entry_line(e, self.index_from, self.options.numbers))}"
                for e in step.entries
            ]
            if step.left_out:
                found.append(f"  - and {step.left_out} more entries")
        yield from ["", *found] if found else []

    def derivation(self, derivation: Derivation) -> Iterator[str]:
        """The lines as a code block, which keeps them below each other."""
        from backpropcli.report.derived import as_lines, board

        one = board(derivation, self.options, self.index_from)
        first, *rest = [*as_lines(one._replace(notes=()))]
        yield from ["", f"## Derivation: {code(one.title)}", "", "```text", first, *rest, "```"]
        yield from (part for note in one.notes for part in ("", note))

    def counts(self, rows: tuple[CountRow, ...]) -> Iterator[str]:
        yield "| of | parameters | operations | multiply-adds |"
        yield "| --- | ---: | ---: | ---: |"
        for row in rows:
            cells = ["" if count is None else str(count).replace("*", "\\*") for count in row[1:]]
            yield f"| {code(row.name)} | " + " | ".join(cells) + " |"
