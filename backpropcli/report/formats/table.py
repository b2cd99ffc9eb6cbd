"""For the terminal: rich tables, a step a row, matrices drawn as matrices."""

from __future__ import annotations

from collections.abc import Iterator

from rich.box import ASCII, ROUNDED, SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from backpropcli.language.text import to_text
from backpropcli.ops.sizes import shape_text
from backpropcli.report.boxes import Look, beside, numbers_box, stacked, text_box, value_box
from backpropcli.report.options import Options
from backpropcli.report.screen import NARROWEST, drawn
from backpropcli.report.sheet import make_sheet
from backpropcli.report.steps import CountRow, Section, Sheet, Step
from backpropcli.report.words import (
    entry_line,
    exact_words,
    folded,
    paragraphs,
    through_words,
    verdict,
)
from backpropcli.solution import Solution


def render(solution: Solution, options: Options) -> str:
    """The whole sheet as text of at most ``options.width`` columns."""
    parts = _Sheet(solution, options).parts(make_sheet(solution, options))
    return drawn(parts, options.width, options.color)


class _Sheet:
    def __init__(self, solution: Solution, options: Options) -> None:
        self.options = options
        self.index_from = solution.problem.index_from
        self.width = max(NARROWEST, options.width)
        self.margin = 0  # columns of the shapes in this section
        self.compared = 0  # columns of the differences in this section, or 0

    def parts(self, sheet: Sheet) -> Iterator[RenderableType]:
        yield Text(sheet.title, style="bold")
        if sheet.statement:
            yield Text(paragraphs(sheet.statement), style="italic")
        for section in sheet.sections:
            yield Text()
            yield self.section(section)
        if sheet.counts:
            yield Text()
            yield self.counts(sheet.counts)
        if self.options.derivations:
            yield from self.derivations()

    def derivations(self) -> Iterator[RenderableType]:
        from backpropcli.report.blackboard import drawn_board

        for derivation in self.options.derivations:
            yield Text()
            yield drawn_board(derivation, self.options, self.index_from)

    def section(self, section: Section) -> Table:
        self.margin = max(len(shape_text(step.shape)) for step in section.steps)
        self.compared = self.column_for(section)
        compared = self.compared > 0
        table = Table(
            title=Text(section.title, style="bold"),
            title_justify="left",
            show_header=compared,
            box=ROUNDED if self.options.unicode else ASCII,
            expand=True,
            show_lines=section.kind == "steps",
            border_style="dim",
        )
        table.add_column("equation, numbers put in, result", ratio=1)
        if compared:
            table.add_column("central differences", width=self.compared)
        table.add_column("shape", justify="right", style="dim", no_wrap=True)
        for step in section.steps:
            difference = [self.comparison(step)] if compared else []
            table.add_row(self.step(step), *difference, Text(shape_text(step.shape)))
        return table

    def column_for(self, section: Section) -> int:
        """The columns for differences beside the results; 0 where they stand better below."""
        own = differences = 0
        boundless = Look(self.options.numbers, 10**6, self.options.full, self.options.unicode)
        for step in section.steps:
            if step.comparison is not None and step.value is not None:
                result = len(step.name) + 3 + value_box(step.value, boundless).width
                own = max(own, result)
                box = value_box(step.comparison.differences, boundless)
                differences = max(differences, box.width, len(verdict(step.comparison)))
        self.margin = max(self.margin, len("shape") if differences else 0)
        fits = max(own, NARROWEST) + differences + self.margin + 10 <= self.width
        return differences if fits else 0

    def look(self, step: Step, used: int) -> Look:
        room = self.width - 7 - self.margin - used
        if self.compared:
            room -= self.compared + 3
        return Look(self.options.numbers, max(12, room), self.options.full, self.options.unicode)

    def below(self, step: Step) -> list[Text]:
        """The derivative by differences under the result."""
        assert step.comparison is not None
        lead = " " * len(step.name) + " ~ "
        box = value_box(step.comparison.differences, self.look(step, len(lead)))
        lines = stacked([beside([text_box(lead), box])])
        style = "green" if step.comparison.agrees else "bold red"
        said = f"central differences: {verdict(step.comparison)}"
        return [*map(Text, lines), Text(said, style=style)]

    def comparison(self, step: Step) -> Group:
        """The derivative by differences, and how far it is off."""
        if step.comparison is None:
            return Group()
        look = Look(self.options.numbers, self.compared, self.options.full, self.options.unicode)
        box = value_box(step.comparison.differences, look)
        style = "green" if step.comparison.agrees else "bold red"
        return Group(*map(Text, box.lines), Text(verdict(step.comparison), style=style))

    def step(self, step: Step) -> Group:
        lines = self.worked(step) if step.expr is not None else self.bare(step)
        words = exact_words(step, self.options.numbers)
        if words:
            lines.append(Text(" " * (len(step.name) + 3) + words, style="dim"))
        if step.through:
            lines.append(Text(through_words(step), style="dim"))
        if step.comparison is not None and not self.compared:
            lines += self.below(step)
        return Group(*lines, *self.entries(step))

    def worked(self, step: Step) -> list[Text]:
        """Equation, numbers put in, result."""
        first, *rest = self.equation(step)
        head = Text(step.name, style="bold cyan")
        head.append(" = ", style="dim").append_text(first)
        put_in = map(Text, self.numbers_put_in(step))
        result = self.result(step, " " * len(step.name))
        if [line.strip() for line in result] == [f"= {first.plain}"]:
            result = []  # a constant such as dL/db = 1 is said once
        return [head, *rest, *put_in, *(Text(line, style="bold green") for line in result)]

    def bare(self, step: Step) -> list[Text]:
        """The name with its value, and what is said of it."""
        said = f"  {step.note}" if step.note else ""
        if step.value is None:
            return [Text(step.name, style="bold cyan").append(said, style="italic")]
        lines = [Text(line) for line in self.result(step, step.name)]
        lines[len(lines) // 2].append(said, style="italic")
        return lines

    def equation(self, step: Step) -> list[Text]:
        """The lines of the equation; upstream gradients and local slopes stand out."""
        assert step.expr is not None
        indent = " " * (len(step.name) + 3)
        room = self.width - 7 - self.margin - len(indent)
        found = []
        for number, line in enumerate(folded(to_text(step.expr, self.index_from), room)):
            text = Text(indent * bool(number) + line)
            text.highlight_regex(r"d\w+/d\w+", "magenta")
            text.highlight_regex(r"\w+'\([^()]*\)", "yellow")
            found.append(text)
        return found

    def numbers_put_in(self, step: Step) -> list[str]:
        """The lines with numbers; none where they are the result already."""
        if step.expr is None or step.value is None or step.values is None:
            return []
        lead = " " * len(step.name) + " = "
        look = self.look(step, len(lead))
        boxes = numbers_box(step.expr, step.values, look, self.index_from)
        if boxes == [value_box(step.value, look)]:
            return []
        first = beside([text_box(lead), boxes[0]])
        rest = [beside([text_box(" " * len(lead)), box]) for box in boxes[1:]]
        return stacked([first, *rest])

    def result(self, step: Step, name: str) -> list[str]:
        if step.value is None:
            return []
        lead = f"{name} = "
        box = value_box(step.shown, self.look(step, len(lead)))
        return stacked([beside([text_box(lead), box])])

    def entries(self, step: Step) -> Iterator[Text]:
        for entry in step.entries:
            line = entry_line(entry, self.index_from, self.options.numbers)
            first, *rest = folded(line, self.width - 13 - self.margin)
            yield Text("  " + first)
            yield from (Text("      " + part) for part in rest)
        if step.left_out:
            yield Text(f"  ... and {step.left_out} more entries (--full shows all)", style="dim")

    def counts(self, rows: tuple[CountRow, ...]) -> Table:
        table = Table(
            title=Text("Counts", style="bold"),
            title_justify="left",
            box=SIMPLE_HEAD if self.options.unicode else ASCII,
            border_style="dim",
        )
        table.add_column("of what")
        for heading in ("parameters", "operations", "multiply-adds"):
            table.add_column(heading, justify="right")
        for row in rows:
            cells = ("" if c is None else str(c) for c in row[1:])
            style = "bold" if row.name == "total" else ""
            table.add_row(Text(row.name, style="cyan"), *map(Text, cells), style=style)
        return table
