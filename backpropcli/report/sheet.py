"""A solution as a sheet of paper: sections of steps, each an equation with its numbers."""

from __future__ import annotations

import numpy as np

from backpropcli.checking.levels import is_of_a_batch
from backpropcli.evaluate.entries import entry_expressions
from backpropcli.language.nodes import Apply, At, Expr, Name, index, is_op, names
from backpropcli.language.text import to_text
from backpropcli.ops.entry import Inexact
from backpropcli.ops.shaping import selector
from backpropcli.problem.data import Asked, Equation, Given
from backpropcli.problem.quantities import COUNTS, canonical
from backpropcli.report.making import NOWHERE
from backpropcli.report.options import Options
from backpropcli.report.steps import CountRow, Section, Sheet, Step
from backpropcli.report.updates import WHEN, UpdateMaker
from backpropcli.solution import Run, Solution


def make_sheet(solution: Solution, options: Options) -> Sheet:
    """The sheet of a solution; with ``only`` just those quantities."""
    return _Maker(solution, options).sheet()


class _Maker(UpdateMaker):
    def sheet(self) -> Sheet:
        problem = self.problem
        if self.options.only:
            return Sheet(problem.title or problem.name, "", self.chosen(), ())
        sections = [*self.given(), *self.passes(), *self.after(), self.asked()]
        kept = tuple(section for section in sections if section.steps)
        return Sheet(problem.title or problem.name, problem.statement, kept, self.counts())

    def given(self) -> list[Section]:
        own = {name for example in self.problem.examples for name in example}
        inputs = [g for g in self.problem.given.values() if g.kind == "input" and g.name not in own]
        inputs += self.problem.upstream.values()
        weights = [g for g in self.problem.given.values() if g.kind == "weight"]
        shared = [
            Step(second, self.program.shapes[first], note=f"the same parameter as {first}")
            for second, first in self.problem.aliases.items()
        ]
        return [
            Section("Given", tuple(map(_given_step, inputs)), "given"),
            Section("Weights", (*map(_given_step, weights), *shared), "given"),
            self.state(),
        ]

    def passes(self) -> list[Section]:
        if not self.solution.examples:
            return self.one_pass(self.solution.total, "", 0)
        found: list[Section] = []
        for number, run in enumerate(self.solution.examples, 1):
            case = self.problem.examples[number - 1]
            where = f"Example {number}: "
            found.append(Section(f"{where}given", tuple(map(_given_step, case.values())), "given"))
            found += self.one_pass(run, where, number)
        return [*found, self.total()]

    def one_pass(self, run: Run, where: str, number: int) -> list[Section]:
        def section(title: str, equations: tuple[Equation, ...]) -> Section:
            steps = tuple(self.step(e, run, number) for e in equations)
            title = where + title if where else title[0].upper() + title[1:]
            return Section(title, steps)

        found = [
            section("forward pass", self.program.forward),
            section("backward pass", self.program.gradients),
        ]
        if number:
            found.append(section("definitions", self.defined(run)))
        return found

    def defined(self, run: Run) -> tuple[Equation, ...]:
        return tuple(e for e in self.program.definitions if e.name in run.values)

    def total(self) -> Section:
        total = self.solution.total
        steps = [self.reduced(e, total) for e in self.program.computed if e.name in total.values]
        over = f"{self.problem.reduce} over the {len(self.solution.examples)} examples"
        return Section(f"Total: {over}", tuple(steps))

    def after(self) -> list[Section]:
        """Single steps, updates and definitions."""
        steps = [self.step(e, self.solution.total, 0) for e in self.defined(self.solution.total)]
        definitions = Section("Definitions", tuple(steps))
        return [*self.all_steps(), *self.updates(), definitions]

    def asked(self) -> Section:
        """The entries of ``find`` with their values, as a summary at the end."""
        runs = [(self.solution.total, 0, "")]
        for number, run in enumerate(self.solution.examples, 1):
            runs.append((run, number, f"example {number}"))
        later = [(s.total, NOWHERE, f"step {n}") for n, s in enumerate(self.solution.steps, 1)]
        steps = []
        for asked in self.problem.find if self.problem.find_given else ():
            # As it was asked, since a shared weight has two names; paper spellings are put plainly.
            plain = asked.text.isascii()
            name = asked.text if plain else to_text(asked.expr, self.problem.index_from)
            batched = any(is_of_a_batch(self.problem, n) for n in names(asked.expr))
            for run, number, where in later if batched else runs:
                step = self.one_asked(asked, run, number)
                if step is not None:
                    steps.append(step._replace(
                        name=name, expr=None, through=(), entries=(), comparison=None, left_out=0,
                        note=step.note if step.value is None else where,
                    ))  # fmt: skip
        return Section("Asked", tuple(steps), "asked")

    def counts(self) -> tuple[CountRow, ...]:
        counts = self.program.counts
        rows = [CountRow(name, size, None, None) for name, size in counts.parameters.items()]
        rows += [CountRow(name, None, *spent) for name, spent in counts.network.items()]
        if self.problem.loss and self.problem.loss not in counts.network:
            rows.append(CountRow(self.problem.loss, None, *counts.loss))
        rows += [
            CountRow(f"{name}, as a layer", counts.parameters_of(name), *counts.cost_of(name))
            for name in counts.layers
        ]
        rows += [
            CountRow(f"{name}, running averages (not trained)", size, None, None)
            for name, size in counts.averages.items()
        ]
        if not rows:
            return ()
        totals = (counts.total("parameters"), counts.total("operations"), counts.total("macs"))
        return (*rows, CountRow("total", *totals))

    def chosen(self) -> tuple[Section, ...]:
        """The quantities of ``--only``, of every example where there are some."""
        runs = [("", self.solution.total, 0)]
        for number, run in enumerate(self.solution.examples, 1):
            runs.append((f"Example {number}", run, number))
        found = []
        for title, run, number in runs:
            steps = [s for a in self.options.only if (s := self.one_asked(a, run, number))]
            found.append(Section(title or "Quantities", tuple(steps)))
        return tuple(section for section in found if section.steps)

    def one_asked(self, asked: Asked, run: Run, number: int) -> Step | None:
        """A quantity of ``--only`` with its equation, or the equation of one entry."""
        expr = asked.expr
        if is_op(expr, "shape"):
            inner = expr.args[0]
            shape = self.program.shapes.get(inner.name, ()) if isinstance(inner, Name) else ()
            note = f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
            return Step(asked.text, shape, note=note) if not number else None
        inner = expr.args[0] if is_op(expr, "index") else expr
        assert isinstance(inner, Name)
        name = canonical(inner.name, self.problem.aliases)
        if number and name.partition("(")[0] in COUNTS:
            return None
        equation = self.program.equation(name)
        size = self.program.counts.of(name) if name not in run.values else None
        if size is not None:
            return Step(name, (), note=str(size))
        if name not in run.values and (equation is None or number or self.solution.examples):
            return None
        step = self.whole(name, equation, run, number)
        if not is_op(expr, "index"):
            return step
        assert isinstance(expr, Apply)
        return self.part(step, asked, dict(expr.params)["at"])

    def whole(self, name: str, equation: Equation | None, run: Run, number: int) -> Step:
        """A quantity of a run, with its equation where it has one there."""
        if equation is None:
            if name in [self.problem.upper + ending for ending in WHEN]:
                return self.loss_after(name)
            value = run.values[name]
            return Step(name, value.shape, None, value, run.exact.get(name))
        if equation.kind == "update":
            return self.of_update(name, equation, run)
        if self.solution.examples and not number and equation in self.program.computed:
            return self.reduced(equation, run)
        return self.step(equation, run, number)

    def part(self, step: Step, asked: Asked, at: At) -> Step:
        """One entry of a step, or a slice of it."""
        chosen = selector(at)
        entry = None
        equation = self.program.equation(step.name)
        if step.expr is not None and equation is not None and not self.too_large(equation):
            try:
                entry = entry_expressions(step.expr, self.shapes)[chosen]
            except Inexact:
                entry = None
        value = None if step.value is None else np.asarray(step.value[chosen])
        exact = None if step.exact is None else np.asarray(step.exact[chosen], object)
        shape = self.shapes.of(index(Name(step.name), *at.items))
        single = entry if isinstance(entry, Expr) else None
        return step._replace(
            name=asked.text,
            shape=shape,
            value=value,
            exact=exact,
            expr=single,
            entries=(),
            comparison=None,
        )


def _given_step(given: Given) -> Step:
    return Step(given.name, given.shape, None, given.value, given.exact)
