"""The catalogue of formats of a check: each file has ``render(reports, options)``.

What a report may show is decided in ``reveal.py`` alone: a format gets it already reduced. A file
may also have ``KIND``, which says how its output is guarded: ``text`` if it says nothing, ``json``,
or ``commands`` for a workflow runner, which are safe as they are and pass unchanged. With
``TELLS_UNGRADED`` it is written even if no submission could be graded; another one may have
``refused(name, complaints)``, its page of such a submission in a file.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from backpropcli.files.visible import visible_name
from backpropcli.registry import modules_beside
from backpropcli.report.reveal import reduced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from backpropcli.checking.data import CheckReport
    from backpropcli.errors import Complaint
    from backpropcli.report.options import CheckOptions, Ungraded

    Refused = Callable[[str, Iterable[Complaint]], str]
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


def refused(name: str, one: Ungraded, options: CheckOptions) -> str:
    """What a format says of a submission that cannot be graded, where it goes to a file."""
    from backpropcli.report.results import error_text

    if tells_ungraded(name):
        return load(name)([], options._replace(ungraded=(one,)))
    page: Refused | None = getattr(import_module(f"{__name__}.{name}"), "refused", None)
    if page is not None:
        return page(one.submission, one.complaints)
    return f"{visible_name(one.submission)} cannot be graded.\n{error_text(one.complaints)}\n"


def kind(name: str) -> str:
    """What a format writes: ``text``, ``json`` or ``commands``."""
    found: str = getattr(import_module(f"{__name__}.{name}"), "KIND", "text")
    return found


def tells_ungraded(name: str) -> bool:
    """Whether a format has a result for submissions that cannot be graded."""
    return bool(getattr(import_module(f"{__name__}.{name}"), "TELLS_UNGRADED", False))
