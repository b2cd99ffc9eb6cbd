"""A problem as it was described: given values, equations, and what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from backpropcli.errors import Place
from backpropcli.language.nodes import Expr
from backpropcli.language.timeline import Timeline
from backpropcli.ops.entry import Array
from backpropcli.ops.sizes import Shape


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

    ``name`` is that of its last value where the layer is counted under it as a whole.
    """

    text: str
    values: tuple[str, ...]
    weights: tuple[str, ...]
    name: str = ""


class Update(NamedTuple):
    """How the weights are changed; ``lr`` is an expression over given values."""

    rule: str
    lr: Expr
    steps: int
    weights: tuple[str, ...]
    counted: bool  # the number of steps was written, so each step is shown
    place: Place | None = None


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


@dataclass(frozen=True, eq=False, repr=False, match_args=False)
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

    def source_line(self, place: Place | None) -> str:
        """The line of the file at a place, or nothing."""
        if place is None or not 0 < place.line <= len(self.lines):
            return ""
        return self.lines[place.line - 1]
