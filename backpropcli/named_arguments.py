"""The parameters of a call in the types that ops expect; complaints about parts of expressions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from backpropcli.language.grammar import ExpressionError
from backpropcli.language.nodes import Apply, At, Expr
from backpropcli.language.text import to_text
from backpropcli.ops.sizes import Size, named

SIZE_PARAMS = ("shape", "n", "d")
SHOWN = 40  # the longest expression that is repeated in a message


def shortened(node: Expr, index_from: int) -> str:
    """An expression as a message repeats it."""
    text = to_text(node, index_from)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


def error_at(node: Expr, message: str, hint: str = "", unknown: str = "") -> ExpressionError:
    """A complaint about a part of an expression, with its place."""
    start, stop = node.span or (0, 1)
    return ExpressionError(message, start, stop, hint, unknown)


class Arguments(NamedTuple):
    """What the parameters of calls may refer to: named sizes, and where counting starts."""

    sizes: frozenset[str]
    index_from: int

    def typed(self, node: Apply, key: str, value: Any) -> Any:
        """A parameter in the type that its op expects; raises ``ExpressionError``."""
        if key == "shape":
            return tuple(self.size(node, item) for item in _items(value))
        if key in ("n", "d"):
            return self.size(node, value)
        if key == "at" and not isinstance(value, At):
            return self.position(node, value)
        trouble = _trouble(key, value)
        if trouble:
            raise self.error(node, trouble)
        return value

    def position(self, node: Apply, value: Any) -> At:
        """An entry, counted as the problem counts."""
        items, first = _items(value), self.index_from
        if not all(type(item) is int and item >= first for item in items):
            raise self.error(node, f"at= takes whole numbers from {first} on")
        return At(tuple(item - first for item in items))

    def size(self, node: Apply, value: Any) -> Size:
        """A number of entries, or a letter for one."""
        least = -1 if node.op == "reshape" else 1
        if isinstance(value, int) and not isinstance(value, bool) and value >= least and value:
            return value
        if isinstance(value, str) and value in self.sizes:
            return named(value)
        if isinstance(value, str | int | Fraction | bool):
            raise self.error(node, f"`{value}` is not a size")
        return value  # type: ignore[no-any-return]

    def error(self, node: Apply, trouble: str) -> ExpressionError:
        """A complaint that repeats the call."""
        return error_at(node, f"`{shortened(node, self.index_from)}`: {trouble}")


def _items(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _trouble(key: str, value: Any) -> str:
    if key == "axis":
        whole = all(isinstance(i, int) and not isinstance(i, bool) for i in _items(value))
        return "" if whole else "axis= takes whole numbers from 0 on"
    if key == "keepdims":
        return "" if isinstance(value, bool) else "keepdims= is True or False"
    if key in ("alpha", "delta") and not isinstance(value, int | Fraction):
        return f"{key}= takes a number"
    return "delta= is above 0" if key == "delta" and value <= 0 else ""
