"""Runs a target on one input, and keeps the inputs that show a fault."""

from __future__ import annotations

import hashlib
import re
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parents[1]
MOST_SECONDS = 5.0  # of processor time, so that a busy machine makes no findings
REPORT_EVERY = 60.0


class TooSlowError(BaseException):
    """No ordinary exception, so that nothing takes it for a fault of its own."""


class Finder:
    """Runs a target; each kind of fault is kept once, with the shortest input so far."""

    def __init__(self, name: str, target: Callable[[str], None], folder: Path) -> None:
        self.name, self.target, self.folder = name, target, folder
        self.seconds = MOST_SECONDS
        self.runs = 0
        self.found: dict[str, int] = {}
        self.slowest = 0.0
        self.begin = self.told = time.monotonic()
        folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, data: bytes) -> None:
        """Try one input."""
        text = data.decode("utf-8", "replace")
        begin = time.process_time()
        try:
            with limited(self.seconds):
                self.target(text)
        except (Exception, TooSlowError) as error:
            self._keep(text, error)
        used = time.process_time() - begin
        if used > self.slowest:
            self.slowest = used
            (self.folder / f"{self.name}-slowest.txt").write_text(text, "utf-8", newline="")
        self.runs += 1
        if time.monotonic() - self.told > REPORT_EVERY:
            self.tell()

    def tell(self) -> None:
        """Print how far it is."""
        self.told = time.monotonic()
        print(
            f"{self.name}: {self.runs} inputs in {self.told - self.begin:.0f} s, "
            f"{len(self.found)} kinds of fault, slowest {self.slowest:.2f} s",
            file=sys.stderr,
            flush=True,
        )

    def _keep(self, text: str, error: BaseException) -> None:
        kind = kind_of(error)
        if self.found.get(kind, len(text) + 1) <= len(text):
            return
        is_new = kind not in self.found
        self.found[kind] = len(text)
        stem = f"{self.name}-{hashlib.sha256(kind.encode()).hexdigest()[:10]}"
        (self.folder / f"{stem}.txt").write_text(text, "utf-8", newline="")
        told = "".join(traceback.format_exception(error))
        (self.folder / f"{stem}.log").write_text(f"{kind}\n\n{told}", "utf-8")
        if is_new:
            print(f"{self.name}: {kind} -> {stem}.txt", file=sys.stderr, flush=True)


def kind_of(error: BaseException) -> str:
    """What tells one fault from another: the exception and the line of ours that it came from.

    An input that is too slow is too slow in another line each time; these are one kind.
    """
    kind = type(error).__name__
    if isinstance(error, TooSlowError):
        return kind
    ours = [f for f in traceback.extract_tb(error.__traceback__) if str(ROOT) in f.filename]
    where = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
    said = re.sub(r"\d+|'.*'|\".*\"|`.*`", "_", str(error))[:60] if "fuzz" in str(ours[-1:]) else ""
    return f"{kind} {where} {said}".strip()


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise ``TooSlowError`` after so much processor time."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TooSlowError(f"more than {seconds:g} seconds")

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
