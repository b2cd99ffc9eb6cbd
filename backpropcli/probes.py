"""Random numbers that tell two expressions in scalars apart, and a limit on the time spent."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

import numpy as np

from backpropcli.evaluate.floats import evaluate
from backpropcli.language.nodes import Apply, Expr, Name, fold, is_op, postorder

PROBES = 8


def differs(left: Expr, right: Expr, is_leaf: Callable[[Expr], bool]) -> bool:
    """Whether two expressions in scalars and entries have other values at a random point."""
    leaves = list(dict.fromkeys(n for n in postorder(left, right) if is_leaf(n)))
    leaves = [n for n in leaves if is_op(n, "index") or not _only_inside(n, left, right)]
    marks: dict[Expr, Name] = {leaf: Name(f"<{i}>") for i, leaf in enumerate(leaves)}
    generator = np.random.default_rng(1)
    for turn in range(PROBES):
        noise = generator.standard_normal(len(leaves))
        numbers = np.exp(noise) if turn % 2 else 1.5 * noise
        values = {mark.name: np.asarray(numbers[i]) for i, mark in enumerate(marks.values())}
        try:
            one, other = (evaluate(_marked(side, marks), values) for side in (left, right))
        except (KeyError, ValueError, TypeError):
            return False
        if one.shape or other.shape or not (np.isfinite(one) and np.isfinite(other)):
            continue
        if abs(one - other) > 1e-9 * (1 + abs(one) + abs(other)):
            return True
    return False


def _only_inside(leaf: Expr, *roots: Expr) -> bool:
    """Whether a name occurs only as the value of entries."""
    above = [node for node in postorder(*roots) if leaf in node.args]
    return leaf not in roots and all(is_op(node, "index") for node in above)


def _marked(root: Expr, marks: Mapping[Expr, Name]) -> Expr:
    def visit(node: Expr, args: list[Expr]) -> Expr:
        if node in marks:
            return marks[node]
        return Apply(node.op, tuple(args), node.params) if isinstance(node, Apply) else node

    return fold(root, visit)


AGAIN = 0.25  # seconds until the alarm rings once more
WEAK = ("weakref", "_weakrefset")  # modules whose functions run when an object goes


class _TimeIsUpError(BaseException):
    """The time is over; nothing on the way may take it for a fault of its own."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Leave the block when the time is up; only the main thread can be interrupted.

    What is raised while the interpreter cleans up is lost: then the alarm rings once more.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGALRM"):
        yield
        return

    def stop(_signal: int, frame: FrameType | None) -> None:
        if not _cleans_up(frame):
            raise _TimeIsUpError

    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _TimeIsUpError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _cleans_up(frame: FrameType | None) -> bool:
    """Whether a destructor or a callback of the garbage collector or of a weak link is running."""
    callbacks = {getattr(callback, "__code__", None) for callback in gc.callbacks}
    while frame is not None:
        if frame.f_code.co_name == "__del__" or frame.f_code in callbacks:
            return True
        if frame.f_globals.get("__name__") in WEAK:
            return True
        frame = frame.f_back
    return False
