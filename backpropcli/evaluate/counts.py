"""What equations cost: parameters, operations and multiply-accumulates, also in named sizes.

A multiplication, an addition and an element of an activation each count as one operation.
"""

from __future__ import annotations

from typing import NamedTuple

from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, Expr, postorder
from backpropcli.ops import OPS
from backpropcli.ops.sizes import Size


class Cost(NamedTuple):
    """The operations of an equation, and how many multiplications feed a sum among them."""

    operations: Size
    macs: Size


def cost(expr: Expr, shapes: Shapes) -> Cost:
    """The cost of computing an expression once."""
    operations: Size = 0
    macs: Size = 0
    for node in postorder(expr):
        if isinstance(node, Apply):
            own = tuple(shapes.of(arg) for arg in node.args)
            spent = OPS[node.op].spent(own, shapes.of(node), dict(node.params))
            operations, macs = operations + spent[0], macs + spent[1]
    return Cost(operations, macs)
