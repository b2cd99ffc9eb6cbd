"""The equations of a problem unrolled over examples and steps, as nodes that can be recomputed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from backpropcli.evaluate.floats import Machine, Step
from backpropcli.language.nodes import Apply, Expr, Name, call, fold, names, with_args
from backpropcli.ops import OPS
from backpropcli.ops.entry import Array
from backpropcli.problem.data import Equation
from backpropcli.problem.quantities import COUNTS, canonical
from backpropcli.solution import Run, Solution
from backpropcli.solution.run import computable

MOST_NODES = 3000  # of an unrolled problem; steps beyond that are compared with the key alone
Compute = Callable[[Sequence[Array]], Array]


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


class Formula:
    """An equation compiled by itself: from the values of its names to its own."""

    def __init__(self, expr: Expr) -> None:
        self.names = tuple(names(expr))
        machine = Machine([("value", expr)], self.names)
        self.memory, self.steps = machine.memory, machine.steps
        self.count, self.slot = len(self.names), machine.slots["value"]
        self.curved = [getattr(step[0], "func", step[0]) in _CURVED for step in self.steps]

    def between(self, values: Sequence[Array], half: Callable[[Array], Array]) -> Array:
        """How far rounding the curved parts on the way moves the result, each by half a unit."""
        slots = list(self.memory)
        slots[: self.count] = values
        for step in self.steps:
            slots[step[1]] = _done(step, slots)
        total = np.zeros(np.shape(slots[self.slot]))
        for i, step in enumerate(self.steps):
            if step[1] == self.slot or not self.curved[i]:
                continue
            moved = list(slots)
            moved[step[1]] = slots[step[1]] + half(slots[step[1]])
            for later in self.steps[i + 1 :]:
                moved[later[1]] = _done(later, moved)
            total = total + np.abs(moved[self.slot] - slots[self.slot])
        return np.nan_to_num(total, nan=0.0, posinf=0.0)

    def __call__(self, values: Sequence[Array]) -> Array:
        """The value; not finite where a part leaves its domain."""
        slots = list(self.memory)
        slots[: self.count] = values
        for function, target, first, second, more in self.steps:
            if second is not None:
                slots[target] = function(slots[first], slots[second])
            elif more is None:
                slots[target] = function(slots[first])
            else:
                slots[target] = function(*[slots[i] for i in more])
        return slots[self.slot]


def _done(step: Step, slots: list[Array]) -> Array:
    function, _, first, second, more = step
    if second is not None:
        return function(slots[first], slots[second])
    return function(slots[first]) if more is None else function(*[slots[i] for i in more])


CURVED = (
    "sigmoid", "tanh", "softmax", "exp", "log", "sqrt", "softplus", "silu", "gelu", "elu", "selu",
    "log_softmax", "logsumexp", "sigmoid'", "tanh'", "sin", "cos",
)  # fmt: skip
_CURVED = {OPS[name].forward for name in CURVED}
WRITTEN_OUT = {
    "softmax_cross_entropy": ("cross_entropy", "softmax"),
    "bce_with_logits": ("bce", "sigmoid"),
}


def on_paper(expr: Expr) -> Expr:
    """The expression as it is worked out on paper, where probabilities are written down."""

    def visit(node: Expr, args: list[Expr]) -> Expr:
        if isinstance(node, Apply) and node.op in WRITTEN_OUT:
            loss, activation = WRITTEN_OUT[node.op]
            return call(loss, call(activation, args[0]), args[1])
        return with_args(node, tuple(args))

    return fold(expr, visit)


class Graph:
    """All nodes in the order of computation; ``find`` gives a node by name and instance."""

    def __init__(self, solution: Solution) -> None:
        self.solution, self.program = solution, solution.program
        self.problem = solution.problem
        self.nodes: list[Node] = []
        self.places: dict[tuple[Instance, str], int] = {}
        self.formulas: dict[str, Formula] = {}
        self._on_paper: dict[str, Formula] = {}
        self.other_slopes: dict[str, Formula] = {}
        self._build()
        for i, node in enumerate(self.nodes):
            for parent in node.parents:
                self.nodes[parent].children.append(i)

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
        share = 1.0 / len(below) if self.problem.reduce == "mean" else 1.0

        def compute(values: Sequence[Array]) -> Array:
            return sum(values[1:], values[0]) * share

        node = Node(name, at, "total", tuple(below), compute=compute)
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

    def written_out(self, name: str, expr: Expr) -> Formula:
        """The equation compiled as it is worked out on paper."""
        if name not in self._on_paper:
            self._on_paper[name] = Formula(on_paper(expr))
        return self._on_paper[name]

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


def label(name: str, at: Instance) -> Mapping[str, int | None]:
    """The example and the step of a node, counted from 1, None where there are none."""
    return {"example": at.example or None, "step": at.step + 1 if at.step else None}
