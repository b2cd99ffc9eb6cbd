"""Case distinctions, and which letters of a line are indices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from backpropcli.derivation.data import CASES, DELTA, ENTRY, SUM_OVER
from backpropcli.language.nodes import Apply, Expr, Name, as_expr, postorder


class Branch(NamedTuple):
    """A value and the condition under which it holds: ``left relation right``."""

    value: Expr
    left: Expr
    relation: str  # one of > < >= <= = !=
    right: Expr


def cases(branches: Iterable[Branch], otherwise: Expr | int) -> Expr:
    """A case distinction: the first branch whose condition holds, else the last value."""
    listed = list(branches)
    args = [part for b in listed for part in (b.value, b.left, b.right)]
    relations = tuple(b.relation for b in listed)
    return Apply(CASES, (*args, as_expr(otherwise)), (("relations", relations),))


def branches_of(node: Apply) -> list[Branch]:
    """The branches of a case distinction; its last operand is what holds otherwise."""
    relations = dict(node.params)["relations"]
    return [
        Branch(node.args[3 * i], node.args[3 * i + 1], relation, node.args[3 * i + 2])
        for i, relation in enumerate(relations)
    ]


def letters(*exprs: Expr) -> set[str]:
    """All index letters that occur: at entries, in deltas and sums."""
    found: set[str] = set()
    for node in postorder(*exprs):
        if isinstance(node, Apply) and node.op in (ENTRY, DELTA):
            at = node.args[1:] if node.op == ENTRY else node.args
            found.update(arg.name for arg in at if isinstance(arg, Name))
        elif isinstance(node, Apply) and node.op == SUM_OVER:
            found.add(str(dict(node.params)["index"]))
    return found


def free_letters(expr: Expr) -> set[str]:
    """The index letters that no sum of the line binds.

    A letter that is bound at one place and free at another counts as free.
    """
    results: dict[int, set[str]] = {}
    for node in postorder(expr):
        found: set[str] = set()
        for arg in node.args:
            found |= results[id(arg)]
        if isinstance(node, Apply) and node.op in (ENTRY, DELTA):
            found |= letters(Apply(node.op, node.args))
        elif isinstance(node, Apply) and node.op == SUM_OVER:
            found = found - {str(dict(node.params)["index"])}
        results[id(node)] = found
    return results[id(expr)]
