"""The shapes of expressions: the evaluator that computes with sizes."""

from __future__ import annotations

from collections.abc import Mapping

from backpropcli.language.nodes import Apply, Expr, Name, call
from backpropcli.language.text import to_text
from backpropcli.ops import OPS
from backpropcli.ops.entry import ShapeError
from backpropcli.ops.sizes import Shape, shape_text


class Shapes:
    """Shapes of resolved expressions over names of known shape; each node is measured once."""

    def __init__(self, names: Mapping[str, Shape]) -> None:
        self.names = names
        self._known: dict[int, tuple[Expr, Shape]] = {}

    def of(self, expr: Expr) -> Shape:
        """The shape; raises ``ShapeError`` where operands do not fit."""
        known = self._known
        stack = [expr]
        while stack:
            node, waiting = stack[-1], len(stack)
            if id(node) not in known:
                for arg in node.args:
                    if id(arg) not in known:
                        stack.append(arg)
                if len(stack) > waiting:
                    continue
                known[id(node)] = (node, self._measure(node))
            stack.pop()
        return known[id(expr)][1]

    def _measure(self, node: Expr) -> Shape:
        if not isinstance(node, Apply):
            # A name without a shape is a named size such as N: a single number.
            return self.names.get(node.name, ()) if isinstance(node, Name) else ()
        shapes = tuple([self._known[id(a)][1] for a in node.args])
        return OPS[node.op].shape(shapes, dict(node.params))


class Room:
    """How many entries the parts of some expressions may still have in all."""

    __slots__ = ("left",)

    def __init__(self, entries: int) -> None:
        self.left = entries

    def spend(self, entries: int) -> None:
        """Take the entries of one part; raises ``ShapeError`` where there are too few left."""
        self.left -= entries
        if self.left < 0:
            raise ShapeError("this is too much to be worked out, with all before it")


def over_steps(node: Apply, args: list[Expr], shapes: Shapes) -> Expr:
    """What ``sum(l[t])`` adds up over the steps of time, as a sum; a mean is one of all entries."""
    op = node.op.partition(" ")[0]
    terms = [call(op, arg) if shapes.of(arg) else arg for arg in args]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    result = total / len(terms) if op == "mean" else total
    result.span = node.span
    return result


def index_trouble(node: Expr, shape: Shape, said: str, index_from: int) -> str:
    """Why an index does not fit: the positions that there are, or what the rule says."""
    assert isinstance(node, Apply)
    text, value = to_text(node, index_from), to_text(node.args[0], index_from)
    if "outside" not in said:
        return f"`{text}`: {value} is {shape_text(shape)}: {said}"
    ranges = " and ".join(
        f"{index_from} to {size + index_from - 1}" if isinstance(size, int) else f"to {size}"
        for size in shape
    )
    return f"`{text}`: {value} is {shape_text(shape)}, its positions are {ranges}"
