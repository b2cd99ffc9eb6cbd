"""Epochs of single examples or small batches: their order, and the weights that each step sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import permutations

from backpropcli.language.nodes import Expr, names
from backpropcli.mistakes.entry import Edit
from backpropcli.mistakes.world import World

MOST_PERMUTED = 4  # steps of an epoch of which every order is tried


def reordered(world: World) -> Iterator[Edit]:
    """The steps of each epoch in another order: reversed, as listed, or any other of a few."""
    rounds = _rounds(world)
    if len(rounds) < 2:
        return
    data = frozenset(world.problem.examples[0])
    users = _users(world, data)
    usual = tuple(range(len(rounds)))
    asked = {"asked": _listed(rounds, usual)}
    listed = tuple(sorted(usual, key=lambda i: rounds[i]))
    orders = {usual[::-1]: 0.0, listed: 0.0}
    if len(rounds) <= MOST_PERMUTED:
        orders = {**dict.fromkeys(permutations(usual), 2.0), **orders}
    for order, bits in orders.items():
        how = f"in the order {_listed(rounds, order)}"
        how = "in the reverse order" if order == usual[::-1] else how
        elsewhere = _in_each_epoch(world, dict(enumerate(order)))
        if elsewhere and users:
            facts = {"how": how, **asked}
            yield Edit(next(iter(users)), users, facts, bits, str(order), data, elsewhere)


def with_old_weights(world: World) -> Iterator[Edit]:
    """Every step of an epoch at the weights of its beginning; new ones added up, or each alone."""
    rounds, update = _rounds(world), world.problem.update
    if len(rounds) < 2 or update is None:
        return
    weights = frozenset(update.weights)
    users = _users(world, weights)
    elsewhere = _in_each_epoch(world, dict.fromkeys(range(len(rounds)), 0))
    if not users or not elsewhere:
        return
    at = next(iter(users))
    yield Edit(at, users, {}, 0.0, "pass", weights, elsewhere)
    lines = {e.name: e.expr for e in world.updates if weights & set(names(e.expr))}
    yield Edit(at, {**users, **lines}, {}, 1.0, "all", weights, elsewhere)


def _rounds(world: World) -> tuple[tuple[int, ...], ...]:
    """The examples of each step of an epoch; nothing where every step sees all of them."""
    update = world.problem.update
    batches = update.batches if update is not None else ()
    seen = 0
    for i, batch in enumerate(batches):
        seen += len(batch)
        if seen == len(world.problem.examples):
            return batches[: i + 1]
    return ()


def _users(world: World, wanted: frozenset[str]) -> dict[str, Expr]:
    """The equations of a pass that use some of these values, as they are."""
    return {
        e.name: e.expr for e in (*world.forward, *world.gradients) if wanted & set(names(e.expr))
    }


def _in_each_epoch(world: World, order: Mapping[int, int]) -> dict[int, int]:
    """From which step each step takes its numbers, where that is another one."""
    update = world.problem.update
    assert update is not None
    size = len(order)
    return {
        start + i: start + source
        for start in range(0, update.steps, size)
        for i, source in order.items()
        if source != i and start + i < update.steps
    }


def _listed(rounds: tuple[tuple[int, ...], ...], order: tuple[int, ...]) -> str:
    """The examples in the order of the steps, counted from 1."""
    return ", ".join(" and ".join(str(k + 1) for k in rounds[i]) for i in order)
