"""From a file of answers to outcomes; this is what a worker does for each submission."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from backpropcli.errors import BackpropError, Complaint, Place
from backpropcli.files.visible import visible_name
from backpropcli.grading.codec import encode
from backpropcli.grading.collect import Found
from backpropcli.grading.data import Learned, Outcome
from backpropcli.grading.exercises import Exercise
from backpropcli.grading.identity import id_pattern, student_of
from backpropcli.grading.quick import Quick

if TYPE_CHECKING:
    from backpropcli.checking.answers import RawAnswers
    from backpropcli.checking.check import Checker
    from backpropcli.checking.data import CheckReport

KEPT = 1000  # submissions that share what a checker remembers
LONGEST_REASON = 300
OTHER_PROBLEM = "the answers are for the problem"

# What a report of a submission is made with: its report, or why there is none.
Render: TypeAlias = Callable[["Outcome", "CheckReport | None", Sequence[Complaint]], dict[str, str]]


class Setup(NamedTuple):
    """What a worker has to know; ``memory`` is in MiB, 0 for no limit."""

    folder: str
    exercises: tuple[Exercise, ...]
    seconds: float = 10.0
    memory: int = 1024
    pattern: str = ""
    render: Render | None = None


class Line(NamedTuple):
    """A judged file: student, problem and status of each submission; all of it as JSON."""

    keys: tuple[tuple[str, str, str], ...]
    text: bytes


class Judge:
    """Judges submissions to some exercises; what depends on these alone is done once."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.pattern = id_pattern(setup.pattern)
        self.by_name = {exercise.name: exercise for exercise in setup.exercises}
        folded = {exercise.name.casefold(): exercise for exercise in setup.exercises}
        self.by_folded_name = folded if len(folded) == len(self.by_name) else {}
        self.checkers: dict[str, Checker] = {}
        self.uses = 0
        self.quick = Quick(self) if setup.render is None else None

    def warm(self) -> None:
        """Do what depends on the exercises alone; raises ``BackpropError``."""
        for exercise in self.setup.exercises:
            checker = self.checker(exercise)
            checker.known(checker.graph(()))

    def judged(self, file: Found) -> Line:
        """What becomes of the submissions in a file, as a line of the journal."""
        anew = self.outcomes
        found = self.quick.judged(file, anew) if self.quick is not None else anew(file.path)
        return found if isinstance(found, Line) else line_of(file, found)

    def learn(self, learned: Sequence[Learned]) -> None:
        """Take over what was found elsewhere."""
        if self.quick is not None:
            for mark, known in learned:
                self.quick.memory.put(mark, known)

    def news(self) -> tuple[Learned, ...]:
        """What was found here since this was asked last, for others to learn."""
        if self.quick is None:
            return ()
        found, self.quick.news = tuple(self.quick.news), []
        return found

    def outcomes(self, path: str) -> list[Outcome]:
        """What becomes of the submissions in a file, by its path within the folder.

        A copy of a problem, as students often have beside their answers, holds none.
        """
        from backpropcli.checking.answers import raw_answers
        from backpropcli.files.source import read_source

        try:
            full = os.path.join(self.setup.folder, path)
            if not stat.S_ISREG(os.lstat(full).st_mode):
                raise BackpropError(Complaint("is no regular file any more"))
            source = read_source(full)
            if any(source.text == exercise.text for exercise in self.setup.exercises):
                return []
            source.name = visible_name(path)
            documents = raw_answers(source)
        except OSError as error:
            return [self.refused(path, [Complaint(f"cannot be read: {error.strerror}")])]
        except BackpropError as error:
            return [self.refused(path, list(error))]
        return [self.document(path, raw) for raw in documents]

    def document(self, path: str, raw: RawAnswers) -> Outcome:
        """What becomes of one document of a file."""
        from backpropcli.checking.answers import submission

        student = student_of(path, self.pattern, raw.student)
        exercise, complaint = self.exercise(path, raw.problem, raw.problem_place)
        if exercise is None:
            return self.refused(path, [complaint], student)
        try:
            checker = self.checker(exercise)
            report = checker.check(submission(raw, checker.problem))
        except BackpropError as error:
            return self.refused(path, list(error), student, exercise)
        return self.graded(path, student, exercise, report)

    def graded(self, path: str, student: str, exercise: Exercise, report: CheckReport) -> Outcome:
        """The outcome of a report."""
        from backpropcli.grading.outcome import outcome_of

        report = _scaled(report, exercise)
        report = replace(report, student=student, submission=visible_name(path))
        found = outcome_of(report, self.checkers[exercise.name].problem)
        return self.rendered(found, report)

    def refused(
        self,
        path: str,
        complaints: Sequence[Complaint],
        student: str = "",
        exercise: Exercise | None = None,
        status: str = "ungradable",
    ) -> Outcome:
        """The outcome of what cannot be graded."""
        exercise = exercise or self.by_path(path)
        complaints = [_within(said, path) for said in complaints]
        found = Outcome(
            student or student_of(path, self.pattern),
            visible_name(path),
            exercise.name if exercise else "",
            status,
            max_score=float(exercise.max_score) if exercise else 0.0,
            reason=reason_of(complaints),
        )
        return self.rendered(found, None, complaints)

    def failed(self, path: str, why: str) -> Outcome:
        """The outcome of a submission that crashed, hung or took too much memory."""
        try:
            return self.refused(path, [Complaint(why)], status="error")
        except Exception:  # the report may be at fault itself
            return Judge(self.setup._replace(render=None)).failed(path, why)

    def rendered(
        self, found: Outcome, report: CheckReport | None, complaints: Sequence[Complaint] = ()
    ) -> Outcome:
        """The outcome with the reports that were asked for."""
        render = self.setup.render
        return (
            found if render is None else found._replace(rendered=render(found, report, complaints))
        )

    def exercise(
        self, path: str, problem: str, place: Place | None = None
    ) -> tuple[Exercise | None, Complaint]:
        """The exercise that a document answers; its own ``problem:`` is compared, never opened."""
        names = ", ".join(self.by_name)
        if not problem:
            said = f"the answers name no problem; it is one of {names}"
            return self.by_path(path), Complaint(said)
        name = re.split(r"[/\\]", problem)[-1]
        stem = os.path.splitext(name)[0]
        found = self.by_name.get(name) or self.named(stem)
        said = f"{OTHER_PROBLEM} {visible_name(name)[:80]}, not for {names}"
        return found, Complaint(said, place)

    def by_path(self, path: str) -> Exercise | None:
        """The only exercise, or the one that has the name of the file or a folder around it."""
        if len(self.by_name) == 1:
            return self.setup.exercises[0]
        parts = os.path.splitext(path)[0].split("/")
        return next((found for part in reversed(parts) if (found := self.named(part))), None)

    def named(self, name: str) -> Exercise | None:
        """The exercise of this name; capitals matter only where two differ in nothing else."""
        return self.by_name.get(name) or self.by_folded_name.get(name.casefold())

    def checker(self, exercise: Exercise) -> Checker:
        """The checker of an exercise, made anew now and then so that it cannot grow for ever."""
        from backpropcli.checking.check import Checker, Options

        self.uses += 1
        if self.uses % KEPT == 0:
            self.checkers.clear()
        if exercise.name not in self.checkers:
            # Long enough not to end the search: where it ends depends on the load of the machine.
            options = Options(seconds=self.setup.seconds / 2)
            self.checkers[exercise.name] = Checker(exercise.problem(), options)
        return self.checkers[exercise.name]


