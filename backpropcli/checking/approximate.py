"""Sides of workings as numbers with a margin: what their written digits leave open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from backpropcli.checking.data import Link
from backpropcli.checking.written import core, precision
from backpropcli.evaluate.exact import exact_values
from backpropcli.evaluate.floats import Machine
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Expr, Name, Number, fold, is_op, names, with_args
from backpropcli.ops.entry import Array

NOISE = 3e-7  # relative: numbers that were printed as float32
MOST_LITERALS = 60  # whose digits are varied
PLAIN = (0.5, 0.25, 0.75)  # constants of formulas, not rounded numbers


class Approximate(NamedTuple):
    """A value, how far it may be off, and, for plain numbers, what their last digit is worth.

    ``exact`` says that it follows from exact numbers alone, by rational steps.
    """

    value: Array
    margin: Array
    unit: Array | None = None
    exact: bool = False


class _Opened(NamedTuple):
    """An expression with its rounded literals as names."""

    expr: Expr
    literals: dict[str, tuple[float, float]]  # value, half a unit


def known_numbers(values: Iterable[Array]) -> frozenset[float]:
    """The sizes of the problem's numbers: a literal that is one of them is not rounded."""
    arrays = [np.abs(np.asarray(v, float)).ravel() for v in values if np.size(v) <= 1000]
    flat = np.concatenate(arrays) if arrays else np.empty(0)
    return frozenset(np.round(flat[np.isfinite(flat)], 12).tolist()).union(PLAIN)


def approximate(
    link: Link, values: Mapping[str, Array], known: Collection[float]
) -> Approximate | None:
    """The value of a side and its margin; nothing where it has no finite value."""
    if link.expr is None:
        return None
    units = literal_units(link.expr, link.text)
    opened = _open(link.expr, link.text, known)
    start = {name: np.asarray(value) for name, (value, _) in opened.literals.items()}
    machine = Machine([("side", opened.expr)], [*values, *start])
    value = np.asarray(machine.run({**values, **start})["side"], float)
    if not np.isfinite(value).all():
        return None
    margin = np.abs(value) * NOISE
    if units is None:
        for name, (literal, half) in list(opened.literals.items())[:MOST_LITERALS]:
            moved = {**values, **start, name: np.asarray(literal + half)}
            margin = margin + np.abs(machine.run(moved)["side"] - value)
    exact = not opened.literals and not names(link.expr) and _is_rational(link.expr)
    return Approximate(value, margin, units, exact)


def _is_rational(expr: Expr) -> bool:
    return "side" in exact_values([("side", expr)], {}, Shapes({}))


def literal_units(expr: Expr, text: str) -> Array | None:
    """What the last digits are worth in a plain number or a list of them; else nothing."""
    if is_op(expr, "array"):
        rows = [literal_units(entry, text) for entry in expr.args]
        found = [row for row in rows if row is not None]
        return np.stack(found) if len(found) == len(rows) else None
    inner = expr.args[0] if is_op(expr, "neg") else expr
    if not isinstance(inner, Number):
        return None
    unit, _, whole = precision(_literal(inner, text))
    # A whole number stands for no more than a half to each side; below zero marks it.
    return np.asarray(-1.0 if whole else float(unit))


def _literal(node: Number, text: str) -> str:
    start, stop = node.span or (0, 0)
    return text[start:stop].strip("() ")


def _open(expr: Expr, text: str, known: Collection[float]) -> _Opened:
    literals: dict[str, tuple[float, float]] = {}

    def visit(node: Expr, args: list[Expr]) -> Expr:
        if not isinstance(node, Number):
            return with_args(node, tuple(args))
        unit, _, whole = precision(_literal(node, text))
        if not unit or whole or round(float(node.value), 12) in known:
            return node
        name = f"#{len(literals)}"
        literals[name] = (float(node.value), float(unit / Fraction(2)))
        return Name(name)

    return _Opened(fold(expr, visit), literals)


def agree(left: Approximate, right: Approximate) -> Array | None:
    """Where two sides are equal as far as their digits go; nothing where shapes differ."""
    if core(left.value.shape) != core(right.value.shape):
        return None
    shape = left.value.shape
    units = None if right.unit is None else right.unit.reshape(shape)
    right = Approximate(right.value.reshape(shape), right.margin.reshape(shape), units, right.exact)
    margin = left.margin + right.margin
    near = np.abs(left.value - right.value) <= margin
    for one, other in ((left, right), (right, left)):
        if one.unit is not None:
            near = near | _rounds(one.value, one.unit, other, margin)
    return np.asarray(near)


def _rounds(written: Array, unit: Array, other: Approximate, margin: Array) -> Array:
    """Whether a number was rounded or cut to what was written.

    A whole number may stand for what never ends, but not for another exact number.
    """
    true, whole, size = other.value, unit < 0, np.abs(unit)
    rounded = np.abs(true - written) <= size / 2 + margin
    beyond = (np.abs(true) - np.abs(written) >= -margin) & (true * written >= 0)
    cut = beyond & (np.abs(true) - np.abs(written) < size + margin)
    return (rounded | (cut & ~whole)) & ~(whole & other.exact)
