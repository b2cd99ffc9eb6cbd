"""A table of rows that are looked up: ``embedding(1000, 16)`` is e1 = embedding(E1, ids).

The first number is how many rows there are, the second how long they are; E1 is (rows, size). The
numbers of rows count like every index.
"""

from __future__ import annotations

from backpropcli.problem.layers.builder import Builder
from backpropcli.problem.layers.kind import Arguments, Kind


def _build(builder: Builder, arguments: Arguments) -> None:
    rows = arguments.size("rows", "the number of rows", "embedding(1000, 16)")
    size = arguments.size("size", "the number of rows", "embedding(1000, 16)")
    ids = builder.current
    number = builder.next("e")
    table = builder.weight(f"E{number}", (rows, size), "(rows, size)")
    builder.value(f"e{number}", f"embedding({table}, {ids})")


LAYER = Kind("embedding(rows, size)", _build, ("rows", "size"))
