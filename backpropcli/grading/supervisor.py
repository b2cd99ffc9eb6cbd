"""The supervisor: hands files to workers, and outlives whatever happens to one of them.

A worker that dies, is silent for too long or gives up takes one file with it: the one that it was
at. That file is tried once more, alone in a fresh worker, since what came before it or the load
of the machine may be to blame; if it fails again, this is its outcome. All others are done
by another worker.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing import connection, get_context
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Any

from backpropcli.grading.data import Learned
from backpropcli.grading.judging import Setup
from backpropcli.grading.worker import Batch, Judging, Result, Said, Task, result, work

TICK = 0.2  # seconds between two looks at the workers
START = 60.0  # seconds that a worker has to begin
TRIES = 2
MOST_BROKEN = 3  # workers in a row that did not even begin
START_AT = -1
MOST_TOLD = 4096  # outcomes that workers tell each other, of about 1.5 KB
_STARTING = threading.Lock()


class Worker:
    """A process, the files that it has not answered yet, and when it last moved on."""

    def __init__(
        self,
        factory: Callable[[Setup], Judging],
        setup: Setup,
        ready: Judging | None = None,
        others: Sequence[Worker] = (),
    ) -> None:
        """A copy of this process that judges by ``ready``, or a new one, which makes its judge."""
        copied = ready is not None and has_one_thread()
        context = get_context("fork") if copied else get_context("spawn")
        self.connection, end = context.Pipe()
        self.at: Any = context.RawValue("q", START_AT)
        # A copy has the ends of this process too: held there, nobody would hear that it has gone.
        held = [self.connection, *(other.connection for other in others)] if copied else []
        make = (lambda _setup: ready) if copied else factory
        self.process: BaseProcess = context.Process(
            target=work, args=(end, self.at, make, setup, held), daemon=True
        )
        with _own_start():
            self.process.start()
        end.close()
        self.waiting: dict[int, Task] = {}
        self.begun = False
        self.heard = 0
        self.seen = START_AT
        self.since = time.monotonic()

    def give(self, batch: Sequence[Task], told: Sequence[tuple[Worker, Learned]] = ()) -> None:
        """Hand over a batch; a worker that is gone is noticed when it is listened to.

        ``told`` is what all workers have learned; what is new to this one goes with the batch.
        """
        new = tuple([learned for worker, learned in told[self.heard :] if worker is not self])
        self.heard = len(told)
        self.waiting = {task.number: task for task in batch}
        self.since = time.monotonic()
        with contextlib.suppress(OSError):
            self.connection.send(Batch(tuple(batch), new))

    def silent(self) -> float:
        """For how many seconds it has been at the same file."""
        if self.at.value != self.seen:
            self.seen, self.since = self.at.value, time.monotonic()
        return time.monotonic() - self.since

    def stop(self) -> int | None:
        """End the process; its exit code."""
        self.process.kill()
        self.process.join()
        code = self.process.exitcode
        self.connection.close()
        return code


class Supervisor:
    """Runs batches of files on workers."""

    def __init__(
        self,
        factory: Callable[[Setup], Judging],
        setup: Setup,
        jobs: int,
        patience: float = 2.0,
        ready: Judging | None = None,
    ) -> None:
        """``ready`` was made by ``factory``, for workers that can be copies of this process."""
        self.factory, self.setup, self.jobs, self.ready = factory, setup, jobs, ready
        # The alarm in the worker comes first, if anything there still listens to it.
        self.patience = setup.seconds + patience
        self.workers: list[Worker] = []
        self.again: deque[list[Task]] = deque()
        self.failures: dict[int, int] = {}
        self.broken = 0
        self.told: list[tuple[Worker, Learned]] = []

    def run(self, batches: Iterable[Sequence[Task]]) -> Iterator[tuple[Result, ...]]:
        """The results as they come, in any order; closing the iterator ends the workers."""
        try:
            yield from self.results(batches)
        finally:
            self.close()

    def results(self, batches: Iterable[Sequence[Task]]) -> Iterator[tuple[Result, ...]]:
        """The same, and the workers wait for more."""
        rest = iter(batches)
        while self.hand_out(rest) or any(worker.waiting for worker in self.workers):
            yield from filter(None, self.listen())

    def close(self) -> None:
        """End the workers."""
        for worker in self.workers:
            worker.stop()
        self.workers.clear()

    def hand_out(self, rest: Iterator[Sequence[Task]]) -> bool:
        """Give each free worker a batch, and start workers while there is work for them."""
        while True:
            free = next((w for w in self.workers if not w.waiting), None)
            if free is None and len(self.workers) >= self.jobs:
                return True
            batch = self.again.popleft() if self.again else next(rest, None)
            if batch is None:
                return False
            if free is None:
                free = Worker(self.factory, self.setup, self.ready, self.workers)
                self.workers.append(free)
            free.give(batch, self.told)

    def listen(self) -> Iterator[tuple[Result, ...]]:
        """What the workers say until the next tick."""
        by_connection: dict[Any, Worker] = {w.connection: w for w in self.workers}
        for heard in connection.wait(list(by_connection), TICK):
            worker = by_connection[heard]
            try:
                said: Said = worker.connection.recv()
            except (EOFError, OSError):
                yield self.lost(worker, "")
                continue
            yield self.heard(worker, said)
        for worker in list(self.workers):
            limit = self.patience if worker.begun else START
            if worker.waiting and worker.silent() > limit:
                yield self.lost(worker, f"took more than {self.setup.seconds:g} seconds")

    def heard(self, worker: Worker, said: Said) -> tuple[Result, ...]:
        """Take in a message."""
        worker.begun, worker.since = True, time.monotonic()
        for found in said.results:
            worker.waiting.pop(found.number, None)
        if self.jobs > 1 and len(self.told) < MOST_TOLD:
            self.told += [(worker, learned) for learned in said.learned]
        if said.kind == "broken":
            worker.begun = False
            return self.lost(worker, said.text)
        if said.kind == "lost":
            return said.results + self.lost(worker, said.text)
        if said.kind != "ready":
            self.broken = 0
        return said.results

    def lost(self, worker: Worker, why: str) -> tuple[Result, ...]:
        """Do without a worker: what it was at is tried again or has failed, the rest goes on."""
        at, begun = worker.at.value, worker.begun
        self.workers.remove(worker)
        code = worker.stop()
        suspect = worker.waiting.pop(at, None) if begun else None
        rest = list(worker.waiting.values())
        if rest:
            self.again.append(rest)
        if suspect is None:
            self.note_broken(why or _ended(code))
            return ()
        tries = self.failures.get(suspect.number, 0) + 1
        self.failures[suspect.number] = tries
        if tries < TRIES:
            self.again.appendleft([suspect])
            return ()
        return (self.failed(suspect, why or _ended(code)),)

    def failed(self, task: Task, why: str) -> Result:
        """The result of a file that no worker survives."""
        from backpropcli.grading.judging import Judge

        return result(task, [Judge(self.setup).failed(task.file.path, why)])

    def note_broken(self, why: str) -> None:
        """Give up where workers end before they have begun."""
        self.broken += 1
        if self.broken >= MOST_BROKEN:
            raise RuntimeError(f"the workers do not start: {why}")


def has_one_thread() -> bool:
    """Whether this process can be copied as it is: a lock of another thread would stay locked.

    A copy need not import anything anew. Only where the system tells of all threads (Linux).
    """
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


@contextlib.contextmanager
def _own_start() -> Iterator[None]:
    """Start a process that does not run the main script again, and that no Ctrl-C reaches.

    The main module may be a script without a guard, a notebook or standard input; a worker needs
    nothing of it. Threads of one process take turns here.
    """
    with _STARTING:
        yield from _alone()


def _alone() -> Iterator[None]:
    main = sys.modules.get("__main__")
    threads = os.environ.get("OPENBLAS_NUM_THREADS")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    blocked = hasattr(signal, "pthread_sigmask")
    if blocked:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        if main is not None:
            sys.modules["__main__"] = main
        if threads is None:
            os.environ.pop("OPENBLAS_NUM_THREADS", None)
        if blocked:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ended(code: int | None) -> str:
    """How a process ended, by its exit code."""
    if code is not None and code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = str(-code)
        return f"the process that judged it was ended by {name}"
    return f"the process that judged it ended with the code {code}"
