"""What an op is: one entry of the catalogue, and what its rules are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from backpropcli.language.nodes import Expr
from backpropcli.ops.sizes import Shape, Size, product

Array = Any  # a NumPy array, of floats, Fractions or expressions


class ShapeError(Exception):
    """Operands whose shapes do not fit; the message says why."""


class Inexact(Exception):  # noqa: N818  (an expected outcome, not a fault)
    """A step that rational numbers cannot express."""


class Site(NamedTuple):
    """One use of an op in an equation: what a rule may refer to.

    ``g`` is the upstream gradient and has the shape of ``out``; a vjp's result has the shape of
    its operand, or one that broadcasts with it: the transform mends the difference.
    """

    g: Expr
    out: Expr
    args: tuple[Expr, ...]
    shapes: tuple[Shape, ...]
    shape: Shape
    params: dict[str, Any]

    @property
    def x(self) -> Expr:
        """The first operand."""
        return self.args[0]

    @property
    def y(self) -> Expr:
        """The second operand."""
        return self.args[1]


class Sample(NamedTuple):
    """Operands on which an op is tested: their shapes, parameters and range of values."""

    shapes: tuple[tuple[int, ...], ...]
    params: Mapping[str, Any] = MappingProxyType({})
    low: float = -2.0
    high: float = 2.0


Vjp = Callable[[Site], Expr]
ShapeRule = Callable[[tuple[Shape, ...], dict[str, Any]], Shape]
CountRule = Callable[[tuple[Shape, ...], Shape], Size]
Spent = tuple[Size, Size]  # operations and, among them, multiply-accumulates


def no_cost(shapes: tuple[Shape, ...], shape: Shape) -> Size:
    """Moving numbers costs nothing."""
    return 0


def one_each(shapes: tuple[Shape, ...], shape: Shape) -> Size:
    """One operation for each element of the result."""
    return product(shape)


class Op(NamedTuple):
    """An operation: how it is computed, differentiated, measured, written and tested.

    ``vjps`` has a rule for each operand, None where the derivative is zero; an op of any number
    of operands (``several``) has ``vjp_at`` instead, which makes the rule for a position. Up to
    ``optional`` further operands may follow.
    ``exact`` works on arrays of Fractions; where the op is not elementwise it works on arrays of
    expressions too, unless ``entries`` does that. ``expansion`` writes the op in simpler ones.
    ``cost`` gives operations and macs where the parameters decide on them, in place of
    ``operations`` and ``macs``. ``linear`` names the operands out of which a constant factor may
    be taken. ``domain`` says what is wrong with operands, or nothing.
    """

    name: str
    doc: str
    forward: Callable[..., Array]
    shape: ShapeRule
    vjps: tuple[Vjp | None, ...] = ()
    operands: int = 1
    several: bool = False
    params: tuple[str, ...] = ()
    exact: Callable[..., Array] | None = None
    entries: Callable[..., Array] | None = None
    expansion: Callable[[Site], Expr] | None = None
    operations: CountRule = one_each
    macs: CountRule = no_cost
    linear: tuple[int, ...] = ()
    elementwise: bool = False
    latex: str = ""
    samples: tuple[Sample, ...] = ()
    source: str = ""
    domain: Callable[..., str] | None = None
    vjp_at: Callable[[int], Vjp] | None = None
    optional: int = 0
    cost: Callable[[tuple[Shape, ...], Shape, Mapping[str, Any]], Spent] | None = None

    def spent(self, own: tuple[Shape, ...], shape: Shape, params: Mapping[str, Any]) -> Spent:
        """The operations and macs of one use, by the shapes of its operands and its result."""
        if self.cost is not None:
            return self.cost(own, shape, params)
        return self.operations(own, shape), self.macs(own, shape)

    def vjp(self, position: int) -> Vjp | None:
        """The rule for the operand at that position."""
        if self.vjp_at is not None:
            return self.vjp_at(position)
        return self.vjps[position] if position < len(self.vjps) else None
