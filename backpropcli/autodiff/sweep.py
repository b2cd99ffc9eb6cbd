"""The backward pass over a list of equations; several uses of a value add up here, once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from backpropcli.autodiff.jacobian import Rows, whole
from backpropcli.autodiff.tidy import tidy
from backpropcli.autodiff.vjp import Assignment, Term, vjp
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Expr, Name, Number, call, names
from backpropcli.memory import uncollected
from backpropcli.ops.sizes import Shape, product


class Gradient(NamedTuple):
    """A derivative as an equation, and the values through whose equations it flows."""

    name: str
    expr: Expr
    upper: str
    lower: str
    shape: Shape
    through: tuple[str, ...]


def derivative_name(upper: str, lower: str) -> str:
    """The name of a derivative: ``dL/dW1``."""
    return f"d{upper}/d{lower}"


def gradients(
    equations: Sequence[Assignment],
    upper: str,
    targets: Collection[str],
    shapes: Mapping[str, Shape],
    given: Collection[str] = (),
) -> list[Gradient]:
    """The equations of d<upper>/d<target>, in the order of the backward pass.

    Derivatives on the way get an equation too. ``given`` are values whose derivative is known
    from outside (``upstream:``); without them the sweep starts at ``upper``.
    A derivative has the shape of the upper value, then that of the lower.
    Raises ``ShapeError`` where a Jacobian would have too many rows.
    """
    with uncollected():
        return _Sweep(equations, upper, targets, shapes, given).run()


class _Sweep:
    def __init__(
        self,
        equations: Sequence[Assignment],
        upper: str,
        targets: Collection[str],
        shapes: Mapping[str, Shape],
        given: Collection[str],
    ) -> None:
        self.upper, self.given = upper, given
        self.rows = Rows(upper, () if given else shapes[upper])
        self.equations = _relevant(equations, given or (upper,))
        self.asked = frozenset(targets)
        self.needed = _leading_to(targets, self.equations)
        known = dict(shapes)
        for lower in (*self.needed, *given):
            known[derivative_name(upper, lower)] = self.rows.shape + shapes[lower]
        self.shapes = Shapes(known)
        self.terms: dict[str, list[tuple[str, Expr]]] = {name: [] for name in self.needed}

    def run(self) -> list[Gradient]:
        first_use = {n: eq.name for eq in self.equations for n in names(eq.expr)}
        start = () if self.given else (self.upper,)
        found = [self.closed(n) for n in self.needed if n not in first_use and n not in start]
        found += [self.closed(n) for n in start if n in self.asked]
        for equation in self.equations:
            if equation.name in self.needed or equation.name in start or self.given:
                self.propagate(equation)
            for name in names(equation.expr):
                if first_use[name] == equation.name and name in self.needed:
                    found.append(self.closed(name))
        return [g for g in found if g.lower not in self.given]

    def propagate(self, equation: Assignment) -> None:
        """Add what one equation sends back to each name it uses."""
        at_start = equation.name == self.upper and not self.given
        g = None if at_start else Name(derivative_name(self.upper, equation.name))
        if g is not None and g.name not in self.shapes.names:
            return
        terms: list[Term]
        if self.rows.shape:
            terms = whole(self.rows, equation, g, self.needed, self.shapes)
        else:
            terms = vjp(equation, g or Number(1), self.needed, self.shapes)
        for name, term in terms:
            self.terms[name].append((equation.name, term))

    def closed(self, name: str) -> Gradient:
        """The finished equation of one derivative: the sum over all uses."""
        terms = self.terms[name][::-1]
        target = self.rows.shape + self.shapes.names[name]
        through = tuple(dict.fromkeys(source for source, _ in terms))
        total = self.own() if name == self.upper else None
        for _, term in terms:
            total = term if total is None else total + term
        total = Number(0) if total is None else total
        if self.shapes.of(total) != target:
            total = call("expand", total, shape=target)
        expr = tidy(total, self.shapes)
        full = derivative_name(self.upper, name)
        return Gradient(full, expr, self.upper, name, target, through)

    def own(self) -> Expr:
        """The derivative of the upper value with respect to itself."""
        if not self.rows.shape:
            return Number(1)
        shape = self.rows.shape
        flat = call("eye", n=product(shape))
        return flat if len(shape) == 1 else call("reshape", flat, shape=shape * 2)


def _relevant(equations: Sequence[Assignment], ends: Collection[str]) -> list[Assignment]:
    """The equations on which the ends depend, last first."""
    reached, kept = set(ends), []
    for equation in reversed(equations):
        if equation.name in reached:
            kept.append(equation)
            reached.update(names(equation.expr))
    return kept


def _leading_to(targets: Collection[str], backward: list[Assignment]) -> dict[str, None]:
    """The targets, and the values on the way from them to the ends."""
    forward: dict[str, None] = dict.fromkeys(targets)
    for equation in reversed(backward):
        if any(name in forward for name in names(equation.expr)):
            forward[equation.name] = None
    return forward
