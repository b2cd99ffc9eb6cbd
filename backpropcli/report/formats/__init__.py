"""The catalogue of output formats: each file has ``render(solution, options)``."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from backpropcli.registry import modules_beside

if TYPE_CHECKING:  # the names of the formats are wanted before anything heavy is imported
    from collections.abc import Callable

    from backpropcli.report.options import Options
    from backpropcli.solution import Solution

    Render = Callable[[Solution, Options], str]


@cache
def names() -> tuple[str, ...]:
    """The formats there are, by the files of this folder; the default first."""
    return modules_beside(__file__, "table")


def load(name: str) -> Render:
    """The function that renders a solution in a format."""
    render: Render = import_module(f"{__name__}.{name}").render
    return render
