"""From an answers file to reports: read, judge, look for the mistakes, tell."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from backpropcli.checking.answers import RawAnswers, raw_answers, read_answers, submission
from backpropcli.checking.candidate import Candidates
from backpropcli.checking.data import CheckReport, Submission
from backpropcli.checking.findings import Findings
from backpropcli.checking.formula_entries import put_in_formulas
from backpropcli.checking.graph import Graph
from backpropcli.checking.judge import Judge
from backpropcli.checking.named_problem import load_named
from backpropcli.checking.named_problem import problem_path as named_path
from backpropcli.checking.paper import Judging
from backpropcli.checking.search import Search, Settings
from backpropcli.checking.sheet import Sheet, lay_out
from backpropcli.files.source import Source
from backpropcli.problem import Problem, load_problem
from backpropcli.solution import Solution, solve

if TYPE_CHECKING:  # what few sheets need is imported where one does
    from backpropcli.checking.mending import Misfit
    from backpropcli.checking.open_formulas import OpenFormulas

SECONDS = 1.0  # for the search in one submission
MANY_BITS = 40.0  # of an account: more than a mistake and a slip take


@dataclass(frozen=True)
class Options:
    """How a check is done; all but ``seconds`` are for measuring what each part brings."""

    seconds: float = SECONDS
    leave_out: tuple[str, ...] = ()
    clamp: bool = True
    ranking: str = "length"
    threshold: float = Settings.threshold
    tolerance: float | None = None


class Checker:
    """Checks submissions to one problem; what depends on the problem alone is done once."""

    def __init__(self, problem: Problem, options: Options | None = None) -> None:
        self.problem = problem
        self.options = options or Options()
        self._solutions: dict[tuple[str, ...], tuple[Solution, Graph]] = {}
        self._candidates: dict[int, Candidates] = {}

    @cached_property
    def judging(self) -> Judging:
        """The author's own tolerance, or the one by digits."""
        if self.options.tolerance is not None:
            return Judging(self.options.tolerance, 0.0)
        tolerance = self.problem.grading.get("tolerance")
        if not tolerance:
            return Judging()
        rtol, atol = tolerance.get("rtol"), tolerance.get("atol")
        return Judging(
            float(rtol) if rtol is not None else None, float(atol) if atol is not None else None
        )

    @cached_property
    def open(self) -> OpenFormulas:
        """What judges formulas for quantities that have no number."""
        from backpropcli.checking.open_formulas import OpenFormulas

        return OpenFormulas(self.problem, self.options.leave_out)

    def graph(self, also: Collection[str]) -> Graph:
        """The graph of the problem with derivatives that are claimed beyond ``find``."""
        wanted = set(also)
        key = (
            tuple(sorted(name for name in wanted if self.graph(()).find(name) is None))
            if wanted
            else ()
        )
        if key not in self._solutions:
            solution = solve(self.problem, key)
            self._solutions[key] = solution, Graph(solution)
        return self._solutions[key][1]

    def known(self, graph: Graph) -> Candidates:
        """The ways to make each known mistake on a graph."""
        if id(graph) not in self._candidates:
            from backpropcli.checking.candidates import candidates

            self._candidates[id(graph)] = candidates(graph, self.options.leave_out)
        return self._candidates[id(graph)]

    def check(self, handed_in: Submission) -> CheckReport:
        """Judge one submission."""
        with np.errstate(all="ignore"):  # wrong numbers may overflow on the way
            return self._check(handed_in)

    def _check(self, handed_in: Submission) -> CheckReport:
        graph = self.graph([c.name for c in handed_in.claims if "/" in c.name])
        if self.problem.is_open:
            handed_in = self.open.with_constants(handed_in, graph)
        handed_in, misfits = self.mended(handed_in)
        sheet = lay_out(graph, handed_in.claims)
        put_in_formulas(sheet)
        judge = Judge(sheet, self.judging, self.options.clamp)
        convention = ""
        if judge.is_off() and self.options.clamp:
            from backpropcli.checking.conventions import legal_convention

            found = legal_convention(judge)
            if found is not None:
                judge, convention = found
        worked = any(len(claim.links) > 1 for claim in handed_in.claims)
        if worked:
            from backpropcli.checking.lines import judge_workings

            judge_workings(judge)
        settings = Settings(
            self.options.seconds,
            self.options.leave_out,
            self.options.ranking,
            self.options.threshold,
        )
        search = Search(judge, self.known(graph) if judge.is_off() else Candidates(), settings)
        again = self.without_carrying(search)
        if again is not None:
            judge, search = again, Search(again, self.known(graph), settings)
        elif not convention and not worked:
            search = self.carried_after_all(search)
            judge = search.judge
        report = Findings(handed_in, judge, search, convention).report()
        if self.problem.is_open or misfits or any(c.sizes is not None for c in handed_in.claims):
            return self.with_formulas(report, sheet, misfits)
        return report

    def mended(self, handed_in: Submission) -> tuple[Submission, Sequence[Misfit]]:
        """The submission with formulas that fit after all, and those whose parts do not fit."""
        if all(claim.trouble is None for claim in handed_in.claims):
            return handed_in, ()
        from backpropcli.checking.mending import mended

        return mended(handed_in, self.problem)

    def with_formulas(
        self, report: CheckReport, sheet: Sheet, misfits: Sequence[Misfit]
    ) -> CheckReport:
        """The report with what is found about formulas without numbers, and about shapes."""
        from backpropcli.checking.formula_report import FormulaReport
        from backpropcli.checking.open_formulas import Judged

        formulas = Judged()
        if self.problem.is_open:
            formulas = self.open.judged(sheet, self.options.seconds)
        return FormulaReport(report, sheet, formulas, misfits).made()

    def without_carrying(self, search: Search) -> Judge | None:
        """The sheet judged anew where, beside a mistake that was found, a slip was not carried on.

        Whether it was can be seen only once it is known what was meant.
        """
        judge = search.judge
        if not self.options.clamp or not judge.is_off():
            return None
        account = search.best()
        if not account.parts or not account.left:
            return None
        changes = {
            change.node: (change.formula, change.parents)
            for part in account.parts
            for change in part.changes
        }
        other = Judge(judge.sheet, self.judging, changes=changes)
        slips = [w for w in other.meant - judge.meant if w in account.left]
        if not slips:
            return None
        meant = {w: other.verdicts[w].predicted for w in (*slips, *judge.meant)}
        return Judge(judge.sheet, self.judging, meant=meant)

    def carried_after_all(self, search: Search) -> Search:
        """The search with all numbers used as they are written, where that tells the sheet shorter.

        Two numbers that are equal by chance look as if the right one had been used.
        """
        judge = search.judge
        if not judge.meant or not judge.is_off() or search.best().cost < MANY_BITS:
            return search
        account = search.best()
        other = Judge(judge.sheet, self.judging, as_written=True)
        again = Search(other, self.known(judge.graph), search.settings)
        return again if again.best().cost < account.cost - search.settings.threshold else search


