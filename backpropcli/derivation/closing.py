"""A gradient in forward quantities only: one gradient equation after the other is put in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from backpropcli.autodiff.tidy import tidy
from backpropcli.derivation.data import Line
from backpropcli.derivation.outputs import Outputs, under_one_line, without_scalar_divisors
from backpropcli.derivation.pairs import (
    FUSED,
    SOFTMAX,
    Setting,
    cancelled,
    pair_name,
    with_row_sums,
)
from backpropcli.derivation.products import Product, terms_of
from backpropcli.language.nodes import (
    Apply,
    Expr,
    Number,
    fold,
    is_op,
    names,
    postorder,
    substitute,
)
from backpropcli.language.text import to_text

LONGEST = 400  # characters of a line; a longer one is not put together


class Backward(NamedTuple):
    """The equation of a gradient, and the values through whose equations it flows."""

    expr: Expr
    through: tuple[str, ...]


class Closed(NamedTuple):
    """What is put in for a gradient, and why it is equal."""

    expr: Expr
    why: str
    targets: tuple[Expr, ...] = ()


class Closing:
    """The gradients of a program by name, in the order of the backward pass."""

    def __init__(self, backward: Mapping[str, Backward], setting: Setting) -> None:
        self.backward, self.setting = backward, setting
        self.order = {name: number for number, name in enumerate(backward)}
        self.finished: dict[str, Expr] = {}
        self.pieces: dict[str, Closed] = {}
        self.targets: dict[Expr, None] = {}

    @cached_property
    def outputs(self) -> Outputs:
        """The forward values by their expressions."""
        return Outputs(self.setting.forward, self.setting.shapes)

    def lines(self, name: str) -> list[Line]:
        """The equation of a gradient, and what follows from it line by line.

        ``targets`` afterwards holds the targets that were taken to add up to 1.
        """
        own = self.backward[name]
        why = self._fused(own) or f"through {' and '.join(own.through)}"
        lines = [Line(self.tidied(own.expr), why)]
        seen = {to_text(lines[-1].expr)}
        following = self._next(lines[-1].expr)
        while following:
            text = to_text(following[-1].expr)
            if text in seen or len(text) > LONGEST:
                break
            seen.add(text)
            lines += following
            following = self._next(lines[-1].expr)
        return lines

    def closed(self, name: str) -> Expr:
        """A gradient in forward quantities, with the pairs simplified."""
        if name not in self.finished:
            expr = self._substituted(self.backward[name].expr)
            self.finished[name] = self._simplified(expr).expr
        return self.finished[name]

    def tidied(self, expr: Expr) -> Expr:
        """The expression in the forward values that have names, tidied."""
        told = tidy(self.outputs.tell(tidy(expr, self.setting.shapes)), self.setting.shapes)
        return under_one_line(told, self.setting.shapes)

    def open(self, expr: Expr) -> list[str]:
        """The gradients that an expression uses, the nearest to it first."""
        used = [name for name in names(expr) if name in self.order]
        return sorted(used, key=lambda name: -self.order[name])

    def _next(self, expr: Expr) -> list[Line]:
        """What follows from a line: gradients put in, a pair simplified, or a factor taken out."""
        used = self.open(expr)
        if any(isinstance(self.backward[name].expr, Number) for name in used):
            told, why = self._with_constants(expr)
            return [Line(self.tidied(told), why)]
        if used:
            part = self._piece(used[0])
            self.targets.update(dict.fromkeys(part.targets))
            return [Line(self.tidied(substitute(expr, {used[0]: part.expr})), part.why)]
        steps = self._steps(expr)
        if steps:
            return steps
        free = self.tidied(without_scalar_divisors(expr, self.setting.shapes))
        if to_text(free) == to_text(expr) or not any(map(self._divides_last, terms_of(free))):
            return []
        return [Line(free, "the division by a single number last")]

    def _divides_last(self, term: Product) -> bool:
        """Whether a term is divided by a single number."""
        return any(map(self.setting.is_scalar, term.bottom))

    def _with_constants(self, expr: Expr) -> tuple[Expr, str]:
        """The expression with the gradients that are numbers put in, and which these are."""
        found = {name: self.backward[name].expr for name in self.open(expr)}
        put = {name: value for name, value in found.items() if isinstance(value, Number)}
        why = " and ".join(f"{name} = {to_text(value)}" for name, value in put.items())
        return substitute(expr, put), why

    def _piece(self, name: str) -> Closed:
        """What is put in for one gradient: its equation, or at once what a pair makes of it."""
        if name not in self.pieces:
            own = self.backward[name]
            pair = self._simplified(self._substituted(own.expr))
            told, constants = self._with_constants(own.expr)
            why = self._fused(own) or ", ".join(filter(None, [f"put in {name}", constants]))
            self.pieces[name] = pair if pair.why else Closed(self.tidied(told), why)
        return self.pieces[name]

    def _substituted(self, expr: Expr) -> Expr:
        """The expression with all gradients replaced by their finished forms."""
        put = {name: self.closed(name) for name in self.open(expr)[::-1]}
        return self.tidied(substitute(expr, put))

    def _simplified(self, expr: Expr) -> Closed:
        steps, targets = self._pair(expr)
        return Closed(steps[-1].expr, steps[-1].why, targets) if steps else Closed(expr, "")

    def _steps(self, expr: Expr) -> list[Line]:
        """The lines in which a pair simplifies: what cancels, and the sum of a target's row."""
        steps, targets = self._pair(expr)
        self.targets.update(dict.fromkeys(targets))
        return steps

    def _pair(self, expr: Expr) -> tuple[list[Line], tuple[Expr, ...]]:
        """The lines in which a pair simplifies, and the targets that add up to 1."""
        short, pair = self.tidied(cancelled(expr, self.setting)), pair_name(expr, self.setting)
        shorter = _factors(short) < _factors(expr)
        summed, found = with_row_sums(short, self.setting)
        targets = tuple(dict.fromkeys(found))
        if not targets:
            stays = f"{pair}: the sum stays, it is not 1" if pair == SOFTMAX else pair
            return [Line(short, stays or "factors cancel")] if shorter else [], ()
        lines = [Line(short, "the probabilities cancel")] if shorter else []
        told = f"{pair}: {' and '.join(map(self.rows_of, targets))} adds up to 1"
        return [*lines, Line(self.tidied(summed), told)], targets

    def rows_of(self, target: Expr) -> str:
        """A target in words: each of its rows where it has some."""
        rows = len(self.setting.shapes.of(target)) > 1
        return f"each row of {to_text(target)}" if rows else to_text(target)

    def _fused(self, own: Backward) -> str:
        """The pair that an operation of the loss stands for, where the equation is through one."""
        for value in own.through:
            for node in postorder(self.setting.forward[value]):
                if isinstance(node, Apply) and node.op in FUSED:
                    return self._told(node)
        return ""

    def _told(self, node: Apply) -> str:
        target = node.args[1]
        name = FUSED[node.op]
        if node.op != "softmax_cross_entropy":
            return name
        self.targets.update({target: None})
        return f"{name}: {self.rows_of(target)} adds up to 1"


def _factors(expr: Expr) -> int:
    """How often something is multiplied or divided in an expression, as it is written."""

    def visit(node: Expr, args: list[int]) -> int:
        return sum(args) + is_op(node, "mul", "div", "over")

    return fold(expr, visit)
