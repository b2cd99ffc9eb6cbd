"""The equations of a problem unrolled over examples and steps, as nodes that can be recomputed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from backpropcli.checking.formula import Compute, Formula, on_paper
from backpropcli.checking.met import Meetings
from backpropcli.language.nodes import Expr, Name, Number
from backpropcli.ops.entry import Array
from backpropcli.problem.data import Equation
from backpropcli.problem.quantities import COUNTS, canonical
from backpropcli.solution import Run, Solution
from backpropcli.solution.run import computable

MOST_NODES = 3000  # of an unrolled problem; steps beyond that are compared with the key alone


class Instance(NamedTuple):
    """Which pass a value belongs to: the step before it (0: the given weights), the example."""

    step: int = 0
    example: int = 0


TOTAL = Instance()


@dataclass(eq=False)
class Node:
    """A value of one instance: its parents, and how it follows from them."""

    name: str
    at: Instance
    kind: str  # given, value, loss, gradient, update, define, total, count
    parents: tuple[int, ...] = ()
    parent_names: tuple[str, ...] = ()
    compute: Compute | None = None
    expr: Expr | None = None
    value: Any = None
    exact: bool = False
    children: list[int] = field(default_factory=list)


class Graph:
    """All nodes in the order of computation; ``find`` gives a node by name and instance."""

    def __init__(self, solution: Solution) -> None:
        self.solution, self.program = solution, solution.program
        self.problem = solution.problem
        self.nodes: list[Node] = []
        self.places: dict[tuple[Instance, str], int] = {}
        self.formulas: dict[str, Formula] = {}
        self._on_paper: dict[int, Formula] = {}
        self.totals: dict[str, Equation] = {}  # over the examples
        self.parts: dict[str, tuple[int, ...]] = {}  # the shapes of what they add up
        self.other_slopes: dict[str, Formula] = {}
        self._build()
        for i, node in enumerate(self.nodes):
            for parent in node.parents:
                self.nodes[parent].children.append(i)

    @cached_property
    def meetings(self) -> Meetings:
        """The nodes as they were met on the sheets of a class."""
        return Meetings(self)

    def find(self, name: str, example: int = 0, step: int = 0) -> int | None:
        """The node of a quantity; an example's or a step's (from 1) own one, or nothing."""
        name = canonical(name, self.problem.aliases)
        update = self.problem.update
        if not step and update is not None and name.endswith("_new") and self._unrolled:
            stem = name.removesuffix("_new")
            if stem in self.problem.weights:
                return self.places.get((Instance(update.steps - 1), name))
        at = Instance(max(0, step - 1), example)
        return self.places.get((at, name), self.places.get((TOTAL, name)))

    def _build(self) -> None:
        update = self.problem.update
        passes = len(self.problem.examples) or 1
        steps = update.steps if update is not None else 1
        size = len(self.program.computed) * passes * steps
        self._unrolled = steps == 1 or size <= MOST_NODES
        weights = {name: name for name in self.problem.weights}
        self._given(TOTAL, self.solution.total, self.problem.given)
        self._given(TOTAL, self.solution.total, [g.name for g in self.problem.upstream.values()])
        self._pass(TOTAL, self.solution.total, self.solution.examples)
        del weights
        self._updates()
        self._definitions()
        self._counts()

    def _given(self, at: Instance, run: Run, given: Iterable[str]) -> None:
        for name in given:
            if name in run.values:
                self._add(Node(name, at, "given", value=run.values[name], exact=True))

    def _pass(self, at: Instance, total: Run, examples: Sequence[Run]) -> None:
        """One forward and backward pass over the weights of a step, for each example."""
        if not examples:
            self._equations(at, total)
            return
        for number, run in enumerate(examples, 1):
            own = at._replace(example=number)
            self._given(own, run, self.problem.examples[number - 1])
            self._equations(own, run)
        for name in total.values:
            below = [
                self.places.get((at._replace(example=i + 1), name)) for i in range(len(examples))
            ]
            if (at, name) not in self.places and all(b is not None for b in below):
                self._total(at, name, [b for b in below if b is not None], total)

    def _total(self, at: Instance, name: str, below: list[int], total: Run) -> None:
        parts = [f"{name}({number})" for number in range(1, len(below) + 1)]
        self.places.update({(at, part): i for part, i in zip(parts, below, strict=True)})
        if name not in self.totals:
            shape = np.shape(total.values[name])
            expr = total_of(parts, self.problem.reduce == "mean")
            self.totals[name] = Equation(name, expr, "total", shape)
            self.parts.update(dict.fromkeys(parts, shape))
        equation = self.totals[name]
        formula = self.formula(equation._replace(name=f"{name}()"))
        node = Node(name, at, "total", tuple(below), formula.names, formula, equation.expr)
        self._add(self._valued(node, total))

    def _equations(self, at: Instance, run: Run) -> None:
        known = set(run.values)
        for equation in computable(self.program.computed, known):
            self._equation(equation, at, run)

    def _equation(self, equation: Equation, at: Instance, run: Run, kind: str = "") -> None:
        parents = []
        for name in self.formula(equation).names:
            place = self.visible(name, at)
            if place is None:
                return
            parents.append(place)
        node = Node(
            equation.name,
            at,
            kind or equation.kind,
            tuple(parents),
            self.formula(equation).names,
            self.formula(equation),
            equation.expr,
        )
        self._add(self._valued(node, run))

    def visible(self, name: str, at: Instance) -> int | None:
        """The node that a name means in an instance: its own, the step's, the given one."""
        if at.step and name in self.problem.weights:
            return self.places.get((Instance(at.step - 1), f"{name}_new"))
        for where in (at, at._replace(example=0), TOTAL):
            if (where, name) in self.places and (
                where != TOTAL or at == TOTAL or self._is_given(name)
            ):
                return self.places[where, name]
        return None

    def _is_given(self, name: str) -> bool:
        return self.nodes[self.places[TOTAL, name]].kind == "given"

    def formula(self, equation: Equation) -> Formula:
        """The compiled equation, shared by all instances."""
        if equation.name not in self.formulas:
            self.formulas[equation.name] = Formula(equation.expr)
        return self.formulas[equation.name]

    def written_out(self, expr: Expr) -> Formula:
        """The equation compiled as it is worked out on paper."""
        if id(expr) not in self._on_paper:
            self._on_paper[id(expr)] = Formula(on_paper(expr))
        return self._on_paper[id(expr)]

    def by_input(self, i: int) -> tuple[Formula, tuple[int, ...]] | None:
        """The equation of a gradient with its slopes written as f'(z), where it has f(z)."""
        node = self.nodes[i]
        if node.kind != "gradient" or node.name not in self.other_slopes:
            return None
        formula = self.other_slopes[node.name]
        parents = [self.visible(name, node.at) for name in formula.names]
        known = tuple(p for p in parents if p is not None)
        return (formula, known) if len(known) == len(parents) else None

    def _valued(self, node: Node, run: Run) -> Node:
        if node.name in run.values:
            node.value = run.values[node.name]
            node.exact = node.name in run.exact
        else:
            assert node.compute is not None
            node.value = node.compute([self.nodes[p].value for p in node.parents])
        return node

    def _add(self, node: Node) -> int:
        self.places[node.at, node.name] = len(self.nodes)
        self.nodes.append(node)
        return len(self.nodes) - 1

    def _updates(self) -> None:
        """The new weights of each step, and what they do to the loss."""
        update, total = self.problem.update, self.solution.total
        if update is None:
            return
        for step in range(update.steps if self._unrolled else 1):
            at = Instance(step)
            runs = self.solution.steps[step] if step < len(self.solution.steps) else None
            run = runs.total if runs else total
            if step:
                self._pass(at, run, runs.examples if runs else ())
            for equation in self.program.updates:
                self._update(equation, at, run if update.steps > 1 else total)
        self._losses(total)

    def _update(self, equation: Equation, at: Instance, run: Run) -> None:
        name = equation.name
        stem = name.removesuffix("_new").removesuffix("_change")
        lr = self.problem.update.lr if self.problem.update else Name(stem)
        step = lr * Name(f"d{self.problem.upper}/d{stem}")
        expr = Name(stem) - step if name.endswith("_new") else -step
        one = (
            equation
            if self.problem.update and self.problem.update.steps == 1
            else (equation._replace(expr=expr))
        )
        if name in run.values or at == TOTAL:
            self._equation(one, at, run)

    def _losses(self, total: Run) -> None:
        update, upper = self.problem.update, self.problem.upper
        assert update is not None
        if f"{upper}_new" in total.values and not self.problem.examples:
            at = Instance(update.steps if self._unrolled else 0)
            if self._unrolled:
                run = Run()
                for equation in self.program.forward:
                    self._equation(equation, at, run)
                last = self.places.get((at, upper))
                if last is not None:
                    node = Node(
                        f"{upper}_new", TOTAL, "update", (last,), (upper,), _same, Name(upper)
                    )
                    self._add(self._valued(node, total))
        for name in (
            f"{upper}_new",
            f"{upper}_steps",
            *(n for n in total.values if n.endswith("_change")),
        ):
            if name in total.values and (TOTAL, name) not in self.places:
                self._add(self._valued(Node(name, TOTAL, "update"), total))
        if update.steps > 1:
            for weight in update.weights:
                self._whole_change(weight, update.steps, total)

    def _whole_change(self, weight: str, steps: int, total: Run) -> None:
        """The change over all steps takes the place of the first step's."""
        first = self.places.pop((TOTAL, f"{weight}_change"), None)
        if first is not None:
            self.nodes[first].at = Instance(0, -1)
        name = f"{weight}_change"
        if name in total.values:
            self._add(self._valued(Node(name, TOTAL, "update"), total))

    def _definitions(self) -> None:
        for equation in self.program.definitions:
            for number, run in enumerate(self.solution.examples, 1):
                if equation.name in run.values:
                    self._equation(equation, Instance(0, number), run)
            if equation.name in self.solution.total.values:
                self._equation(equation, TOTAL, self.solution.total)

    def _counts(self) -> None:
        for name, value in self.solution.total.values.items():
            if name.partition("(")[0] in COUNTS:
                self.places.setdefault((TOTAL, name), len(self.nodes))
                self.nodes.append(Node(name, TOTAL, "count", value=value, exact=True))


def _same(values: Sequence[Array]) -> Array:
    return values[0]


def total_of(parts: Sequence[str], is_mean: bool) -> Expr:
    """What the examples come to together."""
    found: Expr = Name(parts[0])
    for part in parts[1:]:
        found = found + Name(part)
    return found / Number(len(parts)) if is_mean else found


def label(name: str, at: Instance) -> Mapping[str, int | None]:
    """The example and the step of a node, counted from 1, None where there are none."""
    return {"example": at.example or None, "step": at.step + 1 if at.step else None}
