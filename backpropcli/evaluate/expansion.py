"""A composite op written in simpler ones, for the evaluators that have no rule of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, Expr, Name
from backpropcli.ops import OPS
from backpropcli.ops.entry import Inexact, Site
from backpropcli.ops.sizes import Shape


class Expansion(NamedTuple):
    """The simpler expression over stand-ins for the operands, whose shapes are given by name."""

    expr: Expr
    operands: Mapping[str, Shape]


def expansion(node: Apply, shapes: Shapes) -> Expansion:
    """How the op of this node is written in simpler ones; raises ``Inexact`` if it is not."""
    rule = OPS[node.op].expansion
    if rule is None:
        raise Inexact
    operands = {f"<{i}>": shapes.of(arg) for i, arg in enumerate(node.args)}
    marks = tuple(Name(name) for name in operands)
    whole = Apply(node.op, marks, node.params)
    site = Site(
        marks[0], whole, marks, tuple(operands.values()), shapes.of(node), dict(node.params)
    )
    return Expansion(rule(site), operands)
