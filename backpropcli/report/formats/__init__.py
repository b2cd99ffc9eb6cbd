"""The catalogue of output formats: each file has ``render(solution, options)``."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from importlib import import_module

from backpropcli.report.options import Options
from backpropcli.solution import Solution

Render = Callable[[Solution, Options], str]


@cache
def names() -> tuple[str, ...]:
    """The formats there are, by the files of this folder; the default first."""
    files = os.listdir(os.path.dirname(__file__))
    found = [name[:-3] for name in files if name.endswith(".py") and name[0] != "_"]
    return tuple(sorted(found, key=lambda name: (name != "table", name)))


def load(name: str) -> Render:
    """The function that renders a solution in a format."""
    render: Render = import_module(f"{__name__}.{name}").render
    return render
