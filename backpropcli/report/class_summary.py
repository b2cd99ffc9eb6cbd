"""The summary of a class as a terminal page, Markdown or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from backpropcli.files.visible import visible_name
from backpropcli.grading.summary import BARS, STATUSES, ProblemSummary, Scores, Summary
from backpropcli.report.judging import plural
from backpropcli.report.marks import cell_code, code, escaped

if TYPE_CHECKING:
    from rich.console import RenderableType

SCHEMA = 1
FORMS = ("table", "markdown", "json")
WIDEST = 30  # columns of the longest bar
MOST_PLACES = 3
MOST_EXAMPLES = 10


class Screen(NamedTuple):
    """What the reader's screen can show."""

    width: int = 80
    color: bool = False
    unicode: bool = True


def render(summary: Summary, form: str, screen: Screen | None = None) -> str:
    """The summary in one of ``FORMS``."""
    if form == "json":
        return _json(summary)
    return _markdown(summary) if form == "markdown" else _table(summary, screen or Screen())


def _json(summary: Summary) -> str:
    data = {
        "schema": SCHEMA,
        "problems": [_problem_data(one) for one in summary.problems],
        "without_problem": summary.unknown,
    }
    return json.dumps(data, allow_nan=False, indent=2) + "\n"


def _problem_data(one: ProblemSummary) -> dict[str, Any]:
    return {
        "problem": one.problem,
        "title": one.title,
        "submissions": dict(one.outcomes),
        "scores": {**one.scores._asdict(), "bars": list(one.scores.bars)},
        "quantities": [{"quantity": q.quantity, **dict(q.counts)} for q in one.quantities],
        "mistakes": [{**m._asdict(), "at": dict(m.at)} for m in one.mistakes],
        "unexplained": [u._asdict() for u in one.unexplained],
        "more_unexplained": one.more_unexplained,
    }


def _markdown(summary: Summary) -> str:
    parts = [line for one in summary.problems for line in _markdown_problem(one)]
    if summary.unknown:
        parts += [_unknown(summary), ""]
    return "\n".join(parts)


def _markdown_problem(one: ProblemSummary) -> Iterator[str]:
    yield f"# {escaped(one.title or one.problem)}"
    yield from ("", f"{_outcome_words(one)}.")
    if one.scores.submissions:
        yield from (
            "",
            f"{_score_words(one.scores)}.",
            "",
            "| score | submissions |",
            "| --- | ---: |",
        )
        yield from (f"| {name} | {count} |" for name, count in _bars(one.scores))
    if one.quantities:
        yield from ("", "## Quantities", "", "| quantity | " + " | ".join(STATUSES) + " |")
        yield "| --- |" + " ---: |" * len(STATUSES)
        for found in one.quantities:
            cells = " | ".join(str(count) for _, count in found.counts)
            yield f"| {cell_code(visible_name(found.quantity))} | {cells} |"
    if one.mistakes:
        yield from ("", "## Mistakes", "", "| mistake | submissions | at | one of them |")
        yield "| --- | ---: | --- | --- |"
        for m in one.mistakes:
            places = _places(m.at, lambda text: cell_code(visible_name(text)))
            name, told = escaped(f"{m.code} {m.name}"), escaped(visible_name(m.example))
            yield f"| {name} | {_count_words(m.submissions, m.possible)} | {places} | {told} |"
    if one.unexplained:
        yield from ("", "## Wrong answers that no known mistake explains", "")
        for u in one.unexplained:
            written = code(visible_name(u.written))
            yield f"- {code(visible_name(u.quantity))}: {written}, {plural(u.submissions, 'time')}"
        yield from _more(one)
    yield ""


def _table(summary: Summary, screen: Screen) -> str:
    from backpropcli.report.screen import drawn

    parts = [part for one in summary.problems for part in _page(one, screen)]
    if summary.unknown:
        parts.append(_unknown(summary))
    return drawn(parts, screen.width, screen.color)


