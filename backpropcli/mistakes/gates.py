"""Gates of recurrent units that take each other's place, or the weights of each other.

A gate is a sequence whose every step is a sigmoid. An exchange concerns what uses the gates, and
the gradients that come back through these uses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations

from backpropcli.language.nodes import Expr, Name, Number, is_op, names, postorder, substitute
from backpropcli.language.timeline import Timeline, split_step
from backpropcli.mistakes.entry import Edit
from backpropcli.mistakes.layers import lower
from backpropcli.mistakes.over_time import lower_of
from backpropcli.mistakes.parts import replaced, summed, terms
from backpropcli.mistakes.world import World

MOST_GATES = 12  # of all recurrent layers together, whose pairs are tried
Gate = tuple[str, ...]  # the names of a sequence at its steps
Turn = Callable[[Expr], Expr]


def exchanged_gates(world: World) -> Iterator[Edit]:
    """Pairs of gates exchanged, the shares of a mixture exchanged, and the weights of two gates."""
    time = world.problem.time
    gates = _gates(world, time) if time is not None else {}
    for (one, first), (other, second) in combinations(gates.items(), 2):
        if not _are_alike(world, first, second):
            continue
        facts = {"first": f"{one}[t]", "second": f"{other}[t]"}
        swap = dict(zip((*first, *second), (*second, *first), strict=True))
        yield from _as_used(world, swap, facts)
        yield from _weights(world, first, second, f"{one} {other}")
    for stem, gate in gates.items():
        facts = {"first": f"{stem}[t]", "second": f"1 - {stem}[t]"}
        yield from _turned(world, gate, facts)


def _gates(world: World, time: Timeline) -> dict[str, Gate]:
    """The sequences whose every step is a sigmoid, with their names."""
    found = {}
    for stem in time.sequences:
        steps = tuple(time.steps(stem))
        roots = [world.activation(name) for name in steps]
        if steps and all(root is not None and root.op == "sigmoid" for root in roots):
            found[stem] = steps
    return dict(list(found.items())[:MOST_GATES])


def _are_alike(world: World, first: Gate, second: Gate) -> bool:
    """Whether two gates have the same steps and shapes, and none is made of the other."""
    pairs = list(zip(first, second, strict=False))
    return len(first) == len(second) and all(
        split_step(a)[1] == split_step(b)[1]
        and world.program.shapes[a] == world.program.shapes[b]
        and b not in names(world.equations[a].expr)
        and a not in names(world.equations[b].expr)
        for a, b in pairs
    )


def _as_used(world: World, swap: Mapping[str, str], facts: Mapping[str, str]) -> Iterator[Edit]:
    """Where the two gates are used, each stands for the other: in both passes, or in one."""
    exchange = {name: Name(other) for name, other in swap.items()}
    sources = {name: (other, 1) for name, other in swap.items()}
    yield from _in_passes(world, lambda e: substitute(e, exchange), sources, facts)


def _turned(world: World, gate: Gate, facts: Mapping[str, str]) -> Iterator[Edit]:
    """A gate that mixes: its two shares, ``z`` and ``1 - z``, exchanged."""
    shares = set(map(Name, gate))
    parts = (node for e in world.forward for node in postorder(e.expr))
    if not any(_is_rest(node, shares) for node in parts):
        return

    def turn(expr: Expr) -> Expr:
        def other(node: Expr) -> Expr | None:
            if _is_rest(node, shares):
                return node.args[1]
            return 1 - node if node in shares else None

        return replaced(expr, other)

    yield from _in_passes(world, turn, {name: (name, -1) for name in gate}, facts)


def _is_rest(node: Expr, shares: set[Name]) -> bool:
    """Whether this is ``1 - z`` of a gate z."""
    return is_op(node, "sub") and node.args[0] == Number(1) and node.args[1] in shares


def _in_passes(
    world: World,
    turn: Turn,
    sources: Mapping[str, tuple[str, int]],
    facts: Mapping[str, str],
) -> Iterator[Edit]:
    """The users of gates changed, and the gradients that come back through these users.

    ``sources`` says of which gate's gradient, and with which sign, each gate's gradient is made.
    """
    forward = {
        e.name: turn(e.expr)
        for e in world.forward
        if e.name not in sources and set(sources) & set(names(e.expr))
    }
    backward = _backward(world, turn, sources)
    kind = facts["first"] + facts["second"]
    if forward and backward:
        yield Edit(next(iter(forward)), {**forward, **backward}, facts, 0.0, kind)
        yield Edit(next(iter(forward)), forward, facts, 1.0, kind + " forward")
        yield Edit(next(iter(backward)), backward, facts, 2.0, kind + " backward")


def _backward(world: World, turn: Turn, sources: Mapping[str, tuple[str, int]]) -> dict[str, Expr]:
    found = {}
    for equation in world.gradients:
        value = lower(equation)
        if value in sources:
            source, sign = sources[value]
            of_source = world.equations.get(f"d{world.upper}/d{source}")
            if of_source is None:
                continue
            expr = turn(of_source.expr)
            found[equation.name] = -expr if sign < 0 else expr
            continue
        parts = terms(equation.expr)
        changed = [
            p if _is_through(world, p.expr, sources) else p._replace(expr=turn(p.expr))
            for p in parts
        ]
        if any(a.expr != b.expr for a, b in zip(parts, changed, strict=True)):
            found[equation.name] = summed(changed)
    return found


def _is_through(world: World, expr: Expr, gates: Mapping[str, object]) -> bool:
    """Whether a summand comes back through a gate itself, whose equation is as it was."""
    return any(lower_of(name) in gates for name in world.upstreams(expr))


def _weights(world: World, first: Gate, second: Gate, kind: str) -> Iterator[Edit]:
    """The weights of two gates exchanged, wherever they are used."""
    found: dict[str, str] = {}
    for a, b in zip(first, second, strict=True):
        if not _matched(world, world.equations[a].expr, world.equations[b].expr, found):
            return
    pairs = {**found, **{b: a for a, b in found.items()}}
    if not found or len(pairs) != 2 * len(found):
        return
    exchange = {name: Name(other) for name, other in pairs.items()}
    changes = {
        e.name: substitute(e.expr, exchange)
        for e in (*world.forward, *world.gradients)
        if set(pairs) & set(names(e.expr))
    }
    ones, others = (", ".join(group) for group in (found, found.values()))
    yield Edit(next(iter(changes)), changes, {"first": ones, "second": others}, 0.0, kind)


def _matched(world: World, one: Expr, other: Expr, found: dict[str, str]) -> bool:
    """Whether two expressions differ in their weights alone, each always against the same one."""
    if isinstance(one, Name) and isinstance(other, Name):
        if one.name == other.name:
            return True
        if {one.name, other.name} <= world.weights:
            return (
                world.program.shapes[one.name] == world.program.shapes[other.name]
                and found.setdefault(one.name, other.name) == other.name
            )
        a, b = world.equations.get(one.name), world.equations.get(other.name)
        return a is not None and b is not None and _matched(world, a.expr, b.expr, found)
    if one.label() != other.label() or len(one.args) != len(other.args):
        return False
    return all(_matched(world, a, b, found) for a, b in zip(one.args, other.args, strict=True))
