"""A problem as it was described: given values, equations, and what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from backpropcli.errors import Place
from backpropcli.language.nodes import Expr
from backpropcli.language.timeline import Timeline
from backpropcli.ops.entry import Array
from backpropcli.ops.sizes import Shape, Size


class Given(NamedTuple):
    """A known value: an input or a weight.

    ``value`` is a float64 array of that shape, None where only the shape is known; ``exact`` is
    the same as Fractions where the numbers are rational.
    """

    name: str
    kind: str  # "input", "weight" or "upstream"
    shape: Shape
    value: Array | None = None
    exact: Array | None = None
    place: Place | None = None


class Equation(NamedTuple):
    """A named equation: of the network, the loss, a gradient, a definition or an update."""

    name: str
    expr: Expr
    kind: str  # "value", "loss", "gradient", "define" or "update"
    shape: Shape
    place: Place | None = None
    through: tuple[str, ...] = ()


class Layer(NamedTuple):
    """A layer of a layer list: its text, and the names of its values and weights.

    ``name`` is that of its last value where the layer is counted under it as a whole;
    ``averages`` are the numbers that it keeps beside its weights and that are not trained.
    """

    text: str
    values: tuple[str, ...]
    weights: tuple[str, ...]
    name: str = ""
    averages: Size = 0


class UpdateLine(NamedTuple):
    """An equation of one step of an update: of a weight, or of all ("")."""

    name: str
    weight: str
    expr: Expr


class Update(NamedTuple):
    """How the weights are changed, as the equations of one step.

    ``lr`` is an expression over given values, or the name of the rate where it changes from step
    to step; ``rates`` are those of a list, one for each step. ``start`` holds what the first step
    finds under the names of ``carried``. ``counter`` is the name of the number of the step, if
    any, of which ``made`` were made before. ``ahead`` are the weights whose gradient is taken at
    the values where the momentum leads. ``batches`` has the positions, from 0, of the examples of
    each step, and is empty where all steps see all of them.
    """

    rule: str
    lr: Expr
    steps: int
    weights: tuple[str, ...]
    counted: bool  # the number of steps was written, so each step is shown
    place: Place | None = None
    form: str = ""
    settings: Mapping[str, Expr] = MappingProxyType({})
    decay: Mapping[str, Expr] = MappingProxyType({})
    corrected: bool = False
    lines: tuple[UpdateLine, ...] = ()
    start: Mapping[str, Given] = MappingProxyType({})
    counter: str = ""
    made: int = 0
    rate: str = ""
    rates: tuple[Given, ...] = ()
    ahead: tuple[str, ...] = ()
    batches: tuple[tuple[int, ...], ...] = ()

    @property
    def carried(self) -> dict[str, str]:
        """What a step hands on: the name in the next step, and the name in this one."""
        return {old: old.removesuffix("_old") for old in self.start}

    @property
    def own_givens(self) -> list[str]:
        """The names that a step finds: its number, its rate from a list, the state before it."""
        own = [self.counter] if self.counter else []
        return [*own, *([self.rate] if self.rates else []), *self.start]

    def first_givens(self) -> dict[str, Given]:
        """What the first step finds: its number, its rate from a list, the state before it."""
        found = dict(self.start)
        if self.counter:
            number = self.made + 1
            exact = np.asarray(Fraction(number), object)
            found[self.counter] = Given(self.counter, "state", (), np.asarray(float(number)), exact)
        if self.rates:
            found[self.rate] = self.rates[0]._replace(name=self.rate)
        return found

    def hands_on(self, name: str) -> bool:
        """Whether the next step begins with a quantity: a new weight, or the state of the rule."""
        return f"{name}_old" in self.start or name in [f"{weight}_new" for weight in self.weights]

    def batch(self, step: int) -> tuple[int, ...]:
        """The positions of the examples of a step, from 0; none where it sees all, or is none."""
        return self.batches[step] if step < len(self.batches) else ()


class Definition(NamedTuple):
    """A further quantity, as parsed: it may use gradients that are not known yet."""

    name: str
    expr: Expr
    text: str
    place: Place


class Asked(NamedTuple):
    """An entry of ``find``: as written, as parsed, and its points."""

    text: str
    expr: Expr
    points: Fraction
    place: Place | None


@dataclass(frozen=True, eq=False, repr=False)
class Problem:
    """Everything a problem file says, checked; ``load_problem`` makes it.

    ``equations`` are the network in order, then the loss if it has an equation of its own.
    ``aliases`` map a second name of a shared weight to its first. ``upstream`` are given
    derivatives by the name of the value, of the loss called ``upper``.
    """

    name: str
    file: str
    title: str = ""
    statement: str = ""
    given: Mapping[str, Given] = field(default_factory=dict)
    equations: tuple[Equation, ...] = ()
    loss: str = ""
    upper: str = ""
    upstream: Mapping[str, Given] = field(default_factory=dict)
    examples: tuple[Mapping[str, Given], ...] = ()
    reduce: str = "sum"
    update: Update | None = None
    definitions: tuple[Definition, ...] = ()
    find: tuple[Asked, ...] = ()
    find_given: bool = False
    layers: tuple[Layer, ...] = ()
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    sizes: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)
    notation: Mapping[str, str] = field(default_factory=dict)
    index_from: int = 1
    time: Timeline | None = None
    grading: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[str, ...] = ()

    @property
    def weights(self) -> list[str]:
        """The names of the weights, in order; shared ones once."""
        return [g.name for g in self.given.values() if g.kind == "weight"]

    @property
    def values(self) -> list[str]:
        """The names of the network's values and the loss, in order."""
        return [equation.name for equation in self.equations]

    @property
    def all_given(self) -> Iterator[Given]:
        """What is given for the whole problem, from outside, and in each example."""
        yield from self.given.values()
        yield from self.upstream.values()
        for example in self.examples:
            yield from example.values()

    @property
    def is_open(self) -> bool:
        """Whether some given value has no numbers."""
        return any(given.value is None for given in self.all_given)

    def source_line(self, place: Place | None) -> str:
        """The line of the file at a place, or nothing."""
        if place is None or not 0 < place.line <= len(self.lines):
            return ""
        return self.lines[place.line - 1]
