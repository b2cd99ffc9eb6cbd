"""Expressions as text, in the spelling that the parser reads back to the same expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from backpropcli.language.nodes import Apply, At, Expr, Name, Number, fold

# A term may stand after a sign, but not beside a factor; a ratio not after a division.
SUM, NEG, TERM, PRODUCT, RATIO, POWER, POSTFIX, ATOM = 10, 15, 18, 20, 30, 40, 50, 60
INFIX = {
    "add": (" + ", SUM), "sub": (" - ", SUM), "mul": (" * ", PRODUCT), "div": (" / ", PRODUCT),
    "over": (" / ", PRODUCT),
    "matmul": (" @ ", PRODUCT), "dotted": (" · ", PRODUCT),
}  # fmt: skip
MOST_ZEROS = 5  # after the point of a number that is written out


class Leaf(NamedTuple):
    """A part that is shown by something else, such as its value, and how tight it must bind."""

    node: Expr
    need: int


Piece = str | Leaf
Rope: TypeAlias = "str | Leaf | tuple[Rope, ...]"
Shown = tuple[Rope, int]
Form: TypeAlias = "Callable[[Apply, list[Shown]], Shown]"


class Style(NamedTuple):
    """How to write: counting from, without spaces around products, what is left open.

    ``forms`` write operations that no parser reads, by their name.
    """

    index_from: int = 1
    tight: bool = False
    opaque: Callable[[Expr], bool] | None = None
    forms: Mapping[str, Form] = {}


def to_text(expr: Expr, index_from: int = 1, tight: bool = False) -> str:
    """The expression as text; ``tight`` writes ``a*b`` for ``a * b``."""
    shown, _ = layout(expr, Style(index_from, tight))
    return "".join(p for p in shown if isinstance(p, str))


def layout(expr: Expr, style: Style) -> tuple[list[Piece], int]:
    """The pieces of the text, open leaves among them, and how tight the whole binds."""

    def visit(node: Expr, args: list[Shown]) -> Shown:
        if style.opaque and style.opaque(node):
            return (Leaf(node, 0), ATOM)
        return _visit(node, args, style)

    rope, strength = fold(expr, visit)
    return _pieces(rope), strength


def _pieces(rope: Rope) -> list[Piece]:
    """The pieces of nested tuples, in order."""
    found: list[Piece] = []
    stack = [rope]
    while stack:
        part = stack.pop()
        if isinstance(part, str | Leaf):
            found.append(part)
        else:
            stack.extend(reversed(part))
    return found


def literal_strength(text: str) -> int:
    """How tight a written value binds: a minus sign less than a product, a fraction like one."""
    if text.startswith("-"):
        return NEG
    return PRODUCT if "/" in text and not text.startswith("[") else ATOM


def _visit(node: Expr, args: list[Shown], style: Style) -> Shown:
    if isinstance(node, Number):
        text = number_text(node.value)
        return (text, literal_strength(text))
    if isinstance(node, Name):
        return (node.name, ATOM)
    assert isinstance(node, Apply)
    if node.op in style.forms:
        return style.forms[node.op](node, args)
    if node.op in INFIX:
        return _infix(node.op, args, style)
    if node.op == "neg":
        return (("-", within(args[0], TERM)), NEG)
    if node.op == "pow":
        derivative = isinstance(node.args[0], Name) and "/" in node.args[0].name
        base = within(args[0], ATOM + 1 if derivative else POSTFIX)
        return ((base, "**", within(args[1], POWER)), POWER)
    if node.op == "transpose":
        need = ATOM + 1 if isinstance(node.args[0], Number) else POSTFIX
        return ((within(args[0], need), ".T"), POSTFIX)
    if node.op == "index":
        need = ATOM + 1 if isinstance(node.args[0], Number) else POSTFIX
        at = dict(node.params)["at"]
        return (_indexed(within(args[0], need), at_text(at, style.index_from)), POSTFIX)
    if node.op == "array":
        return (("[", _listed(args), "]"), ATOM)
    named: list[Shown] = [(f"{k}={param_text(v, style.index_from)}", ATOM) for k, v in node.params]
    inside = _listed([*args, *named])
    return ((f"{node.op}(", inside, ")"), ATOM)


def _indexed(value: Rope, at: str) -> Rope:
    """An index after a value; a step of a sequence takes it into its own: ``h[2,1]``."""
    if isinstance(value, str) and value.endswith("]") and value[0] != "[":
        return f"{value[:-1]},{at}]"
    return (value, f"[{at}]")


def _infix(op: str, args: list[Shown], style: Style) -> Shown:
    sign, strength = INFIX[op]
    if style.tight and strength == PRODUCT:
        sign = sign.strip()
    # A minus sign after an operator is put in parentheses: a - (-b), a * (-b).
    right = TERM if strength == SUM else POWER if sign.strip() == "/" else RATIO
    return ((within(args[0], strength), sign, within(args[1], right)), strength)


def within(shown: Shown, need: int) -> Rope:
    """A part as it stands where something must bind at least so tight."""
    rope, strength = shown
    if isinstance(rope, Leaf):
        return Leaf(rope.node, need)
    return ("(", rope, ")") if strength < need else rope


def _listed(parts: list[Shown]) -> Rope:
    return tuple(
        part
        for number, (rope, _) in enumerate(parts)
        for part in ((", ", rope) if number else (rope,))
    )


def at_text(at: At, index_from: int) -> str:
    """The positions of an index as they are written: ``2,1`` or ``1:3``."""
    return ",".join(_position_text(item, index_from) for item in at.items)


def _position_text(item: int | tuple[int, int | None], index_from: int) -> str:
    if isinstance(item, int):
        return str(item + index_from)
    first, stop = item
    if (first, stop) == (0, None):
        return ":"
    last = "" if stop is None else str(stop - 1 + index_from)
    return f"{first + index_from}:{last}"


def param_text(value: Any, index_from: int = 1) -> str:
    """A named argument's value as it is written."""
    if isinstance(value, tuple):
        return "[" + ", ".join(param_text(v, index_from) for v in value) + "]"
    if isinstance(value, At):
        return f"[{at_text(value, index_from)}]"
    if isinstance(value, Fraction):
        return ("-" if value < 0 else "") + number_text(abs(value))
    return str(value)


def number_text(value: Fraction) -> str:
    """A non-negative rational: ``2``, ``0.1``, ``1e-8``, or ``1/3`` where it never ends."""
    digits, rest = 0, value.denominator
    while rest % 10 == 0:
        digits, rest = digits + 1, rest // 10
    while rest % 2 == 0 or rest % 5 == 0:
        digits, rest = digits + 1, rest // (2 if rest % 2 == 0 else 5)
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    scaled = str(value.numerator * 10**digits // value.denominator)
    if digits == 0:
        short = scaled.rstrip("0")
        zeros = len(scaled) - len(short)
        return scaled if len(scaled) <= 16 or zeros < 3 else f"{short}e{zeros}"
    if digits > 16 or digits - len(scaled) >= MOST_ZEROS:
        return f"{scaled}e-{digits}"
    scaled = scaled.rjust(digits + 1, "0")
    return f"{scaled[:-digits]}.{scaled[-digits:]}"
