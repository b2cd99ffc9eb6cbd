"""Grading a class: collect, judge in workers, keep a journal, put in order."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from sys import intern
from types import TracebackType
from typing import NamedTuple, TypeAlias

import backpropcli
from backpropcli.errors import BackpropError, Complaint, Place
from backpropcli.files.visible import visible_name
from backpropcli.grading.collect import Collected, Found, Skipped, collect
from backpropcli.grading.data import Outcome
from backpropcli.grading.exercises import Exercise, Exercises, fingerprint, load_exercises
from backpropcli.grading.identity import id_pattern as read_pattern
from backpropcli.grading.journal import Journal, Kept
from backpropcli.grading.judging import Judge, Render, Setup, judge
from backpropcli.grading.order import in_order
from backpropcli.grading.roster import Member, Roster, read_roster
from backpropcli.grading.summary import Summary, summarize
from backpropcli.grading.supervisor import Supervisor
from backpropcli.grading.worker import Judging, Result, Task

LARGEST_BATCH = 256
LARGEST_ON_CLUSTER = 1000  # a task costs Dask a few milliseconds
BATCHES = 4  # of each worker at least, so that all end at about the same time

# Told how many files are judged, of how many.
Progress: TypeAlias = Callable[[int, int], None]
PathLike: TypeAlias = "str | os.PathLike[str]"


class Plan(NamedTuple):
    """How a class is graded, beside what is graded; ``cluster`` is the address of a scheduler."""

    jobs: int = 0
    seconds: float = 10.0
    memory: int = 1024
    journal: str = ""
    resume: bool = False
    render: Render | None = None
    rendered_as: str = ""
    progress: Progress | None = None
    cluster: str = ""
    factory: Callable[[Setup], Judging] = judge


class Grades:
    """What became of a class, read from the journal one outcome after the other.

    Outcomes come by student, then by problem in the order of the assignment. ``older`` are
    submissions that another one of the same student replaces; ``strangers`` are not on the roster.
    Close it (or use ``with``) when it is not needed any more.
    """

    def __init__(
        self,
        exercises: Exercises,
        roster: Roster | None,
        collected: Collected,
        journal: Journal,
        kept: list[Kept],
        named: bool = False,
        pattern: str = "",
    ) -> None:
        self.title, self.exercises = exercises
        self.roster, self.collected = roster, collected
        self._journal, self._named = journal, named
        self.order = in_order(kept, self.exercises, roster, pattern)
        self.pattern = pattern
        self.older = self.order.older
        self.strangers = self.order.strangers
        self.counts = Counter(entry.status for entry in self.order.entries)

    def __enter__(self) -> Grades:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close(keep=kind is not None and self._named)

    def __iter__(self) -> Iterator[Outcome]:
        return self.outcomes()

    def __len__(self) -> int:
        return len(self.order.entries)

    @property
    def skipped(self) -> list[Skipped]:
        """What lies in the folder and is no submission."""
        return self.collected.skipped

    @property
    def worth(self) -> dict[str, float]:
        """The points of each problem."""
        return {exercise.name: float(exercise.max_score) for exercise in self.exercises}

    def outcomes(self) -> Iterator[Outcome]:
        """Every outcome, those of students who handed in nothing included."""
        entries = self.order.entries
        worth = self.worth
        found = self._journal.read((e.offset, e.number) for e in entries if e.offset >= 0)
        for entry in entries:
            if entry.offset < 0:
                most = worth.get(entry.problem, 0.0)
                yield Outcome(entry.student, "", entry.problem, "missing", 0.0, most)
            else:
                one = next(found)
                yield one if one.student == entry.student else one._replace(student=entry.student)

    def member(self, student: str) -> Member | None:
        """The student on the roster, if there is one."""
        return self.roster.find(student) if self.roster is not None else None

    def summary(self) -> Summary:
        """What the class understood and what it did not."""
        return summarize(self.outcomes(), self.exercises)

    def close(self, keep: bool = False) -> None:
        """Give the journal up."""
        self._journal.close(keep)


def grade(
    folder: PathLike,
    problems: PathLike | Sequence[PathLike] = (),
    *,
    assignment: PathLike | None = None,
    roster: PathLike | None = None,
    id_pattern: str = "",
    files: Sequence[str] = (),
    plan: Plan | None = None,
) -> Grades:
    """Grade all answers files of a folder, or those whose names fit one of the patterns ``files``.

    Raises ``BackpropError`` for a folder, problem, roster or journal that cannot be used; what is
    wrong with a submission is its outcome.
    """
    plan = plan or Plan()
    given = [problems] if isinstance(problems, (str, os.PathLike)) else list(problems)
    loaded = load_exercises(given, assignment)
    exercises = loaded.exercises
    read_pattern(id_pattern)
    folder = os.fspath(folder)
    setup = Setup(folder, exercises, plan.seconds, plan.memory, id_pattern, plan.render)
    ready = judge(setup)  # a bad problem is told before a worker dies of it
    members = read_roster(roster) if roster is not None else None
    collected = _without(collect(folder, files), folder, [e.file for e in exercises])
    if not collected.files and members is None:
        said = "there are no files of answers (.yaml, .yml) here"
        hint = f"asked for were {', '.join(map(visible_name, files))}" if files else ""
        raise BackpropError(Complaint(said, Place(visible_name(folder)), hint))
    journal = _journal(plan, exercises, id_pattern)
    try:
        kept, empty = _judged(collected.files, journal, ready, plan)
        copies = [Skipped(visible_name(path), "a copy of the problem") for path in empty]
        collected = collected._replace(skipped=sorted(collected.skipped + copies))
        return Grades(loaded, members, collected, journal, kept, bool(plan.journal), id_pattern)
    except BaseException:
        journal.close(keep=bool(plan.journal))
        raise


def _without(found: Collected, folder: str, problems: Sequence[str]) -> Collected:
    """Without the problem files, should they lie in the folder of the class."""
    top = os.path.realpath(folder)
    here = {os.path.relpath(os.path.realpath(problem), top) for problem in problems}
    return found._replace(files=[file for file in found.files if file.path not in here])


def _journal(plan: Plan, exercises: Sequence[Exercise], pattern: str) -> Journal:
    settings = (backpropcli.__version__, pattern, plan.seconds, plan.memory, plan.rendered_as)
    path = plan.journal
    if not path:
        handle, path = tempfile.mkstemp(prefix="backprop-", suffix=".journal")
        os.close(handle)
    return Journal(path, fingerprint(exercises, *settings), plan.resume)


def _judged(
    files: Sequence[Found], journal: Journal, ready: Judge, plan: Plan
) -> tuple[list[Kept], list[str]]:
    """Judge what the journal does not hold yet; where all outcomes stand, and files without any."""
    kept = [one for file in files for one in journal.begun.get(file, ())]
    empty = [file.path for file in files if journal.begun.get(file) == []]
    waiting = [n for n, file in enumerate(files) if file not in journal.begun]
    done = len(files) - len(waiting)
    journal.begun.clear()
    tell = plan.progress or (lambda _done, _all: None)
    tell(done, len(files))
    for results in _results(files, waiting, ready, plan):
        offsets = journal.add(result.line for result in results)
        for result, offset in zip(results, offsets, strict=True):
            file = files[result.number]
            if not result.keys:
                empty.append(file.path)
            for at, (student, problem, status) in enumerate(result.keys):
                one = Kept(student, intern(problem), intern(status), file, at, offset)
                kept.append(one)
        done += len(results)
        tell(done, len(files))
    return kept, empty


def _results(
    files: Sequence[Found], waiting: list[int], ready: Judge, plan: Plan
) -> Iterator[tuple[Result, ...]]:
    """The results as they come, from processes of this machine or from a cluster."""
    if not plan.cluster:
        jobs = plan.jobs or os.cpu_count() or 1
        batches = _batches(files, waiting, jobs, LARGEST_BATCH)
        made = ready if plan.factory is judge else None
        return Supervisor(plan.factory, ready.setup, jobs, ready=made).run(batches)
    if not waiting:
        return iter(())
    from backpropcli.grading.cluster import Cluster

    cluster = Cluster(plan.factory, ready.setup, plan.cluster)
    return cluster.run(_batches(files, waiting, cluster.threads, LARGEST_ON_CLUSTER))


def _batches(
    files: Sequence[Found], waiting: list[int], jobs: int, largest: int
) -> Iterator[list[Task]]:
    size = max(1, min(largest, len(waiting) // (jobs * BATCHES)))
    rest = iter(waiting)
    while batch := [Task(number, files[number]) for number in islice(rest, size)]:
        yield batch
