"""One forward and backward pass for each example, and their totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from backpropcli.errors import Complaint, EvaluationError
from backpropcli.evaluate.exact import exact_values
from backpropcli.evaluate.floats import Machine, evaluate
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, Expr, postorder
from backpropcli.language.text import to_text
from backpropcli.ops import OPS
from backpropcli.ops.sizes import product
from backpropcli.problem.data import Equation, Given
from backpropcli.program import Program
from backpropcli.solution.run import Run, computable
from backpropcli.writing import with_numbers

MOST_ENTRIES = 20_000_000  # of all parts of all equations, in all examples
CAUSES = {
    "log": "the logarithm of a number that is not above 0",
    "sqrt": "the root of a number below 0",
    "div": "a division by zero",
    "over": "a division by zero",
    "pow": "an overflow, or a power that is no real number",
    "cross_entropy": "the logarithm of the probability 0",
    "bce": "the logarithm of the probability 0",
}


class Passes:
    """The equations of a program that have values, compiled; passes over them."""

    def __init__(self, program: Program) -> None:
        self.program, self.problem = program, program.problem
        upstream = {given.name: given for given in self.problem.upstream.values()}
        self.fixed: dict[str, Given] = {**self.problem.given, **upstream}
        first = self.problem.examples[0] if self.problem.examples else {}
        known = {n for n, g in self.fixed.items() if g.value is not None} | set(first)
        self.equations = computable(program.computed, known)
        self.shapes = Shapes(program.shapes)
        self._refuse_too_large(bool(known))
        self.pairs = [(e.name, e.expr) for e in self.equations]
        self.machine = Machine(self.pairs, sorted(known))
        self._guarded: dict[Expr, list[Apply]] = {}

    def all(
        self, weights: Mapping[str, Given], exact: bool, batch: Sequence[int] = ()
    ) -> tuple[list[Run], Run]:
        """A run for each example and the total; of a single pass, that run is the total.

        ``batch`` has the positions of the examples that are meant, if not all are. Raises
        ``EvaluationError`` where a value leaves its domain.
        """
        examples = self.problem.examples
        chosen = batch or range(len(examples) or 1)
        runs = [
            self.one({**self.fixed, **weights, **(examples[i] if examples else {})}, exact, i + 1)
            for i in chosen
        ]
        single = not examples or len(batch) == 1
        return runs, runs[0] if single else self.total(runs)

    def one(self, given: Mapping[str, Given], exact: bool, number: int) -> Run:
        """One pass over given values; ``number`` is the example's, for messages."""
        run = Run()
        for name, one in given.items():
            if one.value is not None:
                run.put(name, one.value, one.exact)
        computed = self.machine.run(run.values)
        fractions: dict[str, Any] = {}
        if exact:
            rational = {name: run.exact.get(name) for name in run.values}
            fractions = exact_values(self.pairs, rational, self.shapes)
        for name, value in computed.items():
            run.put(name, value, fractions.get(name))
        for equation in self.equations:
            self.check(equation, run, number)
        return run

    def _refuse_too_large(self, has_values: bool) -> None:
        """Raise at the equation with which there is too much to be worked out.

        Where only sizes are given, nothing is: what is constant has no value then.
        """
        left = MOST_ENTRIES // max(1, len(self.problem.examples))
        for equation in self.equations:
            for node in postorder(equation.expr):
                entries = product(self.shapes.of(node))
                left -= entries if isinstance(entries, int) else 0
            if left < 0 and not has_values:
                self.equations = []
                return
            if left < 0:
                said = f"with this, more than {MOST_ENTRIES} numbers are to be worked out"
                hint = "without values, `{shape: ...}`, sizes and counts are found at any size"
                raise EvaluationError(self._complaint(equation, said, hint))

    def check(self, equation: Equation, run: Run, number: int = 0) -> None:
        """Raise where an op is used outside its domain, or the value is not finite."""
        complaint = self._outside(equation, run) or self._not_finite(equation, run)
        if complaint:
            where = f"example {number}: " if self.problem.examples and number else ""
            raise EvaluationError(complaint._replace(message=where + complaint.message))

    def _outside(self, equation: Equation, run: Run) -> Complaint | None:
        for node in self._guarded_parts(equation.expr):
            domain = OPS[node.op].domain
            assert domain is not None
            said = domain(*(evaluate(arg, run.values) for arg in node.args), **dict(node.params))
            if said:
                return self._complaint(equation, said)
        return None

    def _guarded_parts(self, expr: Expr) -> list[Apply]:
        """The parts of an equation whose ops have a domain; looked for once."""
        found = self._guarded.get(expr)
        if found is None:
            parts = (node for node in postorder(expr) if isinstance(node, Apply))
            found = [node for node in parts if OPS[node.op].domain is not None]
            self._guarded[expr] = found
        return found

    def _not_finite(self, equation: Equation, run: Run) -> Complaint | None:
        if np.isfinite(run.values[equation.name]).all():
            return None
        put_in = with_numbers(equation.expr, run.values, self.problem.index_from)
        return self._complaint(
            equation,
            f"{equation.name} is not a finite number: {put_in}",
            self._cause(equation, run),
        )

    def _cause(self, equation: Equation, run: Run) -> str:
        """The first part of an equation that is not finite, and why."""
        for node in postorder(equation.expr):
            if isinstance(node, Apply) and not np.isfinite(evaluate(node, run.values)).all():
                why = CAUSES.get(node.op, "an overflow: a number that is too large")
                text = with_numbers(node, run.values, self.problem.index_from)
                return f"`{text}` is {why}" if node is not equation.expr else f"there is {why}"
        return ""

    def _complaint(self, equation: Equation, said: str, hint: str = "") -> Complaint:
        text = f"{equation.name} = {to_text(equation.expr, self.problem.index_from)}"
        line = self.problem.source_line(equation.place)
        return Complaint(f"`{text}`: {said}", equation.place, hint, line)

    def total(self, runs: Sequence[Run]) -> Run:
        """The loss and the gradients of what the examples share, summed or averaged."""
        total = Run()
        shared = [name for name, given in self.fixed.items() if given.value is not None]
        for name in shared:
            total.put(name, runs[0].values[name], runs[0].exact.get(name))
        upper = self.problem.upper
        wanted = {upper, *(f"d{upper}/d{name}" for name in (*shared, *self.problem.aliases))}
        for name in (upper, *(e.name for e in self.program.gradients)):
            if name in wanted and name in runs[0].values:
                self._add(total, name, runs)
        return total

    def _add(self, total: Run, name: str, runs: Sequence[Run]) -> None:
        count = len(runs) if self.problem.reduce == "mean" else 1
        exact = None
        if all(name in run.exact for run in runs):
            exact = sum(run.exact[name] for run in runs) / Fraction(count)
        total.put(name, sum(run.values[name] for run in runs) / count, exact)