def _page(one: ProblemSummary, screen: Screen) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text(visible_name(one.title or one.problem), "bold")
    yield Text(f"{_outcome_words(one)}.")
    if one.scores.submissions:
        yield Text(f"{_score_words(one.scores)}.\n")
        yield _histogram(one.scores, screen)
    if one.quantities:
        given = {status for q in one.quantities for status, n in q.counts if n}
        shown = [status for status in STATUSES if status in given]
        counts = [(q.quantity, dict(q.counts)) for q in one.quantities]
        rows = [[name, *(str(found[s] or "") for s in shown)] for name, found in counts]
        yield _grid(["quantity", *shown], rows, screen)
    if one.mistakes:
        yield _mistakes(one, screen)
        for m in one.mistakes[:MOST_EXAMPLES]:
            yield Text(f"{m.code}: {visible_name(m.example)}")
        yield Text("")
    if one.unexplained:
        rows = [[u.quantity, u.written, str(u.submissions)] for u in one.unexplained]
        yield _grid(["unexplained", "written", "submissions"], rows, screen, wide=2)
        yield from map(Text, _more(one))
    yield Text("")


def _mistakes(one: ProblemSummary, screen: Screen) -> RenderableType:
    rows = [
        [
            f"{m.code} {m.name}",
            _count_words(m.submissions, m.possible),
            _places(m.at, visible_name),
        ]
        for m in one.mistakes
    ]
    return _grid(["mistake", "submissions", "at"], rows, screen)


def _histogram(scores: Scores, screen: Screen) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    sign = "█" if screen.unicode else "#"
    table = Table.grid(padding=(0, 1))
    most = max(scores.bars)
    bars = list(_bars(scores))
    beside = max(len(name) for name, _ in bars) + len(f"  {most}") + 1
    widest = max(1, min(WIDEST, screen.width - beside))
    for name, count in bars:
        length = -(-count * widest // most) if most else 0
        table.add_row(Text(name), Text(sign * length, "cyan"), Text(str(count or "")))
    return table


def _grid(
    header: list[str], rows: list[list[str]], screen: Screen, wide: int = 1
) -> RenderableType:
    """A table whose first ``wide`` columns are text and the others numbers."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD if screen.unicode else box.ASCII2)
    for number, name in enumerate(header):
        text = number < wide or name == "at"
        table.add_column(name, justify="left" if text else "right", overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible_name(cell)) for cell in row))
    return table


def _bars(scores: Scores) -> Iterator[tuple[str, int]]:
    """The bars from the highest down, each with its range in percent."""
    step = 100 // BARS
    for number in reversed(range(BARS)):
        low = number * step
        high = low + step if number == BARS - 1 else low + step - 1
        yield f"{low} to {high} %", scores.bars[number]


def _outcome_words(one: ProblemSummary) -> str:
    """How many submissions there are of each kind."""
    told = dict(one.outcomes)
    order = ("graded", "ungradable", "error", "missing")
    return ", ".join(f"{told[status]} {status}" for status in order if status in told) or "none"


def _score_words(scores: Scores) -> str:
    """Mean, median and range in percent."""
    assert scores.mean is not None
    return (
        f"Mean {scores.mean:.1f} %, median {scores.median:.1f} %, "
        f"from {scores.lowest:.1f} to {scores.highest:.1f} %"
    )


def _count_words(count: int, possible: int) -> str:
    return f"{count} ({possible} possibly)" if possible else str(count)


def _places(at: tuple[tuple[str, int], ...], shown: Callable[[str], str]) -> str:
    """The quantities at which a mistake was made, most frequent first."""
    told = [f"{shown(name)} ({count})" for name, count in at[:MOST_PLACES]]
    more = len(at) - MOST_PLACES
    return ", ".join(told + [f"{more} more"] * (more > 0))


def _more(one: ProblemSummary) -> Iterator[str]:
    if one.more_unexplained:
        yield f"{one.more_unexplained} more, each less frequent."


def _unknown(summary: Summary) -> str:
    said = plural(summary.unknown, "submission belongs", "submissions belong")
    return f"{said} to none of the problems."
