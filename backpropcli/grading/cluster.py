"""The same batches on a cluster: Dask carries them to its workers and what they find back.

A worker of the cluster judges each batch in a process of its own, with the supervisor that guards
a run on one machine: a submission that crashes or hangs ends that process and not the worker. A
batch whose worker is lost is given to another one by Dask. What is carried are paths, so that all
machines have to see the folder of the class under the same name.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
import uuid
from asyncio import CancelledError
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from multiprocessing import current_process
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

import backpropcli
from backpropcli.errors import BackpropError, Complaint
from backpropcli.files.visible import visible_name
from backpropcli.grading.judging import Setup
from backpropcli.grading.supervisor import TICK, Supervisor
from backpropcli.grading.worker import Judging, Result, Task

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 10.0  # seconds to find the cluster, and the first of its workers
LOST = 30.0  # seconds without any worker after which the cluster is given up
MOST_OVER = 256  # runs that a worker knows to be over
AHEAD = 2  # batches for each thread of the cluster: none waits for the next
BROKE = "the connection to it broke"
RESUME = "the submissions that are judged are noted down: --resume goes on from there"


class Order(NamedTuple):
    """What a worker of the cluster has to know of a run."""

    run: str
    version: str
    factory: Callable[[Setup], Judging]
    setup: Setup


class Answer(NamedTuple):
    """What a worker of the cluster found in a batch, or why it cannot judge any."""

    results: tuple[Result, ...] = ()
    unfit: str = ""


class Cluster:
    """Runs batches of files on a Dask cluster; raises ``BackpropError`` where there is none."""

    def __init__(
        self, factory: Callable[[Setup], Judging], setup: Setup, address: str, lost: float = LOST
    ) -> None:
        shared = setup._replace(folder=os.path.abspath(setup.folder))
        self.order = Order(uuid.uuid4().hex, backpropcli.__version__, factory, shared)
        self.address, self.lost = address, lost
        self.client = _connected(address)
        self.threads = sum(self.client.nthreads().values())
        self.running: set[Future] = set()
        self.done: SimpleQueue[Future] = SimpleQueue()
        self.seen = time.monotonic()

    def run(self, batches: Iterable[Sequence[Task]]) -> Iterator[tuple[Result, ...]]:
        """The results as they come, in any order; closing the iterator leaves the cluster."""
        rest = iter(batches)
        with _quiet():
            try:
                while self._hand_out(rest):
                    yield from self._finished()
            finally:
                self.close()

    def close(self) -> None:
        """Let the workers of the cluster forget the run, and leave."""
        with contextlib.suppress(Exception):  # what is gone cannot be told any more
            self.client.cancel(list(self.running), asynchronous=False)
            self.client.run(forget, self.order.run, on_error="ignore")
        self.client.close(timeout=TICK)

    def _hand_out(self, rest: Iterator[Sequence[Task]]) -> bool:
        """Keep the workers busy; whether there is anything to wait for."""
        for batch in islice(rest, max(0, AHEAD * self.threads - len(self.running))):
            with self._reached():
                sent = self.client.submit(judge_batch, self.order, list(batch), pure=False)
                sent.add_done_callback(self.done.put)  # called in a thread of its own
            self.running.add(sent)
        return bool(self.running)

    def _finished(self) -> Iterator[tuple[Result, ...]]:
        """The results of the next batch that is done, if there is one before the next tick."""
        try:
            future = self.done.get(timeout=TICK)
        except Empty:
            self._look_for_workers()
            return
        self.seen = time.monotonic()
        self.running.discard(future)
        yield self._results(future)

    def _results(self, future: Future) -> tuple[Result, ...]:
        if future.status not in ("finished", "error"):
            raise self._gone(BROKE)
        with self._reached():
            answer: Answer = future.result()
        if answer.unfit:
            raise _refused(self.address, answer.unfit)
        return answer.results

    def _look_for_workers(self) -> None:
        """Go on if there are workers, or if they have not been gone for long."""
        with self._reached():
            threads = sum(self.client.nthreads().values())
        if threads:
            self.threads, self.seen = threads, time.monotonic()
        elif time.monotonic() - self.seen > self.lost:
            raise self._gone("it has no workers any more")

    @contextlib.contextmanager
    def _reached(self) -> Iterator[None]:
        """What fails here fails for the cluster: it is told as that."""
        try:
            yield
        except (Exception, CancelledError) as error:
            ended = isinstance(error, CancelledError) or self.client.status != "running"
            said = f"{type(error).__name__}: {error}".partition("\n")[0]
            raise self._gone(BROKE if ended else said) from None

    def _gone(self, why: str) -> BackpropError:
        return _refused(self.address, f"was lost: {why}", RESUME)


def judge_batch(order: Order, batch: Sequence[Task]) -> Answer:
    """Judge a batch; this is what runs on a worker of the cluster."""
    if order.version != backpropcli.__version__:
        here = backpropcli.__version__
        return Answer(unfit=f"its workers have backprop {here}, this is {order.version}")
    folder = order.setup.folder
    if not any(os.path.lexists(os.path.join(folder, task.file.path)) for task in batch):
        said = f"its workers do not see {visible_name(folder)}: it has to be on a disk of them all"
        return Answer(unfit=said)
    if order.run in _over:
        return Answer()
    with _borrowed(order) as supervisor:
        return Answer(tuple(chain.from_iterable(supervisor.results([batch]))))


# Supervisors of this worker of the cluster that wait for the next batch of their run: the process
# that judges is started once, not for each batch. Threads take turns.
_idle: dict[str, list[Supervisor]] = {}
# Runs that were given up: a batch of theirs may begin here all the same, since Dask takes it back
# only after a while.
_over: deque[str] = deque(maxlen=MOST_OVER)
_lock = threading.Lock()


@contextlib.contextmanager
def _borrowed(order: Order) -> Iterator[Supervisor]:
    with _lock:
        begun = [] if order.run in _over else _idle.setdefault(order.run, [])
        supervisor = begun.pop() if begun else None
        others = [run for run in _idle if run != order.run]
    for run in others:  # their clients have gone without a word
        _end_waiting(run)
    _become_parent()
    supervisor = supervisor or Supervisor(order.factory, order.setup, jobs=1)
    try:
        yield supervisor
    except BaseException:
        supervisor.close()
        raise
    with _lock:
        waiting = _idle.get(order.run)
        if waiting is not None:
            waiting.append(supervisor)
    if waiting is None:  # the run was given up in the meantime
        supervisor.close()


def forget(run: str) -> None:
    """End a run for good: what waits for more batches of it, and those that are still to come."""
    with _lock:
        _over.append(run)
    _end_waiting(run)


def _end_waiting(run: str) -> None:
    with _lock:
        waiting = _idle.pop(run, [])
    for supervisor in waiting:
        supervisor.close()


def _become_parent() -> None:
    """Let this process start others: Dask makes its workers daemons, which may not."""
    process = current_process()
    if process.daemon:
        process.daemon = False


def _connected(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError:
        hint = "pip install 'backpropcli[cluster]'"
        raise _refused(address, "needs Dask, which is not installed", hint) from None
    try:
        with _quiet():
            client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        why = str(error).partition("\n")[0] or type(error).__name__
        hint = "the address of a Dask scheduler, such as tcp://host:8786"
        raise _refused(address, f"cannot be reached: {why}", hint) from None
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, TimeoutError):
        client.close(timeout=TICK)
        said = f"has no workers, and none has come within {PATIENCE:g} seconds"
        raise _refused(address, said, f"start one with: dask worker {address}") from None
    return client


def _refused(address: str, said: str, hint: str = "") -> BackpropError:
    told = visible_name(f"the cluster {address} {said}")
    return BackpropError(Complaint(told, hint=visible_name(hint)))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What Dask says of lost workers and connections is told in our words or is no news."""
    logger: Any = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
