"""The catalogue of layers: each kind is a file with its name, found by the folder."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from backpropcli.registry import modules_beside

if TYPE_CHECKING:
    from backpropcli.problem.layers.kind import Kind


@cache
def names() -> tuple[str, ...]:
    """The kinds of layers there are, by the files of this folder; dense first."""
    return modules_beside(__file__, "dense")


def load(name: str) -> Kind:
    """The kind of that name; only its file is imported."""
    kind: Kind = import_module(f"{__name__}.{name}").LAYER
    return kind
