"""Words and lines without boxes: for screen readers, diffs and pipes."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.text import to_text
from backpropcli.ops.sizes import shape_text
from backpropcli.report.options import Options
from backpropcli.report.sheet import make_sheet
from backpropcli.report.steps import CountRow, Section, Sheet, Step
from backpropcli.report.words import comparison_words, entry_line, exact_words, through_words
from backpropcli.solution import Solution
from backpropcli.writing import listed, with_numbers

MOST = 12  # entries of an axis that are shown, unless --full


def render(solution: Solution, options: Options) -> str:
    """The sheet as lines of text."""
    lines = list(_Lines(solution, options).sheet(make_sheet(solution, options)))
    return "\n".join(lines) + "\n"


class _Lines:
    def __init__(self, solution: Solution, options: Options) -> None:
        self.options = options
        self.index_from = solution.problem.index_from
        self.most = None if options.full else MOST

    def sheet(self, sheet: Sheet) -> Iterator[str]:
        yield sheet.title
        if sheet.statement:
            yield sheet.statement
        for section in sheet.sections:
            yield ""
            yield f"{section.title}:"
            yield from self.section(section)
        if sheet.counts:
            yield ""
            yield "Counts:"
            yield from map(self.count, sheet.counts)
        if self.options.derivations:
            yield from self.derivations()

    def derivations(self) -> Iterator[str]:
        from backpropcli.report.derived import as_lines, board

        for derivation in self.options.derivations:
            one = board(derivation, self.options, self.index_from)
            yield ""
            yield f"Derivation: {one.title}"
            yield from as_lines(one)

    def section(self, section: Section) -> Iterator[str]:
        for number, step in enumerate(section.steps):
            if number and section.kind == "steps":
                yield ""
            yield from self.step(step)

    def step(self, step: Step) -> Iterator[str]:
        shape = f", shape {shape_text(step.shape)}" if step.shape else ""
        if step.expr is None and step.value is None:
            yield f"{step.name}{shape}" + (f": {step.note}" if step.note else "")
            return
        result = "" if step.value is None else self.result(step)
        if step.expr is None:
            yield f"{step.name} = {result}{shape}" + (f" ({step.note})" if step.note else "")
        else:
            through = f", {through_words(step)}" if step.through else ""
            yield f"{step.name} = {to_text(step.expr, self.index_from)}{shape}{through}"
            yield from self.worked(step, result)
        words = exact_words(step, self.options.numbers)
        if words:
            yield f"{step.name} is {words}"
        for entry in step.entries:
            yield "  " + entry_line(entry, self.index_from, self.options.numbers)
        if step.left_out:
            yield f"  and {step.left_out} more entries"
        if step.comparison is not None:
            words = comparison_words(step.comparison, self.options.numbers, self.most)
            yield f"{step.name} {words}"

    def worked(self, step: Step, result: str) -> Iterator[str]:
        """The numbers put in, and the result."""
        if step.value is None or step.values is None or step.expr is None:
            return
        put_in = with_numbers(
            step.expr,
            step.values,
            self.index_from,
            lambda v: listed(v, self.options.numbers, self.most),
        )
        equation = to_text(step.expr, self.index_from)
        for line in dict.fromkeys((put_in, result)):
            if line != equation:
                yield f"{step.name} = {line}"

    def result(self, step: Step) -> str:
        value = step.shown
        assert value is not None
        return listed(value, self.options.numbers, self.most)

    def count(self, row: CountRow) -> str:
        said = zip(("parameter", "operation", "multiply-add"), row[1:], strict=True)
        return f"{row.name}: " + ", ".join(
            f"{count} {what}{'' if count == 1 else 's'}"
            for what, count in said
            if count is not None
        )
