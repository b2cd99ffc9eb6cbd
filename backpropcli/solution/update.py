"""Steps of gradient descent: the weights after each, and what they do to the loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backpropcli.errors import Complaint, EvaluationError
from backpropcli.problem.data import Given, Update
from backpropcli.solution.passes import Passes
from backpropcli.solution.run import Run, StepRun

MOST_NUMBERS = 20_000_000  # in all steps together
EXACT_STEPS = 10  # more steps make fractions that nobody reads

Weights = dict[str, Given]


def make_steps(passes: Passes, update: Update, weights: Weights) -> tuple[list[StepRun], Weights]:
    """The runs and the total before each step, and the weights after the last.

    Each total has the W_change and W_new of its step.
    """
    exact = update.steps <= EXACT_STEPS
    steps: list[StepRun] = []
    for _ in range(update.steps):
        runs, total = passes.all(weights, exact)
        if not steps:
            _check_size(passes, update, [total, *runs])
        weights = _moved(passes, update, total, weights)
        steps.append(StepRun(total, tuple(runs) if passes.problem.examples else ()))
    return steps, weights


def _check_size(passes: Passes, update: Update, runs: Sequence[Run]) -> None:
    """Refuse an update whose steps would not fit into memory."""
    numbers = sum(value.size for run in runs for value in run.values.values())
    if numbers * update.steps > MOST_NUMBERS:
        line = passes.problem.source_line(update.place)
        said = f"update: {update.steps} steps of {numbers} numbers each are too many to keep"
        fewer = f"at most {max(1, MOST_NUMBERS // numbers)} steps"
        raise EvaluationError(Complaint(said, update.place, fewer, line))


def _moved(passes: Passes, update: Update, run: Run, weights: Weights) -> Weights:
    """The weights after one step, which is noted in the run."""
    moved = dict(weights)
    updates = {e.name: e for e in passes.program.updates}
    for weight in update.weights:
        change = updates[f"{weight}_change"]
        if not run.has_all((weight, f"d{passes.problem.upper}/d{weight}")):
            continue
        run.compute(change, passes.shapes)
        after = run.values[weight] + run.values[change.name]
        exact = None
        if weight in run.exact and change.name in run.exact:
            exact = run.exact[weight] + run.exact[change.name]
        run.put(f"{weight}_new", after, exact)
        for name in (change.name, f"{weight}_new"):
            passes.check(updates[name], run)
        moved[weight] = moved[weight]._replace(
            value=run.values[f"{weight}_new"], exact=run.exact.get(f"{weight}_new")
        )
    return moved


def summarise(
    passes: Passes, total: Run, steps: Sequence[Run], before: Mapping[str, Given], after: Weights
) -> None:
    """Put W_new and W_change over all steps, and the losses L_new and L_steps, into the total."""
    for name, given in after.items():
        if f"{name}_new" not in steps[-1].values:
            continue
        start = before[name]
        change = None
        if given.exact is not None and start.exact is not None:
            change = given.exact - start.exact
        assert given.value is not None
        total.put(f"{name}_change", given.value - start.value, change)
        total.put(f"{name}_new", given.value, given.exact)
    upper = passes.problem.upper
    if upper in total.values:
        new = passes.all(after, len(steps) <= EXACT_STEPS)[1]
        total.put(f"{upper}_new", new.values[upper], new.exact.get(upper))
        rational = all(upper in step.exact for step in steps)
        exact = [step.exact[upper][()] for step in steps] if rational else None
        total.put(f"{upper}_steps", [step.values[upper] for step in steps], exact)
