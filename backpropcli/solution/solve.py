"""From a problem to its solution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike
from typing import Any

from backpropcli.errors import BackpropError
from backpropcli.evaluate.floats import evaluate
from backpropcli.language.nodes import is_op, names
from backpropcli.ops.entry import Array
from backpropcli.problem import Problem, load_problem
from backpropcli.problem.asked import parse_quantity
from backpropcli.problem.quantities import COUNTS, ENDINGS
from backpropcli.program import Program, build_program
from backpropcli.solution.passes import Passes
from backpropcli.solution.run import Run, StepRun
from backpropcli.solution.update import make_steps, summarise


@dataclass(frozen=True, eq=False, repr=False)
class Solution:
    """A solved problem; ``solve`` makes it.

    ``total`` holds the values of the whole problem: of its one pass, or with ``examples`` the
    total loss, the total gradients and what follows from them. ``examples`` holds a run for each
    example and ``steps`` the runs of each step of an update; ``ahead`` is the pass at the weights
    where the momentum leads, of a single step that has one. ``solution["dL/dW1"]`` is a float64
    array of the shape of W1.
    """

    problem: Problem
    program: Program
    total: Run
    examples: tuple[Run, ...] = ()
    steps: tuple[StepRun, ...] = ()
    ahead: StepRun | None = None

    def __getitem__(self, quantity: str) -> Array:
        """The value of a quantity or an entry, ``dL/dW1[2,1]``; with examples, of the total.

        Raises ``KeyError`` where it has no value in this solution.
        """
        if quantity in self.total.values:
            return self.total.values[quantity]
        try:
            asked = parse_quantity(self.problem, quantity).expr
        except BackpropError as error:
            raise KeyError(str(error)) from None
        if any(name not in self.total.values for name in names(asked)) or is_op(asked, "shape"):
            raise KeyError(f"{quantity} has no value here")
        return evaluate(asked, self.total.values)

    def __repr__(self) -> str:
        known = len(self.total.values)
        return f"<Solution of {self.problem.name!r}: {known} values>"

    def __contains__(self, quantity: object) -> bool:
        return quantity in self.total.values

    def __iter__(self) -> Iterator[str]:
        return iter(self.total.values)

    def _repr_html_(self) -> str:
        from backpropcli.report.notebook import render

        return render(self)


def solve(problem: Problem | str | PathLike[str], also: Iterable[str] = ()) -> Solution:
    """Work out every value and every gradient of a problem, or of the problem file at a path.

    ``also`` names derivatives that are wanted beyond ``find``, such as "dL/dx". Raises
    ``ProblemError`` or ``FileError`` for a bad problem, and ``EvaluationError`` where the numbers
    leave their domain on the way.
    """
    problem = problem if isinstance(problem, Problem) else load_problem(problem)
    program = build_program(problem, also)
    passes = Passes(program)
    weights = {name: problem.given[name] for name in problem.weights}
    update = problem.update
    kept: list[StepRun] = []
    ahead: StepRun | None = None
    if update is None:
        runs, total = passes.all(weights, exact=True)
    else:
        steps, after = make_steps(passes, update, weights)
        runs, total = list(steps[0].examples), Run(steps[0].total)
        if update.batches:
            runs, total = passes.all(weights, exact=True)
        summarise(passes, total, [step.total for step in steps], weights, after)
        kept, ahead = (steps, None) if update.counted else ([], steps[0].ahead)
    examples = [Run(run) for run in runs] if problem.examples else []
    counted = _counted(program)
    for step in (StepRun(total, tuple(examples)), *kept):
        for number, run in enumerate((step.total, *step.examples)):
            for name, size in counted.items():
                if name not in run.values:
                    run.put(name, size, Fraction(size))
            _define(passes, run, number)
            _share(problem, run)
    return Solution(problem, program, total, tuple(examples), tuple(kept), ahead)


def _share(problem: Problem, run: Run) -> None:
    """Put the values of shared weights under their second names too."""
    for second, first in problem.aliases.items():
        for ending in ("", *ENDINGS):
            if first + ending in run.values:
                run.put(second + ending, run.values[first + ending], run.exact.get(first + ending))


def _define(passes: Passes, run: Run, number: int) -> None:
    """Compute the definitions that this run has the values for; 0 is the number of the total."""
    for equation in passes.program.definitions:
        if run.has_all(names(equation.expr)):
            run.compute(equation, passes.shapes)
            passes.check(equation, run, number)


def _counted(program: Program) -> dict[str, int]:
    """The counts that definitions and ``find`` may use, where they are numbers."""
    counts = program.counts
    found: dict[str, Any] = {what: counts.total(what) for what in COUNTS}
    for name in {**counts.by_equation, **counts.parameters}:
        found[f"parameters({name})"] = counts.parameters_of(name)
    costs = dict(counts.network)
    if program.problem.loss:
        costs.setdefault(program.problem.loss, counts.loss)
    for name in costs:
        found[f"operations({name})"], found[f"macs({name})"] = counts.cost_of(name)
    return {name: size for name, size in found.items() if isinstance(size, int)}
