"""What a kind of layer is, and the arguments of one line of a layer list."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from backpropcli.errors import nearest
from backpropcli.language.nodes import Apply, Expr, Name, Number, is_op
from backpropcli.language.text import param_text, to_text
from backpropcli.ops import OPS, SPELLINGS
from backpropcli.ops.entry import ShapeError
from backpropcli.ops.sizes import Size, named
from backpropcli.ops.windows import pair
from backpropcli.problem.given import MAX_SIZE

if TYPE_CHECKING:
    from backpropcli.problem.layers.builder import Builder

ACTIVATIONS = tuple(
    op.name
    for op in OPS.entries()
    if (op.elementwise and op.name + "'" in OPS) or op.name in ("softmax", "log_softmax")
)


# Inputs that a layer needs beside the data, by the beginning of their names.
ASIDE = re.compile(r"(mask|mean|var)\d+")


class LayerError(Exception):
    """What is wrong with a layer, and perhaps a hint."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class Kind(NamedTuple):
    """A kind of layer: how it is written, and how it is built.

    ``positional`` are the arguments that may be given without a name, in order; ``named`` the
    others. Where ``activation`` is among them, the arguments of the activation are taken too.
    """

    usage: str
    build: Callable[[Builder, Arguments], None]
    positional: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """All arguments."""
        return (*self.positional, *self.named)


class Activation(NamedTuple):
    """An activation by its name, with its own arguments; identity is none."""

    name: str
    params: dict[str, Any]


class Arguments:
    """The arguments of a layer by their names; each reader raises ``LayerError``."""

    def __init__(self, layer: str, kind: Kind, call: Apply, sizes: set[str], taken: set[str]):
        self.layer, self.kind = layer, kind
        self.sizes, self.taken = sizes, taken  # named sizes, and the names that are values
        self.values: dict[str, Any] = dict(call.params)
        self.extra = self._placed([_constant(arg) for arg in call.args])
        self._refuse_unknown()

    def _placed(self, positional: list[Any]) -> list[Any]:
        """Put positional arguments under their names; what is left over is returned."""
        free = list(self.kind.positional)
        for position, value in enumerate(positional):
            if not free:
                return positional[position:]
            key = free.pop(0)
            if key == "activation" and key in self.values:
                return positional[position:]
            if key in self.values:
                raise LayerError(f"{self.layer}: {key} is given twice")
            self.values[key] = value
        return []

    def _refuse_unknown(self) -> None:
        known = [*self.kind.known]
        if "activation" in known:
            name = SPELLINGS.get(str(self.values.get("activation")), self.values.get("activation"))
            known += OPS[str(name)].params if name in ACTIVATIONS else ()
        for key in self.values:
            if key not in known:
                hint = nearest(key, known) or f"it is written {self.kind.usage}"
                raise LayerError(f"{self.layer} has no argument `{key}=`", hint)
        if "activation" in known and self.extra:
            found = " and ".join(param_text(v) for v in (self.values["activation"], *self.extra))
            raise LayerError(
                f"{self.layer} takes one activation, found {found}",
                "a further one stands on a line of its own",
            )
        if self.extra:
            found = param_text(self.extra[0])
            raise LayerError(
                f"{self.layer} has an argument too many: {found}",
                f"it is written {self.kind.usage}",
            )

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def size(self, key: str, what: str, example: str) -> Size:
        """A whole number from 1 on, or a named size; ``what`` and ``example`` are for messages."""
        value = self.values.get(key)
        if value is None or value in ACTIVATIONS:
            raise LayerError(f"{what} comes first, as in {example}")
        if type(value) is int and 0 < value <= MAX_SIZE:
            return value
        if isinstance(value, str) and value.isidentifier() and value not in self.taken:
            self.sizes.add(value)
            return named(value)
        raise LayerError(f"{key} is a whole number from 1 on, found {param_text(value)}")

    def number(self, key: str, default: int | None = None, least: int = 1) -> int:
        """A whole number."""
        value = self.values.get(key, default)
        if type(value) is int and least <= value <= MAX_SIZE:
            return value
        found = "none" if value is None else param_text(value)
        raise LayerError(f"{key} is a whole number from {least} on, found {found}")

    def cells(self, key: str, rank: int) -> tuple[int, ...]:
        """The size of a window over ``rank`` axes: a number, or one for each axis."""
        if key not in self.values:
            example = "5" if rank == 1 else "5 or [3, 5]"
            raise LayerError(f"{self.layer} needs a {key}, such as {example}", self.kind.usage)
        try:
            return pair(key, self.values[key], rank)
        except ShapeError as error:
            raise LayerError(f"{error}, found {param_text(self.values[key])}") from None

    def written(self, *keys: str) -> str:
        """The arguments of those names that were given, as a call of an op has them."""
        given = [key for key in keys if key in self.values]
        return "".join(f", {key}={param_text(self.values[key])}" for key in given)

    def flag(self, key: str, default: bool) -> bool:
        """True or False."""
        value = self.values.get(key, default)
        if isinstance(value, bool):
            return value
        raise LayerError(f"{key}= is True or False")

    def activation(self) -> Activation:
        """The one activation, by position or by name; identity where there is none."""
        name = str(self.values.get("activation", "identity"))
        name = SPELLINGS.get(name, name)
        if name not in ACTIVATIONS:
            raise LayerError(f"there is no activation `{name[:40]}`", nearest(name, ACTIVATIONS))
        own = OPS[name].params
        return Activation(name, {k: v for k, v in self.values.items() if k in own})


def _constant(expr: Expr) -> Any:
    """An argument that was written by position, as the parser gives a named one."""
    if isinstance(expr, Number):
        return int(expr.value) if expr.value.denominator == 1 else expr.value
    if isinstance(expr, Name):
        return {"True": True, "False": False}.get(expr.name, expr.name)
    if is_op(expr, "neg") and isinstance(expr.args[0], Number):
        return -_constant(expr.args[0])
    if is_op(expr, "array"):
        return tuple(_constant(item) for item in expr.args)
    return to_text(expr)
