"""What is found about formulas and shapes, put into the report of a submission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from backpropcli.checking.data import Answer, CheckReport, Claim, Root
from backpropcli.checking.mending import Misfit
from backpropcli.checking.notes import NO_NAME
from backpropcli.checking.open_formulas import Judged
from backpropcli.checking.shape_answers import misfit_findings, shape_findings
from backpropcli.checking.sheet import Sheet
from backpropcli.program import Program

ONE = Fraction(1)
FOLLOWS = "follows rightly from your earlier values"


class FormulaReport:
    """A report with its answers about formulas and shapes judged further."""

    def __init__(
        self, report: CheckReport, sheet: Sheet, judged: Judged, misfits: Sequence[Misfit]
    ) -> None:
        self.report, self.sheet, self.judged = report, sheet, judged
        self.program: Program = sheet.graph.program
        self.positions = {_key(e.claim): p for p, e in enumerate(sheet.entries)}
        self.misfits = {one.position: one for one in misfits}
        self.said: dict[int, list[str]] = {p: [s] for p, s in judged.said.items() if s}
        self.new: list[tuple[Root, tuple[int, ...]]] = list(judged.roots)
        self._look_at_shapes()

    def _look_at_shapes(self) -> None:
        """What is to be said of misfits, and of wrong answers to ``shape(...)``."""
        for position, one in self.misfits.items():
            said, root = misfit_findings(one, self.program)
            self.said[position] = said
            if root is not None:
                self.new.append((root, (position,)))
        for position, entry in enumerate(self.sheet.entries):
            if entry.claim.sizes is None or entry.claim.trouble is not None:
                continue
            told, root = shape_findings(entry.claim, self.program)
            if told:
                self.said[position] = [told]
            if root is not None:
                self.new.append((root, (position,)))

    def made(self) -> CheckReport:
        """The report; as it was where there is nothing of this kind."""
        if not (self.judged.positions or self.misfits or self.said or self.new):
            return self.report
        self.new.sort(key=lambda one: self.place(one[0].at))
        start = len(self.report.mistakes)
        numbers: dict[int, tuple[int, ...]] = {}
        for number, (_, mine) in enumerate(self.new, start):
            for position in mine:
                numbers[position] = (*numbers.get(position, ()), number)
        charged: set[int] = set()
        answers = tuple(self.answer(a, numbers, charged) for a in self.report.answers)
        return replace(
            self.report,
            answers=answers,
            mistakes=(*self.report.mistakes, *(root for root, _ in self.new)),
            first_wrong_step=self.first_wrong(answers),
        )

    def answer(
        self, answer: Answer, numbers: dict[int, tuple[int, ...]], charged: set[int]
    ) -> Answer:
        """One answer, with its new status, points, mistakes and remarks."""
        position = self.positions.get((answer.quantity, answer.example, answer.step))
        if position is None or answer.status == "missing":
            return answer
        roots, links = numbers.get(position, ()), self.judged.links.get(position, answer.links)
        said = self.said.get(position, [])
        status = self.status(answer, position)
        if position not in self.judged.positions and position not in self.misfits:
            if not said and not roots:
                return answer
            return replace(answer, notes=tuple(said), roots=(*answer.roots, *roots))
        if status == "carried":
            names = ("carried-forward",)
            points = answer.max_points * self.follow
            return replace(
                answer, status=status, points=points, links=links, notes=(FOLLOWS,),
                note_names=names,
            )  # fmt: skip
        if status != "wrong":
            return replace(answer, status=status, links=links)
        known = [note for note in answer.notes if note != NO_NAME and position not in self.misfits]
        notes = [*known, *said]
        if not notes and not roots:
            notes = [NO_NAME]
        points = Fraction(0)
        if roots and all(root in charged for root in roots):
            points = answer.max_points * self.follow
        charged.update(roots)
        return replace(
            answer, status=status, points=points, links=links, roots=roots, notes=tuple(notes)
        )

    @property
    def follow(self) -> Fraction:
        """The share of the points for what follows."""
        return Fraction(self.program.problem.grading.get("follow_through", ONE))

    def status(self, answer: Answer, position: int) -> str:
        """The status of an answer; what does not fit together can be read, but is wrong."""
        if position in self.misfits:
            return "wrong"
        if position in self.judged.carried:
            return "carried"
        if position in self.judged.right:
            return "correct"
        return answer.status

    def first_wrong(self, answers: Sequence[Answer]) -> str | None:
        """The first wrong quantity in the order of the equations."""
        wrong = [a.quantity for a in answers if a.status == "wrong"]
        claims = {e.claim.quantity: e.claim.name for e in self.sheet.entries}
        return min(wrong, key=lambda q: self.place(claims[q]), default=None)

    def place(self, name: str) -> int:
        """Where a quantity stands in the order of the equations."""
        name = name.removeprefix("shape(").removesuffix(")")
        program = self.program
        order = [*program.problem.given, *(e.name for e in program.computed)]
        order += [e.name for e in (*program.updates, *program.definitions)]
        name = name if name in order else name.partition("[")[0]
        return order.index(name) if name in order else len(order)


def _key(claim: Claim) -> tuple[str, int | None, int | None]:
    return claim.quantity, claim.example, claim.step
