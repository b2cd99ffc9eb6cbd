"""Values as text: the one place that formats numbers, and equations with the numbers put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from backpropcli.evaluate.floats import evaluate
from backpropcli.language.nodes import Apply, At, Expr, Name, is_op, names
from backpropcli.language.text import Leaf, Style, layout, literal_strength
from backpropcli.ops.entry import Array
from backpropcli.ops.shaping import selector

SIGNIFICANT = 6
LONGEST_FRACTION = 12  # characters of a fraction that is still shown as one


class NumberStyle(NamedTuple):
    """How numbers are written: with so many decimals, or significant digits, or as fractions."""

    decimals: int | None = None
    exact: bool = False
    significant: int = SIGNIFICANT


SHORT = NumberStyle()


def number(value: Any, style: NumberStyle = SHORT) -> str:
    """A number as people write it: ``-0.38``, ``5``, ``1.5e-07``; never ``-0``.

    ``value`` is a float or a Fraction; a Fraction is written as one with ``exact``.
    """
    if isinstance(value, Fraction):
        if style.exact and len(str(value)) <= LONGEST_FRACTION:
            return str(value)
        if style.decimals is not None:
            return _rounded(value, style.decimals)
    value = float(value)
    if value != value:
        return "-"  # an entry that was not worked out
    if style.decimals is not None:
        return _rounded(value, style.decimals)
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    if 10 ** (style.significant - 1) <= abs(value) < 1e15:
        return f"{value:.1f}".removesuffix(".0")
    text = f"{value:.{style.significant}g}"
    if "e" in text:
        digits, power = text.split("e")
        return f"{digits}e{int(power)}"
    return text


def _rounded(value: float | Fraction, decimals: int) -> str:
    """A number with that many decimals, halves rounded up in size as on paper; never ``-0``."""
    exact = value if isinstance(value, Fraction) else Fraction(repr(value))
    scaled = abs(exact) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    digits = str(whole).rjust(decimals + 1, "0")
    text = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return f"-{text}" if exact < 0 and whole else text


def listed(value: Array, style: NumberStyle = SHORT, most: int | None = None) -> str:
    """An array as nested lists in one line; ``most`` entries of an axis, the rest as `...`."""
    value = np.asarray(value)
    if value.ndim == 0:
        return number(value[()], style)
    style = one_form(value, style)
    parts = [
        listed(value[i], style, most) if i is not None else "..."
        for i in shown_positions(len(value), most)
    ]
    return "[" + ", ".join(parts) + "]"


def one_form(value: Array, style: NumberStyle) -> NumberStyle:
    """The style for all entries of a value: decimals where one has no short fraction."""
    if not style.exact or value.dtype != object:
        return style
    short = all(len(str(entry)) <= LONGEST_FRACTION for entry in value.flat)
    return style if short else style._replace(exact=False)


def shown_positions(count: int, most: int | None) -> list[int | None]:
    """Which of many entries are shown, with None for what is left out."""
    if most is None or count <= most:
        return list(range(count))
    head = max(1, most // 2)
    tail = max(1, most - head - 1)
    return [*range(head), None, *range(count - tail, count)]


def is_numeric_leaf(expr: Expr) -> bool:
    """A part that stands for a value: a name, its transpose or entry, a slope ``relu'(z)``."""
    if isinstance(expr, Name):
        return True
    if is_op(expr, "index", "transpose"):
        return isinstance(expr.args[0], Name)
    return isinstance(expr, Apply) and (expr.op.endswith("'") or expr.op == "onehot")


def leaf_value(expr: Expr, values: Mapping[str, Array]) -> Array:
    """The number that a leaf stands for."""
    if isinstance(expr, Name):
        return np.asarray(values[expr.name])
    inner = expr.args[0]
    if isinstance(inner, Name) and isinstance(expr, Apply):
        value = np.asarray(values[inner.name])
        if expr.op == "transpose":
            return value.T
        if expr.op == "index":
            at: At = dict(expr.params)["at"]
            return np.asarray(value[selector(at)], value.dtype)
    return evaluate(expr, {name: np.asarray(values[name], float) for name in names(expr)})


def with_numbers(
    expr: Expr,
    values: Mapping[str, Array],
    index_from: int = 1,
    show: Callable[[Array], str] = listed,
    tight: bool = False,
) -> str:
    """The expression with the numbers put in for its names: ``[31.5, 21] * 2``."""
    pieces, _ = layout(expr, Style(index_from, tight, is_numeric_leaf))
    return "".join(
        piece if isinstance(piece, str) else leaf_text(piece, values, show) for piece in pieces
    )


def leaf_text(leaf: Leaf, values: Mapping[str, Array], show: Callable[[Array], str]) -> str:
    """The number of a leaf, in parentheses where it would bind too loosely."""
    text = show(leaf_value(leaf.node, values))
    return f"({text})" if literal_strength(text) < leaf.need else text
