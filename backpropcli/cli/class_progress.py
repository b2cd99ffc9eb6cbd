"""A bar on stderr while a class is judged; nothing where that is no terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

EVERY = 0.2  # seconds between two pictures


class Bar:
    """How far the judging is, with the rate and the time that remains."""

    def __init__(self, quiet: bool) -> None:
        self.done = self.total = 0
        self.progress: Progress | None = None
        self.task: TaskID | None = None
        self.wanted = not quiet and sys.stderr.isatty()
        self.begun = self.drawn = time.monotonic()
        self.first = 0

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def tell(self, done: int, total: int) -> None:
        """Note how many files are judged, and draw it now and then."""
        self.done, self.total = done, total
        if not self.wanted:
            return
        if self.progress is None:
            self._open()
        now = time.monotonic()
        if now - self.drawn >= EVERY or done == total:
            self.drawn = now
            self._draw(now)

    def close(self) -> None:
        """Take the bar away."""
        if self.progress is not None:
            self.progress.stop()
            self.progress = None

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        # Without a thread of its own: it is drawn when there is something new.
        self.progress = Progress(
            TextColumn("grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True, markup=False, emoji=False, highlight=False),
            auto_refresh=False,
            transient=True,
        )
        self.task = self.progress.add_task("grading", total=self.total, rate="")
        self.first = self.done
        self.progress.start()

    def _draw(self, now: float) -> None:
        assert self.progress is not None
        assert self.task is not None
        seconds = now - self.begun
        rate = f"{(self.done - self.first) / seconds:.1f}/s" if seconds > 0 else ""
        self.progress.update(self.task, completed=self.done, rate=rate)
        self.progress.refresh()
