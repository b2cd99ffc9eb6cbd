"""From a problem to its equations: forward pass, gradients, updates and definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backpropcli.autodiff import Assignment, derivative_name, gradients
from backpropcli.errors import Complaint, Place, ProblemError
from backpropcli.evaluate.counts import Cost, cost
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Name, names
from backpropcli.language.text import to_text
from backpropcli.ops.entry import ShapeError
from backpropcli.ops.sizes import Shape, Size, product
from backpropcli.problem.data import Equation, Layer, Problem
from backpropcli.problem.quantities import COUNTS, split_derivative


@dataclass(frozen=True, eq=False, repr=False)
class Counts:
    """Parameters by weight; operations and macs by equation of the network, and the loss.

    ``layers`` are those of several equations, by the name of their last value, as a whole.
    ``averages`` are the numbers that a layer keeps and that are not trained, by its value.
    """

    parameters: Mapping[str, Size]
    network: Mapping[str, Cost]
    loss: Cost
    by_equation: Mapping[str, Size]
    layers: Mapping[str, Layer]
    averages: Mapping[str, Size]

    def cost_of(self, name: str) -> Cost:
        """The operations of an equation, or of the layer that is counted under its name."""
        layer = self.layers.get(name)
        if layer is None:
            return self.network.get(name, self.loss)
        costs = [self.network[value] for value in layer.values]
        return Cost(_sum(c.operations for c in costs), _sum(c.macs for c in costs))

    def parameters_of(self, name: str) -> Size | None:
        """The parameters of a weight, an equation, or the layer that is counted under its name."""
        layer = self.layers.get(name)
        if layer is not None:
            return _sum(self.parameters.get(weight, 0) for weight in layer.weights)
        return {**self.by_equation, **self.parameters}.get(name)

    def of(self, name: str) -> Size | None:
        """The count by the name of its quantity, ``parameters(W1)``; None for other quantities."""
        kind, bracket, inner = name.partition("(")
        if kind not in COUNTS:
            return None
        if not bracket:
            return self.total(kind)
        inner = inner.rstrip(")")
        if kind == "parameters":
            return self.parameters_of(inner)
        if kind == "non_trainable":
            return self.averages.get(inner, 0)
        spent: Size = getattr(self.cost_of(inner), kind)
        return spent

    def total(self, what: str) -> Size:
        """The total of a count; of operations and macs that of the network without the loss."""
        if what == "non_trainable":
            return _sum(self.averages.values())
        if what == "parameters":
            return _sum(self.parameters.values())
        return _sum(getattr(c, what) for c in self.network.values())


@dataclass(frozen=True, eq=False, repr=False)
class Program:
    """The equations of a problem, in the order in which they are computed.

    ``shapes`` has every name: given values, network, gradients, updates, definitions.
    """

    problem: Problem
    forward: tuple[Equation, ...]
    gradients: tuple[Equation, ...]
    updates: tuple[Equation, ...]
    definitions: tuple[Equation, ...]
    shapes: Mapping[str, Shape]
    counts: Counts

    @property
    def computed(self) -> tuple[Equation, ...]:
        """What one pass over the given values computes: the forward and the backward pass."""
        return (*self.forward, *self.gradients)

    def equation(self, name: str) -> Equation | None:
        """The equation of that name, or nothing."""
        for equation in (*self.computed, *self.updates, *self.definitions):
            if equation.name == name:
                return equation
        return None


def build_program(problem: Problem, also: Iterable[str] = ()) -> Program:
    """All equations of a problem; ``also`` names derivatives that are wanted beyond ``find``.

    Raises ``ProblemError`` where a derivative cannot be worked out.
    """
    found: dict[str, Equation] = {}
    shapes = dict(problem.shapes)
    for upper, wanted in _wanted(problem, also).items():
        for equation in _derivatives(problem, upper, wanted):
            found.setdefault(equation.name, equation)
    _add_shared(problem, found)
    shapes.update({equation.name: equation.shape for equation in found.values()})
    shapes.update({given.name: given.shape for given in problem.upstream.values()})
    updates = _updates(problem, shapes)
    shapes.update({equation.name: equation.shape for equation in updates})
    if problem.update is not None:
        shapes.update({name: given.shape for name, given in problem.update.start.items()})
        shapes.update({n: () for n in (problem.update.counter, problem.update.rate) if n})
    counts = _counts(problem)
    definitions = _definitions(problem, shapes)
    shapes.update({equation.name: equation.shape for equation in definitions})
    return Program(
        problem, problem.equations, tuple(found.values()), updates, definitions, shapes, counts
    )


def _sum(sizes: Iterable[Size]) -> Size:
    total: Size = 0
    for size in sizes:
        total = total + size
    return total


def _wanted(problem: Problem, also: Iterable[str]) -> dict[str, dict[str, Place | None]]:
    """The lower values to differentiate by, for each upper value, with the place that asks."""
    wanted: dict[str, dict[str, Place | None]] = {}
    if problem.upper:
        wanted[problem.upper] = dict.fromkeys(problem.weights)
    asking = [(n, asked.place) for asked in problem.find for n in names(asked.expr)]
    asking += [(n, d.place) for d in problem.definitions for n in names(d.expr)]
    for name, place in [*asking, *((n, None) for n in also)]:
        parts = split_derivative(name)
        if parts is not None:
            upper, lower = parts
            wanted.setdefault(upper, {})[problem.aliases.get(lower, lower)] = place
    return wanted


def _derivatives(
    problem: Problem, upper: str, wanted: Mapping[str, Place | None]
) -> list[Equation]:
    places = {equation.name: equation.place for equation in problem.equations}
    given = tuple(problem.upstream) if upper == problem.upper else ()
    equations = [Assignment(e.name, e.expr) for e in problem.equations]
    targets = [name for name in wanted if name not in given]
    try:
        found = gradients(equations, upper, targets, problem.shapes, given)
    except ShapeError as error:
        asked = next((p for p in wanted.values() if p is not None), None)
        place = asked or places.get(upper)
        raise ProblemError(
            Complaint(str(error), place, source=problem.source_line(place))
        ) from None
    return [
        Equation(
            g.name,
            g.expr,
            "gradient",
            g.shape,
            places.get(g.through[-1]) if g.through else None,
            g.through,
        )
        for g in found
    ]


def _add_shared(problem: Problem, found: dict[str, Equation]) -> None:
    """The gradient of a shared weight under its second name, where it has the first."""
    for second, first in problem.aliases.items():
        name = derivative_name(problem.upper, first)
        if name in found:
            shared = derivative_name(problem.upper, second)
            found[shared] = found[name]._replace(name=shared, expr=Name(name))


def _updates(problem: Problem, shapes: Mapping[str, Shape]) -> tuple[Equation, ...]:
    """The equations of one step of the update."""
    update = problem.update
    if update is None:
        return ()
    for weight in update.weights:
        if derivative_name(problem.upper, weight) not in shapes:
            raise ProblemError(
                Complaint(
                    f"update: there is no gradient for {weight}",
                    update.place,
                    "a loss or `upstream:` gives gradients; `only:` names the weights to update",
                    problem.source_line(update.place),
                )
            )
    return tuple(
        Equation(
            line.name, line.expr, "update", shapes[line.weight] if line.weight else (), update.place
        )
        for line in update.lines
    )


def _definitions(problem: Problem, shapes: Mapping[str, Shape]) -> tuple[Equation, ...]:
    known = dict(shapes)
    if problem.update is not None:
        known.update(
            {f"{problem.upper}_new": (), f"{problem.upper}_steps": (problem.update.steps,)}
        )
    found = []
    for definition in problem.definitions:
        shape = Shapes(known).of(definition.expr)
        known[definition.name] = shape
        found.append(Equation(definition.name, definition.expr, "define", shape, definition.place))
    return tuple(found)


def _counts(problem: Problem) -> Counts:
    shapes = Shapes(problem.shapes)
    weights = {n: product(problem.given[n].shape) for n in problem.weights}
    network = {e.name: cost(e.expr, shapes) for e in problem.equations if e.kind == "value"}
    loss = [cost(e.expr, shapes) for e in problem.equations if e.kind == "loss"]
    own = {
        e.name: _sum(weights[n] for n in names(e.expr) if n in weights) for e in problem.equations
    }
    layers = {layer.name: layer for layer in problem.layers if layer.name}
    averages = {layer.values[-1]: layer.averages for layer in problem.layers if layer.averages}
    return Counts(weights, network, loss[0] if loss else Cost(0, 0), own, layers, averages)


def ahead_note(program: Program, equation: Equation) -> str:
    """How a gradient is told that is taken where the momentum leads; nothing of others."""
    update = program.problem.update
    if update is None or not update.ahead or not equation.name.endswith("_g"):
        return ""
    weight = equation.name.removesuffix("_g")
    gradient = f"d{program.problem.upper}/d{weight}"
    text = to_text(equation.expr, program.problem.index_from)
    return (
        f"{text} at {weight}_ahead" if text == gradient else f"{text}, {gradient} at {weight}_ahead"
    )
