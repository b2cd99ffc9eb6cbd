"""Operands that are taken for others: a neighbour, a number that was read wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import prod
from operator import ne

import numpy as np

from backpropcli.language.nodes import (
    At,
    Expr,
    Name,
    as_expr,
    call,
    index,
    is_op,
    names,
    substitute,
)
from backpropcli.language.text import number_text
from backpropcli.mistakes.entry import Edit
from backpropcli.mistakes.parts import at_path, put, summed, walk
from backpropcli.mistakes.world import World
from backpropcli.problem.data import Equation

MOST_ALTERNATIVES = 10
MOST_NEIGHBOURS = 9  # entries of an operand that are exchanged one by one
ENTRYWISE = ("add", "sub", "mul", "div", "over", "neg", "pow")
MOST_ENTRIES = 12  # of a given value whose digits are tried
CONFUSED = {
    "0": "68", "1": "74", "2": "7", "3": "58", "4": "91", "5": "36", "6": "05", "7": "12",
    "8": "30", "9": "4",
}  # fmt: skip

Operand = tuple[str, Expr, str, str, float]


def exchanged_operands(world: World) -> Iterator[Operand]:
    """Each operand of each equation replaced by others of the same shape: name, equation, words."""
    yield from _exchanged_in_steps(world)
    for equation in (*world.forward, *world.gradients):
        for path, node in walk(equation.expr):
            if is_in_mask(equation.expr, path):
                continue
            if isinstance(node, Name) and "/" not in node.name:
                inside = path and is_op(at_path(equation.expr, path[:-1]), "index")
                if not inside:
                    yield from _others(world, equation, path, node)
                    yield from _own_entries(world, equation, path, node)
                    yield from _entries_for_numbers(world, equation, path, node)
            elif is_op(node, "index") and isinstance(node.args[0], Name):
                yield from _entries(world, equation, path, node)


def _exchanged_in_steps(world: World) -> Iterator[Operand]:
    """The weight, the gradient or the state of a step replaced by that of another parameter."""
    update = world.problem.update
    for line in update.lines if update is not None else ():
        equation = world.equations[line.name]
        for path, node in walk(equation.expr):
            if not isinstance(node, Name) or not line.weight:
                continue
            for other in sorted(world.weights - {line.weight}):
                new = _counterpart(world, node.name, line.weight, other)
                fits = world.program.shapes.get(new) == world.program.shapes.get(node.name)
                if new and fits and not _same_numbers(world, node.name, new):
                    expr = put(equation.expr, path, Name(new))
                    yield equation.name, expr, new, node.name, _distance(world, line.weight, other)
            if node.name in (line.weight, f"d{world.upper}/d{line.weight}"):
                for name, expr, used, meant, bits in _own_entries(world, equation, path, node):
                    yield name, expr, used, meant, bits + 1.0


def _counterpart(world: World, name: str, weight: str, other: str) -> str:
    """What a quantity of one weight is for another one: ``b_v`` for ``w_v``; or nothing."""
    if name in (weight, f"d{world.upper}/d{weight}"):
        return name.removesuffix(weight) + other
    return other + name.removeprefix(weight) if name.startswith(f"{weight}_") else ""


def is_in_mask(expr: Expr, path: tuple[int, ...]) -> bool:
    """Whether a part decides which units are active: that has names of its own."""
    for position in path:
        if is_op(expr, "relu'", "step", "leaky_relu'"):
            return True
        if is_op(expr, "dropout", "masked_softmax") and position == 1:
            return True
        expr = expr.args[position]
    return False


def _others(
    world: World, equation: Equation, path: tuple[int, ...], node: Name
) -> Iterator[Operand]:
    found = []
    for other in _of_shape(world, node.name):
        if other == equation.name or _same_numbers(world, node.name, other):
            continue
        if other == world.upper and equation.kind == "gradient":
            continue  # nobody puts the loss for an operand of its own gradient
        found.append((_distance(world, node.name, other), other))
    found.sort()
    for distance, other in found[:MOST_ALTERNATIVES]:
        expr = put(equation.expr, path, Name(other))
        yield equation.name, expr, other, node.name, distance


def _of_shape(world: World, name: str) -> list[str]:
    shape = world.program.shapes.get(name)
    same = [n for n, s in world.problem.shapes.items() if s == shape and n != name]
    gradient = f"d{world.upper}/d{name}"
    if gradient in world.equations and world.equations[gradient].shape == shape:
        same.append(gradient)
    return same


def _distance(world: World, one: str, other: str) -> float:
    """Bits for how unlike two names are; neighbours such as b0 and b1 cost nothing."""
    if one.rstrip("0123456789_") == other.rstrip("0123456789_"):
        return 0.0
    both = {one, other}
    if both <= world.weights or not both & world.weights:
        return 2.0
    return 4.0


def _same_numbers(world: World, one: str, other: str) -> bool:
    a, b = world.values.get(one), world.values.get(other)
    return a is not None and b is not None and np.array_equal(a, b)


def _entries(
    world: World, equation: Equation, path: tuple[int, ...], node: Expr
) -> Iterator[Operand]:
    """Another entry of the same value: w11 for w12."""
    inner = node.args[0]
    if world.shape(node) != () or not isinstance(inner, Name):
        return
    shape = world.program.shapes.get(inner.name, ())
    if not all(isinstance(s, int) for s in shape):
        return
    sizes = tuple(s for s in shape if isinstance(s, int))
    if prod(sizes) > MOST_ALTERNATIVES:
        return
    for position in product(*map(range, sizes)):
        other = index(inner, *position)
        if other != node:
            expr = put(equation.expr, path, other)
            yield equation.name, expr, world.text(other), world.text(node), 0.0


def _entries_for_numbers(
    world: World, equation: Equation, path: tuple[int, ...], node: Name
) -> Iterator[Operand]:
    """A single number replaced by an entry of a list with a like name: b1[2] for b2."""
    if world.program.shapes.get(node.name) != ():
        return
    for other, shape in world.problem.shapes.items():
        size = shape[0] if len(shape) == 1 else 0
        if not isinstance(size, int) or size > MOST_NEIGHBOURS:
            continue
        if _distance(world, node.name, other) == 0.0:
            for i in range(size):
                entry = index(Name(other), i)
                expr = put(equation.expr, path, entry)
                yield equation.name, expr, world.text(entry), node.name, 1.0


def _own_entries(
    world: World, equation: Equation, path: tuple[int, ...], node: Name
) -> Iterator[Operand]:
    """One entry of an operand replaced by a neighbour of its row or column: w11 for w12."""
    shape = world.program.shapes.get(node.name, ())
    sizes = tuple(s for s in shape if isinstance(s, int))
    if not shape or len(sizes) < len(shape) or prod(sizes) > MOST_NEIGHBOURS:
        return
    is_step = equation.kind == "update"
    if not is_step and all(is_op(n, *ENTRYWISE) or not n.args for _, n in walk(equation.expr)):
        return  # entry by entry it would show at one entry only, as swapped entries do
    penalised = node.name in names(summed(world.loss.penalties))
    if penalised and equation.name in world.loss.equations:
        return  # a penalty sums over all entries and names none of them
    entries = {at: index(node, *at) for at in product(*map(range, sizes))}
    said = {at: entry_name(world, node.name, at) for at in entries}
    for here, meant in entries.items():
        for there, used in entries.items():
            if sum(map(ne, here, there)) != 1:
                continue
            other = node + call("place", used - meant, at=At(here), shape=shape)
            yield equation.name, put(equation.expr, path, other), said[there], said[here], 0.0


def misread(world: World) -> Iterator[Edit]:
    """One digit of one given number read as another, in one equation."""
    for equation, path, name, position, value in given_numbers(world):
        said = {"given": entry_name(world, name, position), "true": _shown(value)}
        for read in _readings(value):
            expr = put(equation.expr, path, moved(world, name, position, read - value))
            yield from world.edit(equation.name, expr, "", 1.0, **said, read=_shown(read))


def misread_throughout(world: World) -> Iterator[Edit]:
    """One digit of one given number read as another, in every equation that uses it."""
    for name, given in world.problem.given.items():
        value = world.values.get(name)
        if value is None or np.size(value) > MOST_ENTRIES or given.kind == "upstream":
            continue
        users = [e for e in (*world.forward, *world.gradients) if name in names(e.expr)]
        for position in np.ndindex(np.shape(value)):
            number = Fraction(repr(float(np.asarray(value)[position])))
            if len(users) < 2 or not number or number.denominator > 10**6:
                continue
            said = {"given": entry_name(world, name, position), "true": _shown(number)}
            for read in _readings(number):
                other = moved(world, name, position, read - number)
                changes = {e.name: substitute(e.expr, {name: other}) for e in users}
                yield Edit(name, changes, {**said, "read": _shown(read)}, 0.0, name)


def given_numbers(
    world: World,
) -> Iterator[tuple[Equation, tuple[int, ...], str, tuple[int, ...], Fraction]]:
    """Each number that is given, where it is used: equation, path, name, position, the number."""
    for equation in (*world.forward, *world.gradients):
        for path, node in walk(equation.expr):
            if not isinstance(node, Name) or node.name not in world.problem.given:
                continue
            value = world.values.get(node.name)
            if value is None or np.size(value) > MOST_ENTRIES:
                continue
            for position in np.ndindex(np.shape(value)):
                number = Fraction(repr(float(np.asarray(value)[position])))
                if number and number.denominator <= 10**6:
                    yield equation, path, node.name, position, number


def _readings(value: Fraction) -> Iterator[Fraction]:
    text = number_text(abs(value))
    if "/" in text or "e" in text:
        return
    for i, digit in enumerate(text):
        for other in CONFUSED.get(digit, ""):
            read = Fraction(text[:i] + other + text[i + 1 :])
            if read:
                yield -read if value < 0 else read


def moved(world: World, name: str, position: tuple[int, ...], by: Fraction) -> Expr:
    """A given value with one entry changed."""
    shape = world.program.shapes[name]
    if not shape:
        return Name(name) + as_expr(by)
    return Name(name) + call("place", as_expr(by), at=At(position), shape=shape)


def entry_name(world: World, name: str, position: tuple[int, ...]) -> str:
    """An entry as the problem counts it: w[2,1]; the name alone of a single number."""
    if not position:
        return name
    return f"{name}[{','.join(str(i + world.problem.index_from) for i in position)}]"


def _shown(value: Fraction) -> str:
    return ("-" if value < 0 else "") + number_text(abs(value))
