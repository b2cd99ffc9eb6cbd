"""The quick way for a file in the usual layout whose answers were judged before.

It never judges: what it has not met goes the ordinary way, and what comes out there is remembered.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from backpropcli.files.visible import visible_name
from backpropcli.grading.again import Memory, RightAnswers
from backpropcli.grading.codec import encode_again, rest
from backpropcli.grading.collect import Found
from backpropcli.grading.data import Known, Learned, Outcome
from backpropcli.grading.identity import student_of
from backpropcli.grading.ordinary import LONGEST, read_ordinary

if TYPE_CHECKING:
    from backpropcli.grading.exercises import Exercise
    from backpropcli.grading.judging import Judge, Line

MOST_NAMES = 64  # spellings of the names of exercises
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)  # 0 where the system has to be asked first
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _NO_LINKS


class Quick:
    """Judges files by what is remembered of others; ``anew`` is the ordinary way."""

    def __init__(self, judge: Judge) -> None:
        self.judge, self.memory = judge, Memory()
        self.news: list[Learned] = []
        self.right: dict[str, RightAnswers] = {}
        self.named: dict[str, Exercise] = {}

    def judged(self, file: Found, anew: Callable[[str], list[Outcome]]) -> Line | list[Outcome]:
        """The line of a file, or its outcomes where they had to be found anew."""
        path = os.path.join(self.judge.setup.folder, file.path)
        data = _small_file(path)
        said = read_ordinary(data) if data is not None else None
        exercise = self.exercise(file.path, said.problem) if said is not None else None
        if said is None or exercise is None:
            return anew(file.path)
        answers = f"{exercise.name}\n{said.answers}"
        known = self.memory.get(answers)
        if known is not None:
            return self.line(file, said.student, known)
        mark = self.mark(exercise, said.answers) or answers
        known = self.memory.get(mark)
        if known is not None:
            return self.line(file, said.student, known)
        outcomes = anew(file.path)
        if _can_be_kept(outcomes) and _small_file(path) == data:
            (one,) = outcomes
            new = Learned(mark, Known(one.problem, one.status, rest(one)))
            self.memory.put(*new)
            self.news.append(new)
        return outcomes

    def exercise(self, path: str, problem: str) -> Exercise | None:
        """The exercise that a file answers, by what it says; by its path if it says nothing."""
        known = self.named.get(problem)
        if known is None:
            known = self.judge.exercise(path, problem)[0]
            if known is not None and problem and len(self.named) < MOST_NAMES:
                self.named[problem] = known
        return known

    def mark(self, exercise: Exercise, answers: str) -> str:
        """What the outcome depends on where all is right: the quantities alone; else nothing."""
        if exercise.name not in self.right:
            self.right[exercise.name] = RightAnswers(self.judge.checker(exercise))
        quantities = self.right[exercise.name].mark(answers)
        return f"{exercise.name} is right\n{quantities}" if quantities else ""

    def line(self, file: Found, told: str, known: Known) -> Line:
        """The line of a submission with a known outcome."""
        from backpropcli.grading.judging import Line

        student = student_of(file.path, self.judge.pattern, told)
        text = encode_again(file, student, visible_name(file.path), known.rest)
        return Line(((student, known.problem, known.status),), text)


def _can_be_kept(outcomes: Sequence[Outcome]) -> bool:
    """Whether an outcome depends on the answers alone: no place is told, no time ran out."""
    return len(outcomes) == 1 and outcomes[0].status == "graded" and not outcomes[0].reason


def _small_file(path: str) -> bytes | None:
    """The bytes of a regular file that is not long; nothing for any other."""
    try:
        if not _NO_LINKS and not _is_small(os.lstat(path)):
            return None
        handle = os.open(path, _FLAGS)
        try:
            return os.read(handle, LONGEST + 1) if _is_small(os.fstat(handle)) else None
        finally:
            os.close(handle)
    except (OSError, ValueError):
        return None


def _is_small(state: os.stat_result) -> bool:
    return stat.S_ISREG(state.st_mode) and state.st_size <= LONGEST
