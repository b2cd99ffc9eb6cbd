"""Steps of an update: what its rule makes of the gradients, and what that does to the loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from backpropcli.errors import Complaint, EvaluationError
from backpropcli.language.nodes import names
from backpropcli.problem.data import Equation, Given, Update
from backpropcli.solution.passes import Passes
from backpropcli.solution.run import Run, StepRun

MOST_NUMBERS = 20_000_000  # in all steps together
EXACT_STEPS = 10  # more steps make fractions that nobody reads

Weights = dict[str, Given]


def make_steps(passes: Passes, update: Update, weights: Weights) -> tuple[list[StepRun], Weights]:
    """The runs and the total before each step, and the weights after the last.

    Each total has the quantities of its own step.
    """
    stepper = _Stepper(passes, update, weights)
    steps = [stepper.step(number) for number in range(update.steps)]
    return steps, stepper.weights


class _Stepper:
    """Makes one step after the other; the weights and the state of the rule are those so far."""

    def __init__(self, passes: Passes, update: Update, weights: Weights) -> None:
        self.passes, self.update = passes, update
        self.weights, self.state = weights, dict(update.start)
        self.exact = update.steps <= EXACT_STEPS
        lines = {equation.name: equation for equation in passes.program.updates}
        self.first = [e for name, e in lines.items() if name.endswith("_ahead") and update.ahead]
        self.rest = [e for e in lines.values() if e not in self.first]

    def step(self, number: int) -> StepRun:
        """One step; the weights and the state move on."""
        batch = self.update.batch(number)
        runs, total = self.passes.all(self.weights, self.exact, batch)
        if not number:
            _check_size(self.passes, self.update, [total, *runs])
        self.note_givens(total, number)
        self.compute(self.first, total)
        ahead = self.ahead(total, batch) if self.update.ahead else None
        self.compute(self.rest, total, ahead)
        self.move(total)
        single = not self.passes.problem.examples or len(batch) == 1
        return StepRun(total, () if single else tuple(runs), batch, ahead)

    def note_givens(self, run: Run, number: int) -> None:
        """What the step finds: its number, its rate from a list, the state before it."""
        update = self.update
        if update.counter:
            count = update.made + number + 1
            run.put(update.counter, count, Fraction(count))
        if update.rates:
            rate = update.rates[number]
            run.put(update.rate, rate.value, rate.exact)
        for name, given in self.state.items():
            if given.value is not None:
                run.put(name, given.value, given.exact)

    def ahead(self, total: Run, batch: Sequence[int]) -> StepRun:
        """The pass at the weights where the momentum leads."""
        weights = dict(self.weights)
        for weight in self.update.ahead:
            if f"{weight}_ahead" in total.values:
                weights[weight] = _given(weights[weight], total, f"{weight}_ahead")
        runs, found = self.passes.all(weights, self.exact, batch)
        single = not self.passes.problem.examples or len(batch) == 1
        return StepRun(found, () if single else tuple(runs), tuple(batch))

    def compute(
        self, equations: Sequence[Equation], run: Run, ahead: StepRun | None = None
    ) -> None:
        """The equations whose values are there; W_g has the gradient where the momentum leads."""
        for equation in equations:
            if not run.has_all(names(equation.expr)):
                continue
            if ahead is not None and equation.name.endswith("_g"):
                self.compute_ahead(equation, run, ahead.total)
            else:
                run.compute(equation, self.passes.shapes)
            self.passes.check(equation, run)

    def compute_ahead(self, equation: Equation, run: Run, ahead: Run) -> None:
        """An equation with the gradients that were found where the momentum leads."""
        mixed = Run(run)
        for name in names(equation.expr):
            if name in ahead.values and "/" in name:
                mixed.put(name, ahead.values[name], ahead.exact.get(name))
        mixed.compute(equation, self.passes.shapes)
        run.put(equation.name, mixed.values[equation.name], mixed.exact.get(equation.name))

    def move(self, run: Run) -> None:
        """The weights and the state that the next step finds."""
        for weight in self.update.weights:
            if f"{weight}_new" in run.values:
                self.weights = {
                    **self.weights, weight: _given(self.weights[weight], run, f"{weight}_new")
                }  # fmt: skip
        for old, new in self.update.carried.items():
            if new in run.values:
                self.state[old] = _given(self.state[old], run, new)


def _given(given: Given, run: Run, name: str) -> Given:
    """A given value with the numbers that another quantity has in a run."""
    return given._replace(value=run.values[name], exact=run.exact.get(name))


def _check_size(passes: Passes, update: Update, runs: Sequence[Run]) -> None:
    """Refuse an update whose steps would not fit into memory."""
    numbers = sum(value.size for run in runs for value in run.values.values())
    if numbers * update.steps > MOST_NUMBERS:
        line = passes.problem.source_line(update.place)
        said = f"update: {update.steps} steps of {numbers} numbers each are too many to keep"
        fewer = f"at most {max(1, MOST_NUMBERS // numbers)} steps"
        raise EvaluationError(Complaint(said, update.place, fewer, line))


def summarise(
    passes: Passes, total: Run, steps: Sequence[Run], before: Mapping[str, Given], after: Weights
) -> None:
    """Put into the total what the update comes to over all steps.

    That is the quantities of the last step with W_new and the state of the rule, W_change over
    all steps, and the losses L_new and L_steps.
    """
    update, last = passes.problem.update, steps[-1]
    assert update is not None
    for name in (*update.own_givens, *(line.name for line in update.lines)):
        run = steps[0] if name in update.start else last
        if name in run.values:
            total.put(name, run.values[name], run.exact.get(name))
    for name, given in after.items():
        if f"{name}_new" not in last.values or len(steps) == 1:
            continue
        start = before[name]
        change = None
        if given.exact is not None and start.exact is not None:
            change = given.exact - start.exact
        assert given.value is not None
        total.put(f"{name}_change", given.value - start.value, change)
    upper = passes.problem.upper
    if upper in total.values:
        new = passes.all(after, len(steps) <= EXACT_STEPS)[1]
        total.put(f"{upper}_new", new.values[upper], new.exact.get(upper))
        rational = all(upper in step.exact for step in steps)
        exact = [step.exact[upper][()] for step in steps] if rational else None
        total.put(f"{upper}_steps", [step.values[upper] for step in steps], exact)
