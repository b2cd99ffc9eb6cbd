"""The equations of a problem, as mistakes see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, Expr, Name, Number, call, is_op, names
from backpropcli.language.text import to_text
from backpropcli.mistakes.entry import Edit
from backpropcli.mistakes.loss import Loss, read_loss
from backpropcli.mistakes.parts import Chain, chains, put, scaled, summed, terms
from backpropcli.ops import OPS
from backpropcli.ops.entry import Array, ShapeError
from backpropcli.ops.sizes import Shape
from backpropcli.problem.data import Equation
from backpropcli.problem.quantities import split_derivative
from backpropcli.program import Program

ACTIVATIONS = (
    "relu", "leaky_relu", "elu", "selu", "sigmoid", "tanh", "softplus", "silu", "gelu",
)  # fmt: skip


class Slope(NamedTuple):
    """The local derivative of an activation in a gradient: where it stands in a product.

    ``value`` is the name of the activation's output where it has one, ``argument`` what the
    activation is applied to.
    """

    equation: Equation
    chain: Chain
    positions: tuple[int, ...]
    activation: str
    argument: Expr
    value: str
    params: tuple[tuple[str, object], ...] = ()

    def replaced_by(self, new: Expr | None) -> Expr:
        """The equation with another slope, or with none."""
        product = (
            self.chain.without(*self.positions)
            if new is None
            else self.chain.with_one(self.positions, new)
        )
        return put(self.equation.expr, self.chain.path, product)

    @property
    def upstream(self) -> Expr:
        """The product without the slope."""
        return self.chain.without(*self.positions)


class World:
    """The equations by name with their shapes, and what kind of thing each part is.

    ``values`` are the right values of one pass, for edits that depend on numbers. ``totals`` are
    the equations over all examples, of ``parts`` with these shapes.
    """

    def __init__(
        self,
        program: Program,
        values: Mapping[str, Array],
        totals: Sequence[Equation] = (),
        parts: Mapping[str, Shape] | None = None,
    ) -> None:
        self.program, self.problem = program, program.problem
        self.values, self.totals = values, totals
        self.shapes = Shapes({**program.shapes, **(parts or {})})
        self.updates = program.updates
        everything = (*program.computed, *program.updates, *program.definitions)
        self.equations: dict[str, Equation] = {e.name: e for e in everything}
        self.upper = self.problem.upper
        self.weights = set(self.problem.weights)

    @property
    def forward(self) -> tuple[Equation, ...]:
        """The equations of the network and the loss."""
        return self.program.forward

    @property
    def gradients(self) -> tuple[Equation, ...]:
        """The equations of the backward pass."""
        return self.program.gradients

    @cached_property
    def loss(self) -> Loss:
        """How the loss is built."""
        return read_loss(self.program, self.shapes)

    def shape(self, expr: Expr) -> Shape | None:
        """The shape of an expression, or nothing where its parts do not fit."""
        try:
            return self.shapes.of(expr)
        except ShapeError:
            return None

    def text(self, expr: Expr) -> str:
        """An expression as people read it."""
        return to_text(expr, self.problem.index_from)

    def fits(self, name: str, expr: Expr) -> bool:
        """Whether an expression has the shape of a quantity."""
        return self.shape(expr) == self.program.shapes.get(name, ())  # L_new has no equation

    def edit(
        self, name: str, expr: Expr | None, kind: str = "", bits: float = 0.0, **facts: str
    ) -> Iterator[Edit]:
        """One edit of one equation, if its parts fit together; broadcast to the right shape."""
        if expr is None:
            return
        shape, wanted = self.shape(expr), self.program.shapes[name]
        if shape is None:
            return
        if shape != wanted and _broadcasts(shape, wanted):
            expr = call("expand", expr, shape=wanted)
        if expr != self.equations[name].expr:
            yield Edit(name, {name: expr}, facts, bits, kind)

    def activation(self, name: str) -> Apply | None:
        """The activation that an equation applies, if that is all it does."""
        equation = self.equations.get(name)
        root = equation.expr if equation is not None else None
        return root if is_op(root, *ACTIVATIONS) else None

    def activated(self) -> Iterator[tuple[Equation, Apply]]:
        """The equations that apply an activation, with it."""
        for equation in self.forward:
            root = self.activation(equation.name)
            if root is not None:
                yield equation, root

    @cached_property
    def slopes(self) -> tuple[Slope, ...]:
        """Every activation's derivative in every gradient."""
        return tuple(s for e in self.gradients for c in chains(e.expr) for s in self._slopes(e, c))

    def _slopes(self, equation: Equation, chain: Chain) -> Iterator[Slope]:
        for i, (factor, below) in enumerate(chain.factors):
            if below:
                continue
            if isinstance(factor, Apply) and factor.op.endswith("'"):
                op, argument = factor.op[:-1], factor.args[0]
                value = self.output_of(op, argument)
                yield Slope(equation, chain, (i,), op, argument, value, factor.params)
                continue
            yield from self._by_output(equation, chain, i)

    def _by_output(self, equation: Equation, chain: Chain, i: int) -> Iterator[Slope]:
        """a*(1 - a) of a sigmoid, 1 - a**2 of a tanh, sigmoid(z) of a softplus."""
        factor = chain.factors[i].expr
        if is_op(factor, "sub") and factor.args[0] == Number(1):
            inner = factor.args[1]
            if is_op(inner, "pow") and inner.args[1] == Number(2):
                yield from self._named(equation, chain, (i,), "tanh", inner.args[0])
            before = chain.factors[i - 1].expr if i else None
            if before == inner:
                yield from self._named(equation, chain, (i - 1, i), "sigmoid", inner)

    def _named(
        self, equation: Equation, chain: Chain, positions: tuple[int, ...], op: str, output: Expr
    ) -> Iterator[Slope]:
        root = self.activation(output.name) if isinstance(output, Name) else None
        if root is not None and root.op == op and isinstance(output, Name):
            yield Slope(equation, chain, positions, op, root.args[0], output.name)

    def output_of(self, op: str, argument: Expr) -> str:
        """The name of the value that an activation of this argument has, or nothing."""
        for equation, root in self.activated():
            if root.op == op and root.args[0] == argument:
                return equation.name
        return ""

    def preactivation(self, name: str) -> str:
        """The name of z where the value is f(z), or nothing."""
        root = self.activation(name)
        inner = root.args[0] if root is not None else None
        return inner.name if isinstance(inner, Name) else ""

    def upstreams(self, expr: Expr) -> list[str]:
        """The gradients that an expression uses."""
        return [name for name in names(expr) if split_derivative(name) is not None]

    def is_penalty(self, expr: Expr) -> bool:
        """Whether a summand holds weights and constants only, as a regulariser's gradient does."""
        if not self.loss.penalties:
            return False
        used = [n for n in names(expr) if n not in self.loss.parts_slopes]
        return any(n in self.weights for n in used) and all(
            n in self.weights or self.problem.given.get(n) is not None for n in used
        )

    def scaled_loss(self, factor: Fraction | int, kind: str = "", **facts: str) -> Iterator[Edit]:
        """All gradients that come directly from the loss, times a number, as one edit."""
        found = {e.name: self._scaled_data(e.expr, Fraction(factor)) for e in self.loss_slopes}
        if found:
            yield Edit(next(iter(found)), found, facts, 0.0, kind)

    def _scaled_data(self, expr: Expr, factor: Fraction) -> Expr:
        parts = terms(expr)
        kept = [t for t in parts if not self.is_from_loss(t.expr)]
        if not kept:
            return scaled(expr, factor)
        data = summed(t for t in parts if self.is_from_loss(t.expr))
        return summed([*terms(scaled(data, factor)), *kept])

    def is_from_loss(self, expr: Expr) -> bool:
        """Whether a summand of a gradient comes from the data part of the loss itself."""
        behind = set(self.upstreams(expr)) - self.loss.parts_slopes
        return not behind and not self.is_penalty(expr)

    @cached_property
    def loss_slopes(self) -> tuple[Equation, ...]:
        """The gradients of the values that the data part of the loss uses directly."""
        return tuple(
            e
            for e in self.gradients
            if set(e.through) & self.loss.data_equations
            and any(self.is_from_loss(t.expr) for t in terms(e.expr))
            and (split_derivative(e.name) or ("", ""))[0] == self.upper
            and (split_derivative(e.name) or ("", ""))[1] not in self.loss.parts
        )


def _broadcasts(shape: Shape, wanted: Shape) -> bool:
    """Whether a value of one shape stands for a larger one, entry by entry."""
    if len(shape) > len(wanted):
        return False
    ends = wanted[len(wanted) - len(shape) :]
    return all(a in (b, 1) for a, b in zip(shape, ends, strict=True))


def is_elementwise(node: Expr) -> bool:
    """Whether an operation acts entry by entry."""
    return isinstance(node, Apply) and OPS[node.op].elementwise
