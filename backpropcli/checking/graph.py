"""The equations of a problem unrolled over examples and steps, as nodes that can be recomputed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from backpropcli.checking.counted import counted
from backpropcli.checking.defined import add_definitions, add_own_name, own_names
from backpropcli.checking.formula import Compute, Formula, on_paper, total_of
from backpropcli.checking.met import Meetings
from backpropcli.checking.nodes import TOTAL, WHOLE, Instance, Node
from backpropcli.checking.otherwise import other_slopes, world_of
from backpropcli.checking.unrolling import build_steps
from backpropcli.language.nodes import Expr
from backpropcli.problem.data import Equation
from backpropcli.problem.quantities import canonical
from backpropcli.solution import Run, Solution
from backpropcli.solution.run import computable

__all__ = ["TOTAL", "Graph", "Instance", "Node"]

MOST_NODES = 3000  # of an unrolled problem; steps beyond that are compared with the key alone


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
        self.defined = own_names(self.program)
        self.onward: dict[int, int] = {}  # by gradient, the node that goes on from its own name
        self._build()
        for i, node in enumerate(self.nodes):
            for parent in node.parents:
                self.nodes[parent].children.append(i)

    @cached_property
    def meetings(self) -> Meetings:
        """The nodes as they were met on the sheets of a class."""
        return Meetings(self)

    world = cached_property(world_of)
    other_slopes = cached_property(other_slopes)

    def find(self, name: str, example: int = 0, step: int = 0) -> int | None:
        """The node of a quantity; an example's or a step's (from 1) own one, or nothing.

        Without a step, what an update makes is that of the last step.
        """
        name = canonical(name, self.problem.aliases)
        if not step:
            if (WHOLE, name) in self.places and not example:
                return self.places[WHOLE, name]
            if name in self._made:
                at = self.last if self._is_last(name) else Instance(self.first)
                return self.places.get((at, name))
            return self.places.get((Instance(0, example), name), self.places.get((TOTAL, name)))
        at = Instance(step - 1 + self.first, self._in_batch(example, step - 1))
        found = self.places.get((at, name))
        if found is None and self._handed_on(name, at):
            return self.visible(name, at)
        if found is None and name not in self._made and (WHOLE, name) not in self.places:
            return self._shared(name)
        return found

    def _is_last(self, name: str) -> bool:
        """Whether a quantity of an update is at the top as the last step leaves it."""
        update = self.problem.update
        return update is None or name not in update.start

    def _shared(self, name: str) -> int | None:
        """A given value or a count, which is the same in all steps."""
        place = self.places.get((TOTAL, name))
        same = place is not None and self.nodes[place].kind in ("given", "count")
        return place if same else None

    def is_made(self, name: str) -> bool:
        """Whether a quantity belongs to the steps of an update."""
        return name in self._made

    def _in_batch(self, example: int, step: int) -> int:
        """Of a step over a single example, that example is the pass itself."""
        update = self.problem.update
        batch = update.batch(step) if update is not None and step < update.steps else ()
        return 0 if batch == (example - 1,) else example

    def _handed_on(self, name: str, at: Instance) -> bool:
        """Whether a name means what the step before left: a weight, or the state of a rule."""
        update = self.problem.update
        if update is None or at.step < self.first:
            return False
        return name in update.weights or name in update.carried

    def step_of(self, node: Node) -> int | None:
        """The step that a node belongs to, from 1; None at the given weights and over all steps."""
        at, update = node.at, self.problem.update
        if at.step < 0 or (at == TOTAL and (self.last == TOTAL or node.name not in self._made)):
            return None
        if update is None or (at.step == 0 and node.name not in self._made):
            return None
        number = at.step + 1 - self.first
        return number if number <= update.steps else None

    def _build(self) -> None:
        update = self.problem.update
        passes = len(self.problem.examples) or 1
        steps = update.steps if update is not None else 1
        size = len(self.program.computed) * passes * steps
        self.first = 1 if update is not None and update.batches else 0
        self.last = Instance(steps - 1 + self.first)
        own = update.own_givens if update is not None else []
        self._made = {*(e.name for e in self.program.updates), *own}
        self.unrolled = steps == 1 or size <= MOST_NODES
        self.add_given(TOTAL, self.solution.total, self.problem.given)
        self.add_given(TOTAL, self.solution.total, [g.name for g in self.problem.upstream.values()])
        self.add_pass(TOTAL, self.solution.total, self.solution.examples)
        if update is not None:
            build_steps(self, update)
        add_definitions(self)
        self._counts()

    def add_given(self, at: Instance, run: Run, given: Iterable[str]) -> None:
        """Nodes for values that are given in a run."""
        for name in given:
            if name in run.values:
                self._add(Node(name, at, "given", value=run.values[name], exact=True))

    def add_pass(
        self, at: Instance, total: Run, examples: Sequence[Run], batch: Sequence[int] = ()
    ) -> None:
        """One forward and backward pass over the weights of a step, for each example."""
        if not examples:
            if batch:
                self.add_given(at, total, self.problem.examples[batch[0]])
            self._equations(at, total)
            return
        numbers = [i + 1 for i in batch or range(len(examples))]
        for number, run in zip(numbers, examples, strict=True):
            own = at._replace(example=number)
            self.add_given(own, run, self.problem.examples[number - 1])
            self._equations(own, run)
        for name in total.values:
            below = [self.places.get((at._replace(example=i), name)) for i in numbers]
            if (at, name) not in self.places and all(b is not None for b in below):
                self._total(at, name, [b for b in below if b is not None], total)

    def add_forward(self, at: Instance, examples: int) -> None:
        """The forward pass over other weights, with the total loss of that many examples."""
        run = Run()
        for number in range(1, examples + 1) or (0,):
            own = at._replace(example=number)
            if number:
                self.add_given(own, self.solution.examples[number - 1],
                               self.problem.examples[number - 1])  # fmt: skip
            for equation in self.program.forward:
                self.add_equation(equation, own, run)
        upper = self.problem.upper
        below = [self.places.get((at._replace(example=i + 1), upper)) for i in range(examples)]
        if examples and all(b is not None for b in below):
            self._total(at, upper, [b for b in below if b is not None], run)

    def add_number(self, name: str, at: Instance, run: Run) -> None:
        """A number of an update that is not worked out from others here."""
        self._add(self._valued(Node(name, at, "update"), run))

    def add_made(
        self, name: str, at: Instance, parents: Sequence[int], compute: Compute, expr: Expr | None
    ) -> None:
        """What all steps come to: by what it follows from, or as a number where that is unknown."""
        shown = tuple(self.nodes[p].name for p in parents)
        node = Node(name, at, "update", tuple(parents), shown, compute if parents else None, expr)
        self._add(self._valued(node, self.solution.total))

    def _total(self, at: Instance, name: str, below: list[int], total: Run) -> None:
        parts = [f"{name}({number})" for number in range(1, len(below) + 1)]
        self.places.update({(at, part): i for part, i in zip(parts, below, strict=True)})
        shape = np.shape(self.nodes[below[0]].value)
        expr = total_of(parts, self.problem.reduce == "mean")
        equation = self.totals.setdefault(name, Equation(name, expr, "total", shape))
        self.parts.update(dict.fromkeys(parts, shape))
        if equation.expr != expr:  # a smaller batch
            equation = equation._replace(expr=expr)
        formula = self.formula(equation._replace(name=f"{name}({len(parts)})()"))
        node = Node(name, at, "total", tuple(below), formula.names, formula, equation.expr)
        self._add(self._valued(node, total))

    def _equations(self, at: Instance, run: Run) -> None:
        known = set(run.values)
        named = self.defined if not at.step and self.last == TOTAL else {}
        for equation in computable(self.program.computed, known):
            self.add_equation(equation, at, run)
            if equation.name in named:
                add_own_name(self, equation.name, at, run)

    def add_equation(self, equation: Equation, at: Instance, run: Run) -> None:
        """A node for an equation, where all that it uses has one."""
        parents = []
        update = self.problem.update
        there = update is not None and update.ahead and equation.name.endswith("_g")
        for name in self.formula(equation).names:
            elsewhere = there and equation.kind == "update" and "/" in name
            place = self.visible(name, at._replace(ahead=True) if elsewhere else at)
            if place is None:
                return
            parents.append(place)
        node = Node(
            equation.name,
            at,
            equation.kind,
            tuple(parents),
            self.formula(equation).names,
            self.formula(equation),
            equation.expr,
        )
        self._add(self._valued(node, run))

    def visible(self, name: str, at: Instance) -> int | None:
        """The node that a name means in an instance: its own, the step's, the given one."""
        if at == WHOLE:
            return self.find(name)
        update = self.problem.update
        if at.ahead and update is not None and name in update.ahead:
            here = at._replace(example=0, ahead=False)
            return self.places.get((here, f"{name}_ahead"))
        if at.step > self.first and self._handed_on(name, at):
            assert update is not None
            made = update.carried.get(name, f"{name}_new")
            return self.places.get((Instance(at.step - 1), made))
        own = self.places.get((at, name))
        if own is not None:
            return self.onward.get(own, own)
        shared, here = at._replace(example=0), at._replace(example=0, ahead=False)
        for where in (shared, at._replace(ahead=False), here, TOTAL):
            place = self.places.get((where, name))
            if place is not None and (where == shared or self.nodes[place].kind == "given"):
                return place
        return None

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

    def _counts(self) -> None:
        for one in counted(self.program, self.solution.total.values):
            below = tuple(self.places[TOTAL, part] for part in one.parts)
            node = Node(one.name, TOTAL, "count", below, one.parts, value=one.value, exact=True)
            if below:
                node.expr = total_of(one.parts, is_mean=False)
                node.compute = Formula(node.expr)
            self.places.setdefault((TOTAL, one.name), len(self.nodes))
            self.nodes.append(node)
