"""The sides of a working: where its equals signs are, and which side is only a label."""

from __future__ import annotations

import re

from backpropcli.checking.written import Piece
from backpropcli.language.grammar import ExpressionError
from backpropcli.language.nodes import Name, names
from backpropcli.problem.asked import quantity_expr
from backpropcli.problem.quantities import Quantities, split_derivative

_EQUALS = frozenset("=≈~≃≅≐")
_INDEX = r"(\s*\[[T\d\s,:]+\])?"
_LABEL = re.compile(rf"[^\W\d]\w*{_INDEX}(\s*/\s*[^\W\d]\w*{_INDEX})?\s*")


def split_sides(piece: Piece) -> list[Piece]:
    """The sides between the equals signs that stand outside all brackets; ≈ and ~ count too.

    An equals sign at the start is passed over.
    """
    cuts = _cuts(piece.text)
    starts = [0, *(stop for _, stop in cuts)]
    stops = [*(start for start, _ in cuts), len(piece.text)]
    sides = [piece.part(a, b) for a, b in zip(starts, stops, strict=True)]
    return sides[1:] if len(sides) > 1 and not sides[0].text else sides


def _cuts(text: str) -> list[tuple[int, int]]:
    """Where each equals sign begins and ends; ``==`` and ``~=`` are one."""
    found: list[tuple[int, int]] = []
    depth = 0
    for at, char in enumerate(text):
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char in _EQUALS and not depth:
            if found and found[-1][1] == at:
                found[-1] = (found[-1][0], at + 1)
            else:
                found.append((at, at + 1))
    return found


def is_label(text: str, target: str, quantities: Quantities) -> bool:
    """Whether the first side of a working only names what is worked out.

    So does the quantity itself, one of its entries, another derivative by the same value, and a
    name that the problem does not know, such as the course's own ``δ₂``.
    """
    if not _LABEL.fullmatch(text):
        return False
    try:
        expr = quantity_expr(text, quantities)
    except ExpressionError:
        return True
    named = expr if isinstance(expr, Name) else expr.args[0]
    name = names(named)[0]
    return name == target or _lower(name) == (_lower(target) or "")


def _lower(name: str) -> str | None:
    parts = split_derivative(name)
    return parts[1] if parts else None