def check_raw(raw: RawAnswers, problem: Problem, options: Options | None = None) -> CheckReport:
    """Judge one document of an answers file."""
    return Checker(problem, options).check(submission(raw, problem))


def check_text(
    problem: Problem,
    text: str,
    name: str = "answers.yaml",
    *,
    leave_out: Collection[str] = (),
    options: Mapping[str, Any] | None = None,
) -> list[CheckReport]:
    """Judge the text of an answers file against a problem; a report for each document."""
    chosen = Options(leave_out=tuple(leave_out), **dict(options or {}))
    checker = Checker(problem, chosen)
    return [checker.check(submission(raw, problem)) for raw in raw_answers(Source(name, text))]


def check_file(
    path: str | os.PathLike[str],
    problem_path: str | os.PathLike[str] | None = None,
    time_budget: float = SECONDS,
) -> list[CheckReport]:
    """Judge an answers file; ``problem_path`` goes before the problem that the file names.

    Raises ``FileError`` for an answers file that cannot be read, ``ProblemError`` for a bad or
    missing problem file, and ``EvaluationError`` where the problem's numbers leave their domain.
    """
    documents = read_answers(str(path))
    checkers: dict[str, Checker] = {}
    found = []
    for raw in documents:
        named = problem_path is None
        where = named_path(raw, str(path)) if named else str(problem_path)
        if where not in checkers:
            problem = load_named(where, raw.problem_place if named else None)
            checkers[where] = Checker(problem, Options(seconds=time_budget))
        checker = checkers[where]
        found.append(checker.check(submission(raw, checker.problem)))
    return found


def check(
    problem: Problem | str | os.PathLike[str], answers: str | os.PathLike[str]
) -> CheckReport:
    """Judge the first document of an answers file against a problem or a problem file."""
    loaded = problem if isinstance(problem, Problem) else load_problem(problem)
    return check_raw(read_answers(str(answers))[0], loaded)
