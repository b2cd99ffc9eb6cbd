"""Things timed in turns, so that a busy machine slows all of them alike, and rows of a table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
WIDTHS = (28, 9, 18, 9, 5, 4)  # with five spaces and a mark below 80 columns


class Row(NamedTuple):
    """Our time against another, in seconds; a goal is the largest ratio that is wanted."""

    what: str
    ours: float
    against: str
    theirs: float
    goal: float | None = None

    def __str__(self) -> str:
        ratio = self.ours / self.theirs
        goal = "-" if self.goal is None else f"{self.goal:.2f}"
        cells = (self.what, unit(self.ours), self.against, unit(self.theirs), f"{ratio:.2f}", goal)
        mark = " !" if self.goal is not None and ratio > self.goal else ""
        return line(cells) + mark


def installed(folder: str, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of a command as after an installation: compiled modules stay in a folder."""
    own = {**environment, "PYTHONPYCACHEPREFIX": folder, "PYTHONPATH": str(ROOT)}
    own.pop("PYTHONDONTWRITEBYTECODE", None)
    return own


def line(cells: Iterable[str]) -> str:
    """The cells in columns; texts to the left, figures to the right."""
    padded = (
        cell.ljust(width) if i in (0, 2) else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True))
    )
    return " ".join(padded)


def unit(seconds: float) -> str:
    """A time with three digits."""
    for factor, name in ((1, "s"), (1e3, "ms"), (1e6, "us")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {name}"
    return f"{seconds * 1e9:.3g} ns"


def in_turns(
    actions: dict[str, Callable[[], object]],
    rounds: int,
    calls: int = 1,
    single: bool = False,
    clock: Callable[[], float] = perf_counter,
) -> dict[str, float]:
    """The median time of one call of each action.

    In each round each action is called ``calls`` times in a row: timed together, or with
    ``single`` each call on its own. The first round does not count. ``clock=process_time`` counts
    the time on the processor alone: of two calls of which only one is longer than the share that a
    busy machine gives at once, the other would look too good.
    """
    times: dict[str, list[float]] = {name: [] for name in actions}
    for turn in range(rounds + 1):
        for name, action in actions.items():
            times_each, inside = (calls, 1) if single else (1, calls)
            found = [_timed(action, inside, clock) for _ in range(times_each)]
            if turn:
                times[name] += found
    return {name: median(found) for name, found in times.items()}


def _timed(action: Callable[[], object], calls: int, clock: Callable[[], float]) -> float:
    start = clock()
    for _ in range(calls):
        action()
    return (clock() - start) / calls
