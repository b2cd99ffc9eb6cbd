"""Every problem of the gallery in PyTorch: all values, and all gradients by autograd."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch_support import close, derivative, forward, value_of  # noqa: E402

from backpropcli.problem.quantities import split_derivative  # noqa: E402
from backpropcli.solution import solve  # noqa: E402
from tests.problems.remake_index import PROBLEMS  # noqa: E402

FILES = sorted(PROBLEMS.glob("*.yaml"))


def given_tensors(problem, run):
    """The given numbers of one pass, as leaves."""
    return {
        name: torch.tensor(np.array(run.values[name], float), requires_grad=True)
        for name in problem.given
        if name in run.values
    }


def by_torch(solution, run, known):
    """All derivatives that the program has, by autograd."""
    problem = solution.program.problem
    sent = {name: run.values[g.name] for name, g in problem.upstream.items()}
    for equation in solution.program.gradients:
        upper, lower = split_derivative(equation.name)
        lower = problem.aliases.get(lower, lower)
        if upper == problem.upper and sent:
            back = sum((known[n] * torch.tensor(np.array(g, float))).sum() for n, g in sent.items())
            yield equation.name, derivative(back, known[lower])
        else:
            yield equation.name, derivative(known[upper], known[lower])


def compare(solution, run, cancelled=1e-14):
    """Every value and every gradient of one pass; how many numbers were compared."""
    program = solution.program
    known = forward(program.forward, given_tensors(program.problem, run))
    compared = 0
    for equation in program.forward:
        if equation.name in run.values:
            close(
                run.values[equation.name], known[equation.name].detach(), equation.name, cancelled
            )
            compared += np.size(run.values[equation.name])
    for name, wanted in by_torch(solution, run, known):
        if name in run.values:
            close(run.values[name], wanted, name, cancelled)
            compared += np.size(wanted)
    return known, compared


def runs(solution):
    """The passes that have numbers: one for each example."""
    return solution.examples or (solution.total,)


def is_complete(solution):
    values = runs(solution)[0].values
    return all(name in values for name in solution.program.problem.given)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_values_and_gradients(path):
    solution = solve(str(path))
    if not is_complete(solution):
        pytest.skip("a problem without numbers")
    compared = sum(compare(solution, run)[1] for run in runs(solution))
    if solution.program.forward:
        assert compared


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_totals_over_the_examples(path):
    solution = solve(str(path))
    if not solution.examples:
        pytest.skip("no examples")
    found = [dict(by_torch(solution, run, compare(solution, run)[0])) for run in solution.examples]
    share = 1 / len(found) if solution.program.problem.reduce == "mean" else 1
    totals = {name for name in found[0] if name in solution.total.values}
    assert totals or not solution.program.problem.weights
    for name in totals:
        close(solution.total.values[name], share * sum(one[name] for one in found), name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_definitions_of_gradients(path):
    """Further quantities, worked out from torch's values and gradients."""
    solution = solve(str(path))
    problem, program = solution.program.problem, solution.program
    if not program.definitions or problem.examples or not is_complete(solution):
        pytest.skip("no definitions of one pass")
    run = solution.total
    known, _ = compare(solution, run)
    known |= {name: torch.tensor(np.array(value)) for name, value in by_torch(solution, run, known)}
    known |= {n: torch.tensor(np.array(v, float)) for n, v in run.values.items() if n not in known}
    for equation in program.definitions:
        value = value_of(equation.expr, known)
        close(run.values[equation.name], value.detach(), equation.name)
        known[equation.name] = value
