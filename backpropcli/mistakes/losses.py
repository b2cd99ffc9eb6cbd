"""Losses of another size or kind, penalties, and losses at other weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from backpropcli.language.nodes import (
    Expr,
    Name,
    Number,
    call,
    index,
    is_op,
    names,
    postorder,
    substitute,
)
from backpropcli.mistakes.entry import Edit
from backpropcli.mistakes.layers import WeightProduct, lower
from backpropcli.mistakes.parts import (
    chains,
    put,
    replaced,
    scaled,
    summed,
    terms,
    walk,
)
from backpropcli.mistakes.slopes import along_last
from backpropcli.mistakes.world import World
from backpropcli.problem.data import Equation


def value_equations(world: World) -> Iterator[Equation]:
    """The equations of the loss that compare predictions with targets."""
    for equation in world.forward:
        if equation.name in world.loss.data_equations:
            yield equation


def scaled_values(world: World, factor: Fraction) -> Iterator[tuple[str, Expr]]:
    """The value of the loss with its data part times a factor."""
    yield from changed_values(world, lambda data: scaled(data, factor))


def changed_values(world: World, change: Callable[[Expr], Expr]) -> Iterator[tuple[str, Expr]]:
    """The value of the loss with its data part changed, and its penalty as it is."""
    for equation in value_equations(world):
        parts = terms(equation.expr)
        penalty = [t for t in parts if t in world.loss.penalties]
        data = [t for t in parts if t not in world.loss.penalties]
        if any(names(t.expr) and set(names(t.expr)) <= world.loss.parts for t in data):
            continue
        grown = terms(change(summed(data)))
        yield equation.name, summed([*grown, *penalty])


def other_losses(world: World) -> Iterator[Edit]:
    """The loss and its gradients times one constant: 1/2 and 2, and what it averages over."""
    factors = {Fraction(2): "twice", Fraction(1, 2): "half of"}
    for count in world.loss.counts.values():
        factors.setdefault(Fraction(count), f"{count} times")
        factors.setdefault(Fraction(1, count), f"1/{count} of")
    for factor, ratio in factors.items():
        changes = dict(scaled_values(world, factor))
        slopes = {n: e for edit in world.scaled_loss(factor) for n, e in edit.changes.items()}
        if changes and slopes:
            yield Edit(world.upper, {**changes, **slopes}, {"ratio": ratio}, 0.0, str(factor))


def before_after(world: World) -> Iterator[Edit]:
    """L for L_new, and L_new for L; of several steps, the loss before the last one too."""
    new, update = f"{world.upper}_new", world.problem.update
    if update is None or world.upper not in world.equations:
        return
    used = "old" if update.steps == 1 else "given"
    facts = {"used": used, "right_ones": "new"}
    if not world.problem.examples:
        yield Edit(new, {new: world.equations[world.upper].expr}, facts, 0.0, "before")
    if update.steps > 1:
        last = index(Name(f"{world.upper}_steps"), update.steps - 1)
        facts = {"used": "second-to-last", "right_ones": "new"}
        yield Edit(new, {new: last}, facts, 1.0, "last")
    facts = {"used": "new", "right_ones": "given"}
    yield Edit(world.upper, {world.upper: Name(new)}, facts, 0.0, "after")


def _of_step(side: str) -> dict[str, str]:
    """The words for a value that belongs to the step before or after."""
    how = f"belongs to the step {side} the one that is asked"
    return {"how": how, "mend": "Count the steps from the given weights"}


def other_step(world: World) -> Iterator[Edit]:
    """The weight or the state before the step; one step too many; the rate of another step."""
    update = world.problem.update
    if update is None:
        return
    for line in update.lines:
        if line.name.endswith("_new"):
            yield from world.edit(line.name, Name(line.weight), "before", 0.0, **_of_step("before"))
            if update.rule == "sgd" and not update.decay:
                twice = Name(line.weight) - 2 * (update.lr * Name(f"d{world.upper}/d{line.weight}"))
                yield from world.edit(line.name, twice, "after", 1.0, **_of_step("after"))
        if f"{line.name}_old" in update.start:
            old = Name(f"{line.name}_old")
            yield from world.edit(line.name, old, "before", 0.0, **_of_step("before"))
        if not line.weight:
            t = Name(update.counter)
            for side, other in (("before", t - 1), ("after", t + 1)):
                expr = substitute(line.expr, {t.name: other})
                yield from world.edit(line.name, expr, side, 0.0, **_of_step(side))


def through_squares(world: World) -> Iterator[Equation]:
    """The gradients that come back through a square of the network."""
    squares = {
        e.name
        for e in world.forward
        if e.name not in world.loss.equations
        and any(is_op(n, "pow") and n.args[1] == Number(2) for n in postorder(e.expr))
    }
    for equation in world.gradients:
        if set(equation.through) & squares:
            yield equation


def all_pairs(world: World) -> Iterator[Edit]:
    """A squared loss of vectors over all pairs of a prediction and a target."""
    for equation in value_equations(world):
        for path, node in walk(equation.expr):
            pair = _compared(node)
            if pair is None or len(world.shape(pair[0]) or ()) != 1:
                continue
            a, b = pair
            size = (world.shape(a) or (0,))[0]
            if not isinstance(size, int):
                continue
            table = call("reshape", a, shape=(size, 1)) - call("reshape", b, shape=(1, size))
            squared = table**2
            new = call("mean", squared) if is_op(node, "mse") else squared
            value = put(equation.expr, path, new)
            share = 1 if not _is_mean(equation.expr) else size
            changes = {equation.name: value}
            rows = call("sum", table, axis=1)
            new_slope = rows / share if share != 1 else rows
            for slope in world.loss_slopes:
                changes[slope.name] = _with(slope.expr, a - b, new_slope)
            yield Edit(equation.name, {equation.name: value}, {}, 0.0, "value")
            yield Edit(equation.name, changes, {}, 0.0, "both")


def _with(expr: Expr, old: Expr, new: Expr) -> Expr:
    return replaced(expr, lambda node: new if node == old else None)


def _compared(node: Expr) -> tuple[Expr, Expr] | None:
    if is_op(node, "mse"):
        return node.args[0], node.args[1]
    if is_op(node, "pow") and node.args[1] == Number(2) and is_op(node.args[0], "sub"):
        return node.args[0].args[0], node.args[0].args[1]
    return None


def _is_mean(expr: Expr) -> bool:
    return any(is_op(n, "mean", "mse") for n in postorder(expr))


def hinge_parts(world: World) -> Iterator[tuple[str, Expr, Expr, int]]:
    """The gradient of hinge scores: which margins are violated, the target, the rows."""
    for equation in value_equations(world):
        for node in postorder(equation.expr):
            if not is_op(node, "hinge") or not isinstance(node.args[0], Name):
                continue
            scores, target = node.args[0], node.args[1]
            name = f"d{world.upper}/d{scores.name}"
            if name in world.equations:
                true = call("sum", scores * target, **along_last(world.shape(scores) or ()))
                violated = call("step", scores - true + 1) * (1 - target)
                yield name, violated, target, world.loss.averaged.get("examples", 1)


def products_at_the_loss(world: World) -> Iterator[WeightProduct]:
    """Gradients of weights that stand in the loss itself, as 2*(w*x - y)*x."""
    weights = {Name(name) for name in world.weights}
    inputs = set(world.problem.given) - world.weights
    for equation in world.gradients:
        weight = lower(equation)
        if weight not in world.weights or world.upstreams(equation.expr):
            continue
        for chain in chains(equation.expr):
            if len(chain.factors) < 2 or any(f.expr in weights for f in chain.factors):
                continue
            for i, (factor, below) in enumerate(chain.factors):
                if isinstance(factor, Name) and factor.name in inputs and not below:
                    bare = put(equation.expr, chain.path, chain.without(i))
                    yield WeightProduct(equation.name, weight, factor, bare)
