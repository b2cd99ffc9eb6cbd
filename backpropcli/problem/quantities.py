"""Which quantities a problem has: values, derivatives, new weights, counts; and their shapes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from backpropcli.language.grammar import Vocabulary
from backpropcli.language.nodes import Apply, Expr, Name, fold, with_args
from backpropcli.language.timeline import Timeline
from backpropcli.ops.sizes import Shape
from backpropcli.problem.data import Update

COUNTS = ("parameters", "operations", "macs", "non_trainable")
CALLED = (*COUNTS, "shape")
# What an update adds to the name of a weight, the longest first.
ENDINGS = (
    "_v_old", "_m_old", "_G_old", "_change", "_ahead", "_mhat", "_vhat", "_new", "_v", "_m", "_G",
    "_g",
)  # fmt: skip


class Quantities(NamedTuple):
    """The names that ``find`` and ``define`` may use.

    ``shapes`` are the values, which may be differentiated; ``defined`` those of ``define``;
    ``computed`` are the values with an equation, ``weights`` the trained ones: they have counts.
    """

    shapes: Mapping[str, Shape]
    upper: str
    aliases: Mapping[str, str]
    update: Update | None = None
    defined: Mapping[str, Shape] = {}
    index_from: int = 1
    computed: Collection[str] = ()
    weights: Collection[str] = ()
    time: Timeline | None = None

    def words(self, functions: Collection[str]) -> Vocabulary:
        """What the parser has to know to read an expression over these quantities."""
        return Vocabulary(functions, self.known(), self.index_from, time=self.time)

    def known(self) -> set[str]:
        """All names that the parser has to know: values, the loss, new weights, counts."""
        found = {*self.shapes, *self.aliases, *COUNTS, *self.updated(), *self.defined}
        found.update(self.time.sequences if self.time else ())
        return found | ({self.upper} if self.upper else set())

    def updated(self) -> dict[str, Shape]:
        """What an update adds: W_new, W_change, what its rule keeps, L_new, L_steps."""
        update = self.update
        if update is None:
            return {}
        found: dict[str, Shape] = {}
        for line in update.lines:
            found[line.name] = self.shapes[line.weight] if line.weight else ()
        found.update({name: given.shape for name, given in update.start.items()})
        found.update(dict.fromkeys((n for n in (update.counter, update.rate) if n), ()))
        for second, first in self.aliases.items():
            own = [name for name in found if name.startswith(f"{first}_")]
            found.update({f"{second}{name[len(first) :]}": found[name] for name in own})
        if self.upper in self.shapes:
            found[f"{self.upper}_new"] = ()
            found[f"{self.upper}_steps"] = (update.steps,)
        return found

    def shape_of(self, name: str) -> Shape | None:
        """The shape of a quantity by its canonical name, or nothing where there is none."""
        parts = split_derivative(name)
        if parts is not None:
            upper, lower = (self.aliases.get(part, part) for part in parts)
            if lower not in self.shapes or (upper not in self.shapes and upper != self.upper):
                return None
            return self.shapes.get(upper, ()) + self.shapes[lower]
        name = self.aliases.get(name, name)
        if name in self.shapes:
            return self.shapes[name]
        if name in self.defined:
            return self.defined[name]
        if name.partition("(")[0] in COUNTS:
            return ()
        return self.updated().get(name)

    def no_derivative(self, name: str) -> str:
        """Why a derivative by this name does not exist, or nothing."""
        defined = [part for part in split_derivative(name) or () if part in self.defined]
        if not defined:
            return ""
        return f"`{name}`: {defined[0]} is a definition, and definitions are not differentiated"


def split_derivative(name: str) -> tuple[str, str] | None:
    """The upper and the lower name of ``dL/dW1``, or nothing."""
    upper, slash, lower = name.partition("/")
    if not slash or upper[:1] != "d" or lower[:1] != "d":
        return None
    return upper[1:], lower[1:]


def with_counts(expr: Expr) -> Expr:
    """The expression with ``parameters(W1)`` and its like as names."""

    def visit(node: Expr, args: list[Expr]) -> Expr:
        inner = args[0] if len(args) == 1 else None
        if isinstance(node, Apply) and node.op in COUNTS and isinstance(inner, Name):
            return Name(f"{node.op}({inner.name})", node.span)
        return with_args(node, tuple(args))

    return fold(expr, visit)


def canonical(name: str, aliases: Mapping[str, str]) -> str:
    """The quantity under its first name where a shared weight was named by its second."""
    parts = split_derivative(name)
    if parts is not None:
        upper, lower = (aliases.get(part, part) for part in parts)
        return f"d{upper}/d{lower}"
    kind, bracket, inner = name.partition("(")
    if bracket and kind in COUNTS:
        inner = inner.rstrip(")")
        return f"{kind}({aliases.get(inner, inner)})"
    for ending in ENDINGS if aliases and name not in aliases else ():
        stem = name.removesuffix(ending)
        if stem != name and stem in aliases:
            return aliases[stem] + ending
    return aliases.get(name, name)
