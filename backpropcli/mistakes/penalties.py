"""Penalties on weights: their values, their gradients, and the parameters that they reach."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backpropcli.language.nodes import Expr, Name, Number, call, is_op, names
from backpropcli.mistakes.entry import Edit
from backpropcli.mistakes.layers import biased_sums, lower
from backpropcli.mistakes.parts import Term, chain_of, replaced, scaled, summed, terms
from backpropcli.mistakes.world import World
from backpropcli.problem.data import Equation

Split = tuple[Equation, list[Term], list[Term]]  # an equation, the other terms, the penalty


def penalised(world: World) -> Iterator[Split]:
    """The gradients of weights that have a penalty: the terms of the data and of the penalty."""
    for equation in world.gradients:
        if lower(equation) not in world.weights:
            continue
        parts = terms(equation.expr)
        penalty = [t for t in parts if world.is_penalty(t.expr)]
        data = [t for t in parts if not world.is_penalty(t.expr)]
        if penalty and data:
            yield equation, data, penalty


def penalty_values(world: World) -> Iterator[Split]:
    """The equations of the loss that hold a penalty: their other terms, and the penalty."""
    for name in sorted(world.loss.equations):
        equation = world.equations[name]
        parts = terms(equation.expr)
        penalty = [t for t in parts if t in world.loss.penalties]
        if penalty:
            yield equation, [t for t in parts if t not in penalty], penalty


def scaled_penalties(world: World) -> Iterator[Edit]:
    """The value of the penalty without its 1/2, or with one too many; alone or with gradients."""
    for equation, rest, penalty in penalty_values(world):
        halves = all(_halves(t.expr) for t in penalty)
        factor = Fraction(2) if halves else Fraction(1, 2)
        facts = {
            "part": f"the penalty in {equation.name}" if rest else equation.name,
            "ratio": "twice what" if halves else "half of what",
        }
        value = {equation.name: _with_penalty(rest, penalty, factor)}
        yield Edit(equation.name, value, facts, 0.0, "penalty")
        slopes = {e.name: _with_penalty(d, p, factor) for e, d, p in penalised(world)}
        yield Edit(equation.name, {**value, **slopes}, facts, 1.0, "penalty and gradients")


def _with_penalty(rest: list[Term], penalty: list[Term], factor: Fraction) -> Expr:
    return summed([*rest, *terms(scaled(summed(penalty), factor))])


def _halves(expr: Expr) -> bool:
    """Whether a penalty has a constant such as 1/2 in front."""
    constant = Fraction(1)
    for factor, below in chain_of(expr).factors:
        if isinstance(factor, Number) and factor.value:
            constant *= 1 / factor.value if below else factor.value
    return constant.denominator % 2 == 0


def penalty_on_others(world: World) -> Iterator[Edit]:
    """The penalty carried over to parameters, or to parts of one, that it leaves out."""
    yield from _penalty_on_rest(world)
    values = list(_values_with_others(world))
    slopes = list(_slopes_with_others(world))
    yield from (*values, *slopes)
    biases = _biases(world)
    for value in values:
        reached = [s for s in slopes if s.facts["weight"] in value.facts["weight"].split(" and ")]
        changes = {name: expr for s in reached for name, expr in s.changes.items()}
        if reached and {lower(world.equations[s.at]) for s in reached} <= biases:
            yield value._replace(changes={**value.changes, **changes}, bits=1.0, kind="throughout")


def _slopes_with_others(world: World) -> Iterator[Edit]:
    reached, biases = set(names(summed(world.loss.penalties))), _biases(world)
    for model, _, penalty in list(penalised(world)):
        for equation in world.gradients:
            weight = lower(equation)
            if weight in world.weights - reached:
                moved = [Term(t.sign, _renamed(t.expr, lower(model), weight)) for t in penalty]
                expr = summed([*terms(equation.expr), *moved])
                kind = "gradient of a bias" if weight in biases else "gradient"
                yield from world.edit(equation.name, expr, kind, weight=weight)


def _values_with_others(world: World) -> Iterator[Edit]:
    """The value with the penalty of one more parameter, and with that of all biases."""
    reached = set(names(summed(world.loss.penalties)))
    others = sorted(world.weights - reached)
    biases = [n for n in others if n in _biases(world)]
    groups = [*([n] for n in others), *([biases] if len(biases) > 1 else [])]
    for equation, _, penalty in penalty_values(world):
        model = penalty[0]
        owner = next((n for n in names(model.expr) if n in world.weights), "")
        for group in groups:
            more = [_penalty_of(world, model, owner, n) for n in group]
            if all(t is not None for t in more):
                expr = summed([*terms(equation.expr), *(t for t in more if t is not None)])
                kind = "value" if len(group) == 1 else "value of all"
                yield from world.edit(equation.name, expr, kind, weight=" and ".join(group))


def _penalty_of(world: World, model: Term, owner: str, weight: str) -> Term | None:
    """The penalty of one parameter, after the model of another; nothing if it is no number."""

    def alone(node: Expr) -> Expr | None:
        if not is_op(node, "add"):
            return None
        mine = [t for t in terms(node) if owner in names(t.expr)]
        return summed(mine[:1])

    expr = _renamed(replaced(model.expr, alone), owner, weight)
    if is_op(expr, "pow") and world.shape(expr) != ():
        expr = call("sum", expr)
    return Term(model.sign, expr) if world.shape(expr) == () else None


def _biases(world: World) -> set[str]:
    return {one.term for one in biased_sums(world)} & world.weights


def _penalty_on_rest(world: World) -> Iterator[Edit]:
    """The penalty of a part of a matrix, such as all columns but the first, for all of it."""
    places = [(*split, "gradient") for split in penalised(world)]
    places += [(*split, "value") for split in penalty_values(world)]
    for equation, rest, penalty, kind in places:
        whole = [Term(t.sign, replaced(t.expr, _whole)) for t in penalty]
        if whole != penalty:
            changed = next(a for a, b in zip(penalty, whole, strict=True) if a != b)
            weight = next((n for n in names(changed.expr) if n in world.weights), "")
            facts = {"weight": f"a part of {weight}"}
            yield from world.edit(equation.name, summed([*rest, *whole]), kind, 0.0, **facts)


def _whole(node: Expr) -> Expr | None:
    if is_op(node, "place"):
        return replaced(node.args[0], _whole)
    return node.args[0] if is_op(node, "index") else None


def _renamed(expr: Expr, old: str, new: str) -> Expr:
    return replaced(expr, lambda node: Name(new) if node == Name(old) else None)
