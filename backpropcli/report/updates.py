"""The steps of an update as parts of a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backpropcli.language.latex import name_latex
from backpropcli.language.nodes import Name
from backpropcli.problem.data import Equation
from backpropcli.program import Program, ahead_note
from backpropcli.report.making import NOWHERE, StepMaker
from backpropcli.report.steps import Section, Step
from backpropcli.solution import Run, StepRun

WHEN = {"_new": "at the new weights", "_steps": "before each step"}  # a loss of an update
SYMBOLS = {"v": "v", "m": "m", "G": "G", "g": "g", "mhat": r"\hat{m}", "vhat": r"\hat{v}"}


def over_all(program: Program, equation: Equation) -> Equation:
    """A quantity of an update over all steps: the new weight by the whole change."""
    update = program.problem.update
    weight = equation.name.removesuffix("_new")
    if update is None or update.steps == 1 or weight not in update.weights:
        return equation
    return equation._replace(expr=Name(weight) + Name(f"{weight}_change"))


def is_of_last(program: Program, name: str) -> bool:
    """Whether a quantity at the top belongs to the last of several steps alone."""
    update = program.problem.update
    if update is None or update.steps == 1 or name.endswith(("_change", "_new")):
        return False
    return any(line.name == name for line in update.lines) or name in (update.counter, update.rate)


def update_notation(program: Program) -> dict[str, str]:
    r"""What an update rule keeps, as it is written on paper: ``\hat{m}_{W}`` for ``W_mhat``."""
    problem, found = program.problem, dict[str, str]()
    update = problem.update
    if update is None:
        return found
    for line in update.lines:
        suffix = line.name.removeprefix(f"{line.weight}_") if line.weight else ""
        if suffix in SYMBOLS:
            symbol, weight = SYMBOLS[suffix], name_latex(line.weight, problem.notation)
            found[line.name] = f"{symbol}_{{{weight}}}"
            found[f"{line.name}_old"] = rf"{{{symbol}_{{{weight}}}}}^{{\text{{old}}}}"
    return found


class UpdateMaker(StepMaker):
    """Makes the sections of an update."""

    def state(self) -> Section:
        """What the first step finds, where the problem gives it."""
        update = self.problem.update
        given = [g for g in update.start.values() if g.place] if update is not None else []
        steps = [Step(g.name, g.shape, None, g.value, g.exact) for g in given]
        if update is not None and update.made:
            steps.append(Step("steps made before", (), note=str(update.made)))
        return Section("State", tuple(steps), "given")

    def all_steps(self) -> list[Section]:
        """A section for each step that is shown by itself."""
        update = self.problem.update
        if update is None or (update.steps == 1 and not update.batches):
            return []
        found = []
        for number, step in enumerate(self.solution.steps, 1):
            found += self.one_step(f"Step {number}{self._seen(step)}", step)
        return found

    def one_step(self, title: str, step: StepRun) -> list[Section]:
        """The values of one step, then its update."""
        before = [self.stepped(e, step) for e in self.told(step)]
        if step.ahead is None:
            return [Section(title, (*before, *self.lines(self.program.updates, step.total)))]
        here, there = self.around(step)
        return [Section(title, (*before, *here.steps)), *there]

    def around(self, step: StepRun) -> tuple[Section, list[Section]]:
        """The update of a step that looks ahead: where to, the values there, what follows."""
        assert step.ahead is not None
        leads = [e for e in self.program.updates if e.name.endswith("_ahead")]
        rest = [e for e in self.program.updates if e not in leads]
        names = ", ".join(f"{e.name} for {e.name.removesuffix('_ahead')}" for e in leads)
        there = [self.stepped(e, step.ahead) for e in self.told(step.ahead)]
        return Section("Where the momentum leads", tuple(self.lines(leads, step.total))), [
            Section(f"There, with {names}", tuple(there)),
            Section("The step from there", tuple(self.lines(rest, step.total))),
        ]

    def told(self, step: StepRun) -> list[Equation]:
        """What is told of the pass of a step: all of one example, else the loss and gradients."""
        if len(step.batch) == 1:
            return [e for e in self.program.computed if e.name in step.total.values]
        upper = [e for e in self.program.forward if e.name == self.problem.upper]
        wanted = {f"d{self.problem.upper}/d{w}" for w in self.problem.weights}
        chosen = [*upper, *(e for e in self.program.gradients if e.name in wanted)]
        return [e for e in chosen if e.name in step.total.values]

    def stepped(self, equation: Equation, step: StepRun) -> Step:
        """A value or gradient of one step."""
        if step.examples:
            count = f"{len(step.examples)} examples"
            made = self.reduced(equation, step.total)
            return made._replace(note=f"{self.problem.reduce} over the {count}")
        return self.step(equation, step.total, NOWHERE)

    def lines(self, equations: Iterable[Equation], run: Run) -> list[Step]:
        """The equations of an update in one step."""
        return [self.line(e, run) for e in equations if e.name in run.values or not run.values]

    def line(self, equation: Equation, run: Run) -> Step:
        """One equation of an update; a gradient from elsewhere says where."""
        step = self.step(equation, run, NOWHERE)
        note = ahead_note(self.program, equation)
        return step._replace(expr=None, entries=(), note=note) if note else step

    def updates(self) -> list[Section]:
        """The update of a single step, or what several steps come to."""
        update, total = self.problem.update, self.solution.total
        if update is None:
            return []
        losses = [f"{self.problem.upper}{ending}" for ending in WHEN]
        told = losses if update.steps > 1 else losses[:1]
        after = [self.loss_after(name) for name in told if name in total.values]
        if update.steps > 1:
            return [Section("Update", (*self.over_steps(), *after))]
        if self.solution.ahead is not None:
            first, rest = self.around(StepRun(total, ahead=self.solution.ahead))
            rest[-1] = rest[-1]._replace(steps=(*rest[-1].steps, *after))
            return [first, *rest]
        if update.batches:
            return [Section("Update", tuple(after))]
        lines = [self.line(e, total) for e in self.program.updates]
        return [Section("Update", (*lines, *after))]

    def over_steps(self) -> list[Step]:
        """The change over all steps, and the new weights."""
        update, total = self.problem.update, self.solution.total
        assert update is not None
        found = []
        for equation in self.program.updates:
            if equation.name.endswith(("_change", "_new")):
                step = self.step(over_all(self.program, equation), total, 0)
                if equation.name.endswith("_change"):
                    step = step._replace(expr=None, note=f"sum over the {update.steps} steps")
                found.append(step)
        return found

    def loss_after(self, name: str) -> Step:
        """The loss at the new weights, or before each step."""
        total, upper = self.solution.total, self.problem.upper
        ending = name.removeprefix(upper)
        value = total.values[name]
        note = f"{upper} {WHEN[ending]}"
        return Step(name, value.shape, None, value, total.exact.get(name), note=note)

    def of_update(self, name: str, equation: Equation, run: Run) -> Step:
        """A quantity of an update by itself: of several steps, as it is in the last."""
        update = self.problem.update
        assert update is not None
        if update.steps == 1:
            return self.line(equation, run)
        if is_of_last(self.program, name) and self.solution.steps:
            return self.line(equation, self.solution.steps[-1].total)
        step = self.step(over_all(self.program, equation), run, 0)
        if not name.endswith("_change"):
            return step
        return step._replace(expr=None, entries=(), note=f"sum over the {update.steps} steps")

    def _seen(self, step: StepRun) -> str:
        numbers: Sequence[str] = [str(i + 1) for i in step.batch]
        if not numbers:
            return ""
        return f": example{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
