"""The equations of an update rule, and the usual ways to get them wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from backpropcli.language.nodes import Expr, Name, Number, names, substitute
from backpropcli.mistakes.entry import Edit
from backpropcli.mistakes.parts import replaced, summed, terms
from backpropcli.mistakes.world import World
from backpropcli.problem.data import Equation, Update

if TYPE_CHECKING:
    from backpropcli.optimizers.entry import Rule


class Made(NamedTuple):
    """An equation of an update: which quantity of which weight it makes."""

    weight: str
    suffix: str
    equation: Equation

    def own(self, suffix: str) -> Name:
        """Another quantity of the same weight."""
        return Name(f"{self.weight}_{suffix}")


def made(world: World) -> Iterator[Made]:
    """The equations of one step, with the weight and the suffix of each; none of the rate."""
    update = world.problem.update
    for line in update.lines if update is not None else ():
        if line.weight and line.name in world.equations:
            suffix = line.name[len(line.weight) + 1 :]
            yield Made(line.weight, suffix, world.equations[line.name])


def rule_of(update: Update) -> Rule:
    """The rule of an update; the catalogue is imported where a problem has one."""
    from backpropcli.optimizers import RULES

    return RULES[update.rule]


def relined(world: World, update: Update, weight: str) -> dict[str, Expr]:
    """The equations of a weight that are others under another update."""
    from backpropcli.problem.updating import lines_of

    lines = lines_of(update, rule_of(update), world.upper)
    return {
        line.name: line.expr
        for line in lines
        if line.weight == weight
        and line.name in world.equations
        and line.expr != world.equations[line.name].expr
    }


def is_of_step(name: str, weight: str) -> bool:
    """Whether a name is a gradient, or what the rule makes of it for a weight."""
    return "/" in name or name.startswith(f"{weight}_")


def ascents(world: World) -> Iterator[tuple[Equation, Expr]]:
    """Each new weight and each change with the sign of its step turned."""
    for one in made(world):
        if one.suffix in ("new", "change"):
            parts = [
                part._replace(sign=-part.sign)
                if any(is_of_step(n, one.weight) for n in names(part.expr))
                else part
                for part in terms(one.equation.expr)
            ]
            yield one.equation, summed(parts)


def step_forms(world: World) -> Iterator[tuple[Equation, Expr, Expr]]:
    """Each equation that has the learning rate without it, and with it twice."""
    update = world.problem.update
    if update is None:
        return
    for weight in update.weights:
        once = relined(world, update._replace(lr=Number(1)), weight)
        twice = relined(world, update._replace(lr=update.lr * update.lr), weight)
        for name, expr in once.items():
            yield world.equations[name], expr, twice.get(name, expr)


def with_decay(world: World) -> Iterator[tuple[str, Expr, Update]]:
    """The weights that decay, with what is taken away, and the update."""
    update = world.problem.update
    if update is not None:
        for weight, share in update.decay.items():
            yield weight, share, update


def decays(world: World) -> Iterator[Edit]:
    """Weight decay left out, taken with the wrong sign, twice, or put in the wrong place."""
    for weight, share, update in with_decay(world):
        decoupled = rule_of(update).decoupled
        term = world.text(share * Name(weight))
        for kind, new, used in (
            ("none", Number(0), f"leaves out the weight decay, {term}"),
            ("sign", -share, f"adds {term} the wrong way round: the weight grows"),
            ("half", share / 2, f"takes half of the weight decay, {term}"),
            ("twice", 2 * share, f"takes twice the weight decay, {term}"),
        ):
            changes = _decayed(world, update, weight, new)
            for name, expr in changes.items():
                yield from world.edit(name, expr, kind, used=used)
        yield from _misplaced(world, update, weight, share, decoupled)
    yield from _decay_of_others(world)


def _decayed(world: World, update: Update, weight: str, share: Expr) -> dict[str, Expr]:
    """The equations that hold the decay, with another share."""
    found = {}
    zero = share == Number(0)
    old = update.decay[weight]
    for one in made(world):
        if one.weight != weight or one.suffix not in ("g", "new", "change"):
            continue
        parts = terms(one.equation.expr)
        kept = [p for p in parts if not _is_decay(p.expr, one, update)]
        if len(kept) == len(parts):
            continue
        changed = [
            p._replace(expr=substitute_expr(p.expr, old, share)) if p not in kept else p
            for p in parts
        ]
        found[one.equation.name] = summed(kept if zero else changed)
    return found


def _is_decay(expr: Expr, one: Made, update: Update) -> bool:
    """Whether a summand is the decay: the weight, or where the momentum leads, times a share."""
    used = set(names(expr))
    at = {one.weight, f"{one.weight}_ahead"}
    return bool(used & at) and not isinstance(expr, Name) and not any("/" in n for n in used)


def substitute_expr(root: Expr, old: Expr, new: Expr) -> Expr:
    """An expression with one part of it exchanged."""
    return replaced(root, lambda node: new if node == old else None)


def _misplaced(
    world: World, update: Update, weight: str, share: Expr, decoupled: bool
) -> Iterator[Edit]:
    """Decay in the gradient where the rule has it on the weight, or the other way round."""
    gradient = f"d{world.upper}/d{weight}"
    if decoupled:
        changes = _decayed(world, update, weight, Number(0))
        both = {gradient: Name(gradient) + share * Name(weight)}
        for suffix in ("m", "v"):
            name = f"{weight}_{suffix}"
            changes[name] = substitute(world.equations[name].expr, both)
        used = "adds the weight decay to the gradient, but this rule takes it from the weight"
        yield Edit(f"{weight}_m", changes, {"used": used}, 1.0, "coupled")
    elif update.rule in ("adam", "rmsprop", "adagrad"):
        rate = update.lr * (share * Name(weight))
        changes = {f"{weight}_g": Name(gradient)}
        for suffix in ("new", "change"):
            name = f"{weight}_{suffix}"
            changes[name] = world.equations[name].expr - rate
        used = "takes the weight decay from the weight itself, but here it belongs to the gradient"
        yield Edit(f"{weight}_g", changes, {"used": used}, 1.0, "decoupled")


def _decay_of_others(world: World) -> Iterator[Edit]:
    """Weight decay on weights that have none, such as biases."""
    update = world.problem.update
    if update is None or not update.decay or update.ahead:
        return
    share = next(iter(update.decay.values()))
    for one in made(world):
        if one.weight in update.decay or rule_of(update).decoupled:
            continue
        gradient = f"d{world.upper}/d{one.weight}"
        if gradient in names(one.equation.expr):
            expr = substitute(
                one.equation.expr, {gradient: Name(gradient) + share * Name(one.weight)}
            )
            used = f"has weight decay too, but {one.weight} has none on this sheet"
            yield from world.edit(one.equation.name, expr, "others", 1.0, used=used)
