"""A worker: a process of its own that judges files, one after the other.

It tells the supervisor in a shared number which file it is at, and sends what it found every now
and then. After a file that took too long or too much memory it ends: what it remembers may be
half made, so that a fresh worker has to go on.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from backpropcli.grading.collect import Found
from backpropcli.grading.data import Learned

if TYPE_CHECKING:
    from types import FrameType

    from backpropcli.grading.data import Outcome
    from backpropcli.grading.judging import Line, Setup

FLUSH = 0.2  # seconds between two messages
MOST_NEW = 300_000  # objects, before those among them are looked for that only name each other
MIB = 2**20


class Task(NamedTuple):
    """A file to be judged, with a number of its own."""

    number: int
    file: Found


class Result(NamedTuple):
    """A judged file: student and problem of each submission in it, and its line of the journal."""

    number: int
    keys: tuple[tuple[str, str, str], ...]
    line: bytes


class Batch(NamedTuple):
    """Files to be judged, and what other workers have learned since the last batch."""

    tasks: tuple[Task, ...]
    learned: tuple[Learned, ...] = ()


class Said(NamedTuple):
    """A message of a worker.

    ``kind`` is "ready", "done" (with a batch), "part" (of a batch), "lost" (``text`` says why
    the file that it was at could not be judged; the worker ends) or "broken" (it could not begin).
    """

    kind: str
    results: tuple[Result, ...] = ()
    text: str = ""
    learned: tuple[Learned, ...] = ()


class Judging(Protocol):
    """What judges files."""

    def judged(self, file: Found) -> Line:
        """What becomes of the submissions in a file, as a line of the journal."""

    def failed(self, path: str, why: str) -> Outcome:
        """The outcome of a file that could not be judged."""

    def learn(self, learned: Sequence[Learned]) -> None:
        """Take over what was found elsewhere."""

    def news(self) -> tuple[Learned, ...]:
        """What was found here since this was asked last, for others to learn."""


class OutOfTimeError(BaseException):
    """The time of a submission is over; no handler of ordinary errors may swallow it."""


def work(
    connection: Connection,
    at: Any,
    factory: Callable[[Setup], Judging],
    setup: Setup,
    held: Sequence[Connection] = (),
) -> None:
    """Judge the batches that come until there are no more; ``held`` are not for this process."""
    for other in held:
        other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor decides what an interrupt does
    _quiet()
    try:
        judging = factory(setup)
    except Exception as error:
        connection.send(Said("broken", text=f"{type(error).__name__}: {error}"))
        return
    _limit_memory(setup.memory)
    gc.freeze()
    gc.disable()  # there is hardly any such garbage, and looking for it takes long
    with contextlib.suppress(EOFError, OSError):  # the supervisor has gone
        connection.send(Said("ready"))
        while _batch(connection, at, judging, setup):
            if gc.get_count()[0] > MOST_NEW:
                gc.collect()


def result(task: Task, outcomes: list[Outcome]) -> Result:
    """What is sent of the outcomes of a file."""
    from backpropcli.grading.judging import line_of

    return Result(task.number, *line_of(task.file, outcomes))


def _batch(connection: Connection, at: Any, judging: Judging, setup: Setup) -> bool:
    """Judge one batch; whether this process may go on."""
    results: list[Result] = []
    sent = time.monotonic()
    batch: Batch = connection.recv()
    judging.learn(batch.learned)
    alarm = _Alarm(setup.seconds)
    for task in batch.tasks:
        at.value = task.number
        why = ""
        try:
            with alarm:
                results.append(_judged(task, judging))
        except OutOfTimeError:
            why = f"took more than {setup.seconds:g} seconds"
        except MemoryError:
            why = f"took more than {setup.memory} MiB of memory"
        if why:
            connection.send(Said("lost", tuple(results), why))
            return False
        if time.monotonic() - sent > FLUSH:
            connection.send(Said("part", tuple(results)))
            results, sent = [], time.monotonic()
    connection.send(Said("done", tuple(results), learned=judging.news()))
    return True


def _judged(task: Task, judging: Judging) -> Result:
    try:
        return Result(task.number, *judging.judged(task.file))
    except MemoryError:
        raise
    except Exception as error:  # a fault of ours is one outcome, and no end of the class
        why = f"internal error: {type(error).__name__}: {error}"
        return result(task, [judging.failed(task.file.path, why)])


class _Alarm:
    """Raises ``OutOfTimeError`` after so many seconds, where the system has such an alarm."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.rings = seconds, hasattr(signal, "setitimer")
        if self.rings:
            signal.signal(signal.SIGALRM, _ring)

    def __enter__(self) -> None:
        if self.rings:
            signal.setitimer(signal.ITIMER_REAL, self.seconds)

    def __exit__(self, *_raised: object) -> None:
        if self.rings:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTimeError


def _limit_memory(mib: int) -> None:
    """Let this process grow by so much and no more, where the system can do that."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = used + mib * MIB
        if mib and (hard == resource.RLIM_INFINITY or most < hard):
            resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    except (ImportError, OSError, ValueError):
        return


def _quiet() -> None:
    """Nothing that a library says may come between the results on stdout."""
    if os.environ.get("BACKPROP_DEBUG"):
        return
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
