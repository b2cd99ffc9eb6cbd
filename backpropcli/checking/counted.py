"""Counts as nodes: a total follows from the parts of which it is the sum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from backpropcli.language.nodes import Expr, names
from backpropcli.problem.quantities import COUNTS
from backpropcli.program import Program


class Counted(NamedTuple):
    """A count: its name, its value, and the counts that add up to it, if any do."""

    name: str
    value: Any
    parts: tuple[str, ...] = ()


def counted(program: Program, values: Mapping[str, Any]) -> Iterator[Counted]:
    """All counts that have values, parts before totals.

    The parameters of a value are those of the weights in its equation, all parameters those of
    all values, and so are all operations. Where parts do not add up, as with a weight that is
    used twice, the count stands for itself.
    """
    found = [name for name in values if name.partition("(")[0] in COUNTS]
    equations = {equation.name: equation.expr for equation in program.forward}
    for name in sorted(found, key=lambda one: _height(one, equations)):
        kind, _, inner = name.partition("(")
        inner = inner.rstrip(")")
        below = list(equations) if not inner else []
        if kind == "parameters" and inner in equations:
            below = [one for one in names(equations[inner]) if one in program.problem.weights]
        parts = tuple(f"{kind}({one})" for one in below if values.get(f"{kind}({one})", 0) > 0)
        adds_up = parts and sum(values[part] for part in parts) == values[name]
        yield Counted(name, values[name], parts if adds_up else ())


def _height(name: str, equations: Mapping[str, Expr]) -> int:
    """Weights come first, then values, then totals."""
    inner = name.partition("(")[2].rstrip(")")
    return 2 if not inner else int(inner in equations)
