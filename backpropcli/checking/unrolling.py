"""The steps of an update as nodes: each its own pass, then what the rule makes of the gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from backpropcli.checking.formula import Compute
from backpropcli.checking.nodes import TOTAL, WHOLE, Instance
from backpropcli.language.nodes import Name
from backpropcli.ops.entry import Array
from backpropcli.problem.data import Equation, Update
from backpropcli.solution import Run, StepRun

if TYPE_CHECKING:
    from backpropcli.checking.graph import Graph


def build_steps(graph: Graph, update: Update) -> None:
    """All steps, the loss after them, and what they come to together."""
    solution = graph.solution
    alone = StepRun(solution.total, solution.examples, ahead=solution.ahead)
    builder = _Builder(graph, update, solution.steps or (alone,))
    if graph.unrolled:
        builder.steps()
    else:
        builder.numbers_only()
    builder.over_all()


class _Builder:
    def __init__(self, graph: Graph, update: Update, steps: Sequence[StepRun]) -> None:
        self.graph, self.update, self.runs = graph, update, steps
        self.total = graph.solution.total
        self.whole = WHOLE if graph.last != TOTAL else TOTAL

    def at(self, number: int) -> Instance:
        """The instance of a step, from 0."""
        return Instance(number + self.graph.first)

    def steps(self) -> None:
        """The pass of each step, the pass where the momentum leads, the equations of the rule."""
        for number, step in enumerate(self.runs):
            at = self.at(number)
            if at != TOTAL:
                self.graph.add_pass(at, step.total, step.examples, step.batch)
            own = [n for n in self.update.own_givens if not number or n not in self.update.start]
            self.graph.add_given(at, step.total, own)
            lines = self.graph.program.updates
            leads = [e for e in lines if self.update.ahead and e.name.endswith("_ahead")]
            self.equations(leads, at, step.total)
            if step.ahead is not None:
                there = at._replace(ahead=True)
                self.graph.add_pass(there, step.ahead.total, step.ahead.examples, step.batch)
            self.equations([e for e in lines if e not in leads], at, step.total)
            if self.whole != TOTAL:
                self.definitions(at, step)

    def equations(self, lines: Sequence[Equation], at: Instance, run: Run) -> None:
        """The equations of the rule; gradients may be those where the momentum leads."""
        for equation in lines:
            if equation.name in run.values or self.graph.last == TOTAL:
                self.graph.add_equation(equation, at, run)

    def definitions(self, at: Instance, step: StepRun) -> None:
        """What is defined, in one step and its examples."""
        for equation in self.graph.program.definitions:
            for number, run in enumerate(step.examples):
                if equation.name in run.values:
                    example = (step.batch[number] if step.batch else number) + 1
                    self.graph.add_equation(equation, at._replace(example=example), run)
            if equation.name in step.total.values:
                self.graph.add_equation(equation, at, step.total)

    def numbers_only(self) -> None:
        """Steps of too large a problem: their numbers, which do not follow from each other."""
        for number, step in enumerate(self.runs):
            at = self.at(number)
            for name in step.total.values:
                if (at, name) not in self.graph.places:
                    self.graph.add_number(name, at, step.total)

    def over_all(self) -> None:
        """The loss at the new weights, the losses before each step, the change over all steps."""
        upper, graph = self.graph.problem.upper, self.graph
        if f"{upper}_new" in self.total.values:
            self.loss_after(f"{upper}_new", upper)
            self.stacked(f"{upper}_steps", upper)
        if self.whole == TOTAL:
            return
        for weight in self.update.weights:
            name = f"{weight}_change"
            parts = [graph.places.get((self.at(n), name)) for n in range(self.update.steps)]
            known = [part for part in parts if part is not None]
            if name in self.total.values:
                self.add(name, known if graph.unrolled else [], _added)

    def loss_after(self, name: str, upper: str) -> None:
        """The loss at the weights after the last step, by a pass of its own."""
        graph, at = self.graph, Instance(self.graph.last.step + 1)
        if graph.unrolled:
            graph.add_forward(at, len(graph.problem.examples))
        last = graph.places.get((at, upper))
        self.add(name, [last] if last is not None else [], _same, upper)

    def stacked(self, name: str, upper: str) -> None:
        """The losses before each step as one list."""
        places = [self.graph.places.get((self.at(n), upper)) for n in range(self.update.steps)]
        known = [place for place in places if place is not None]
        self.add(name, known if len(known) == len(places) else [], _listed)

    def add(self, name: str, parents: Sequence[int], compute: Compute, shown: str = "") -> None:
        """A value over all steps, by what it follows from or as a number."""
        self.graph.add_made(name, self.whole, parents, compute, Name(shown) if shown else None)


def _same(values: Sequence[Array]) -> Array:
    return values[0]


def _listed(values: Sequence[Array]) -> Array:
    return np.stack([np.asarray(value, float) for value in values])


def _added(values: Sequence[Array]) -> Array:
    return sum(np.asarray(value, float) for value in values)
