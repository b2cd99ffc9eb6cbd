"""Scores that are scaled before a softmax: by 1/sqrt(d) in attention, by 1/T with a temperature."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from backpropcli.language.nodes import Expr, Name, Number, is_op
from backpropcli.mistakes.entry import Edit
from backpropcli.mistakes.parts import Chain, Factor, chain_of, chains, put, replaced, walk
from backpropcli.mistakes.world import World
from backpropcli.problem.data import Equation

SOFTMAXES = ("softmax", "masked_softmax", "log_softmax", "softmax_cross_entropy")


class Scaled(NamedTuple):
    """Scores with a constant factor: the equation, what is scaled, and which factor it is."""

    equation: Equation
    scores: Expr
    chain: Chain
    position: int

    @property
    def factor(self) -> Factor:
        """The constant factor."""
        return self.chain.factors[self.position]


def scale_slips(world: World) -> Iterator[Edit]:
    """The factor left out, upside down, or without its root: in both passes, or in one of them."""
    for one in _scaled(world):
        for kind, new, how in _forms(world, one.factor):
            forward = _forward(world, one, new)
            backward = _backward(world, one, new, forward)
            side = "Divide" if one.factor.below else "Multiply"
            facts = {"how": how, "mend": f"{side} by {world.text(one.factor.expr)}"}
            name = one.equation.name
            both = {**forward, **backward}
            yield Edit(name, both, facts, 0.0, kind)
            if backward:
                yield Edit(name, forward, facts, 1.0, kind + " forward")
                alone = _backward(world, one, new, {})
                yield Edit(next(iter(alone)), alone, facts, 1.0, kind + " backward")


def _scaled(world: World) -> Iterator[Scaled]:
    """Every constant factor of what a softmax takes, there or in an equation of its own."""
    named = {
        node.args[0]
        for e in world.forward
        for _, node in walk(e.expr)
        if is_op(node, *SOFTMAXES) and isinstance(node.args[0], Name)
    }
    for equation in world.forward:
        roots = [n.args[0] for _, n in walk(equation.expr) if is_op(n, *SOFTMAXES)]
        if Name(equation.name) in named:
            roots.append(equation.expr)
        for root in dict.fromkeys(roots):
            chain = chain_of(root)
            for i, factor in enumerate(chain.factors):
                if len(chain.factors) > 1 and _is_constant(world, factor.expr):
                    yield Scaled(equation, root, chain, i)


def _is_constant(world: World, expr: Expr) -> bool:
    """Whether this is a number that is given: 2, sqrt(2), tau, sqrt(d)."""
    inner = expr.args[0] if is_op(expr, "sqrt") else expr
    if isinstance(inner, Name):
        given = world.problem.given.get(inner.name)
        return given is not None and given.kind == "input" and given.shape == ()
    return isinstance(inner, Number) and inner != Number(1)


def _forms(world: World, factor: Factor) -> Iterator[tuple[str, Factor | None, str]]:
    text = world.text(factor.expr)
    done, other = ("division", "multiplies") if factor.below else ("factor", "divides")
    yield "none", None, f"leaves out the {done} {'by ' if factor.below else ''}{text}"
    yield "turned", factor._replace(below=not factor.below), f"{other} by {text}"
    if is_op(factor.expr, "sqrt"):
        bare = factor._replace(expr=factor.expr.args[0])
        yield "root", bare, f"takes {world.text(bare.expr)} for {text}"


def _with(chain: Chain, position: int, new: Factor | None) -> Expr:
    """A product with one of its factors exchanged, or left out."""
    factors = [new if i == position else f for i, f in enumerate(chain.factors)]
    return chain.made(f for f in factors if f is not None)


def _forward(world: World, one: Scaled, new: Factor | None) -> dict[str, Expr]:
    """The scores otherwise, also where a gradient works them out again."""
    equations = (one.equation, *_behind(world, one))
    turned = {e.name: _rescored(e.expr, one, new) for e in equations}
    return {e.name: turned[e.name] for e in equations if turned[e.name] != e.expr}


def _rescored(expr: Expr, one: Scaled, new: Factor | None) -> Expr:
    """An expression with other scores wherever they stand in it."""
    scores = _with(one.chain, one.position, new)
    return replaced(expr, lambda node: scores if node == one.scores else None)


def _backward(
    world: World, one: Scaled, new: Factor | None, forward: dict[str, Expr]
) -> dict[str, Expr]:
    """The gradients that come back through the scores, with the same factor exchanged."""
    found = {}
    for equation in _behind(world, one):
        places = [
            (chain, i)
            for chain in chains(equation.expr)
            for i, factor in enumerate(chain.factors)
            if _is_same(factor, one.factor) and not _is_within(equation.expr, chain, one.scores)
        ]
        if len(places) == 1:
            chain, i = places[0]
            expr = put(equation.expr, chain.path, _with(chain, i, new))
            is_again = equation.name in forward
            found[equation.name] = _rescored(expr, one, new) if is_again else expr
    return found


def _is_same(one: Factor, other: Factor) -> bool:
    """Whether two factors are one number: 0.25 times, or divided by 4."""
    if isinstance(one.expr, Number) and isinstance(other.expr, Number) and other.expr.value:
        value = one.expr.value
        return value * other.expr.value == 1 if one.below != other.below else one.expr == other.expr
    return one == other


def _behind(world: World, one: Scaled) -> list[Equation]:
    """The gradients that come back through the equation of the scores."""
    return [e for e in world.gradients if one.equation.name in e.through]


def _is_within(expr: Expr, chain: Chain, scores: Expr) -> bool:
    """Whether a product is that of the scores themselves, worked out again."""
    for position in chain.path:
        expr = expr.args[position]
    return expr == scores
