"""The catalogue of output formats: each file has ``render(solution, options)``."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

from backpropcli.report.options import Options
from backpropcli.solution import Solution

Render = Callable[[Solution, Options], str]


@cache
def names() -> tuple[str, ...]:
    """The formats there are, by the files of this folder; the default first."""
    found = sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem != "__init__")
    return tuple(sorted(found, key=lambda name: name != "table"))


def load(name: str) -> Render:
    """The function that renders a solution in a format."""
    render: Render = import_module(f"{__name__}.{name}").render
    return render
