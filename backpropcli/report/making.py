"""Steps of a sheet: an equation with its values, and the equations of its entries."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from backpropcli.evaluate.counts import cost
from backpropcli.evaluate.entries import entry_expressions
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Expr, Name, index
from backpropcli.language.text import to_text
from backpropcli.ops.entry import Array, Inexact
from backpropcli.ops.sizes import product
from backpropcli.problem.data import Equation
from backpropcli.report.options import Options
from backpropcli.report.steps import Step
from backpropcli.solution import Run, Solution

NOWHERE = -1  # the number of a run that is not compared with differences
MOST_WORK = 20_000  # operations in all entries of a value that are still written out
MOST_EACH = 60  # operations in one entry that is still written out, unless --full
MOST_ENTRIES = 48  # entries written out by --elements unless --full


class StepMaker:
    """Makes the steps of one solution."""

    def __init__(self, solution: Solution, options: Options) -> None:
        self.solution, self.options = solution, options
        self.problem, self.program = solution.problem, solution.program
        self.shapes = Shapes(self.program.shapes)

    def reduced(self, equation: Equation, run: Run) -> Step:
        """A total over the examples."""
        over = f"{self.problem.reduce} over the {len(self.solution.examples)} examples"
        name = equation.name
        comparison = (self.options.comparisons or {}).get((0, name))
        if run is not self.solution.total:
            comparison = None
        return Step(
            name, equation.shape, None, run.values[name], run.exact.get(name), note=over,
            comparison=comparison,
        )  # fmt: skip

    def step(self, equation: Equation, run: Run, number: int) -> Step:
        """An equation of a run; its example is ``number``, or ``NOWHERE`` in a later step."""
        name = equation.name
        entries, left_out = self.entries(equation, run) if self.options.elements else ((), 0)
        comparisons = self.options.comparisons or {}
        return Step(
            name,
            equation.shape,
            equation.expr,
            run.values.get(name),
            run.exact.get(name),
            self.put_in(run),
            "",
            equation.through,
            entries,
            left_out,
            comparisons.get((number, name)),
        )

    def put_in(self, run: Run) -> Mapping[str, Array]:
        """The values to put in: fractions where they are asked for."""
        return {**run.values, **run.exact} if self.options.numbers.exact else run.values

    def entries(self, equation: Equation, run: Run) -> tuple[tuple[Step, ...], int]:
        """Each entry of a value with its own equation."""
        if self.too_large(equation):
            size = product(equation.shape)
            return (), size if isinstance(size, int) else 0
        try:
            expressions = entry_expressions(equation.expr, self.shapes)
        except Inexact:
            return (), 0
        positions = list(np.ndindex(expressions.shape))
        shown = positions if self.options.full else positions[:MOST_ENTRIES]
        if equation.shape == () and expressions[()] == equation.expr:
            return (), 0
        steps = tuple(self.entry(equation, run, p, expressions[p]) for p in shown)
        return steps, len(positions) - len(shown)

    def too_large(self, equation: Equation) -> bool:
        """Whether writing out every entry would take longer than anybody reads."""
        work, size = cost(equation.expr, self.shapes).operations, product(equation.shape)
        if not isinstance(work, int) or not isinstance(size, int):
            return True
        return work + size > MOST_WORK or (work > MOST_EACH * size and not self.options.full)

    def entry(self, equation: Equation, run: Run, position: tuple[int, ...], expr: Expr) -> Step:
        """One entry of a value, with its own equation."""
        whole = Name(equation.name)
        name = to_text(index(whole, *position) if position else whole, self.problem.index_from)
        value, exact = run.values.get(equation.name), run.exact.get(equation.name)
        return Step(
            name,
            (),
            expr,
            None if value is None else value[position],
            None if exact is None else np.asarray(exact[position], object),
            self.put_in(run),
        )
