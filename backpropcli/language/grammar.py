"""What the parser goes by: how tight operators bind, what names mean, how long texts may be."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from backpropcli.language.timeline import Timeline

SUM, PRODUCT, POWER, POSTFIX = 10, 20, 40, 50
BINARY = {
    "+": ("add", SUM), "-": ("sub", SUM), "*": ("mul", PRODUCT), "/": ("div", PRODUCT),
    "@": ("matmul", PRODUCT), "·": ("dotted", PRODUCT), "⊗": ("outer", PRODUCT),
}  # fmt: skip
MAX_EXPONENT = 64
MAX_DIGITS = 64


class ExpressionError(Exception):
    """What is wrong with an expression, and from where to where in its text.

    ``unknown`` is the name that is not known, where that is the fault.
    """

    def __init__(
        self, message: str, start: int, stop: int, hint: str = "", unknown: str = ""
    ) -> None:
        super().__init__(message)
        self.message, self.start, self.stop, self.hint = message, start, stop, hint
        self.unknown = unknown


class Vocabulary(NamedTuple):
    """What the parser has to know of the names, and how large a text may be.

    ``time`` tells which values have a step of time as their first index.
    """

    functions: Collection[str] = ()
    values: Collection[str] = ()
    index_from: int = 1
    max_nodes: int = 2000
    max_depth: int = 30
    time: Timeline | None = None
