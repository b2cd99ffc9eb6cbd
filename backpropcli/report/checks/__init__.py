"""The catalogue of formats of a check: each file has ``render(reports, options)``.

What a report may show is decided in ``reveal.py`` alone: a format gets it already reduced.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from backpropcli.registry import modules_beside
from backpropcli.report.reveal import reduced

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from backpropcli.checking.data import CheckReport
    from backpropcli.report.options import CheckOptions

    Render = Callable[[Sequence[CheckReport], CheckOptions], str]


@cache
def names() -> tuple[str, ...]:
    """The formats there are, by the files of this folder; the default first."""
    return modules_beside(__file__, "table")


def load(name: str) -> Render:
    """The function that renders reports in a format, of which it sees what may be shown."""
    render: Render = import_module(f"{__name__}.{name}").render

    def reduced_first(reports: Sequence[CheckReport], options: CheckOptions) -> str:
        return render([reduced(report, options.reveal) for report in reports], options)

    return reduced_first