def line_of(file: Found, outcomes: Sequence[Outcome]) -> Line:
    """The outcomes of a file as they are sent and noted down."""
    keys = tuple((one.student, one.problem, one.status) for one in outcomes)
    return Line(keys, encode(file, outcomes))


def _scaled(report: CheckReport, exercise: Exercise) -> CheckReport:
    """The report in points of the gradebook."""
    if exercise.scale == 1:
        return report
    answers = tuple(
        replace(a, points=a.points * exercise.scale, max_points=a.max_points * exercise.scale)
        for a in report.answers
    )
    return replace(report, answers=answers)


def reason_of(complaints: Sequence[Complaint]) -> str:
    """The first complaint on one line, with its place in the file and how many there are."""
    if not complaints:
        return ""
    first = complaints[0]
    line = _place_words(first.place)
    more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
    return visible_name(line + first.message)[:LONGEST_REASON] + more


def _within(said: Complaint, path: str) -> Complaint:
    """The complaint with the path that the class knows the file by."""
    name = visible_name(path)
    return said._replace(place=said.place._replace(file=name) if said.place else Place(name))


def _place_words(place: Place | None) -> str:
    return f"line {place.line}: " if place is not None and place.line else ""


def judge(setup: Setup) -> Judge:
    """A judge that is ready to work."""
    made = Judge(setup)
    made.warm()
    return made
