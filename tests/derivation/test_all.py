"""What ``--symbolic`` derives for every problem of the collection is true, line by line."""

from functools import cache

import pytest
from matrix_support import PROBLEMS, faults

from backpropcli.derivation.all import derivations
from backpropcli.derivation.chains import CHAIN, SUMMED
from backpropcli.derivation.data import Line
from backpropcli.language.nodes import Name, Number, names
from backpropcli.problem.asked import parse_quantity
from backpropcli.solution import solve

LARGE = 3000  # entries of the values of a problem; random points for more take too long


@cache
def solved(name):
    return solve(str(PROBLEMS / f"{name}.yaml"))


def is_small(name):
    shapes = solved(name).program.shapes.values()
    sizes = [[s if isinstance(s, int) else 1 for s in shape] for shape in shapes]
    total = 0
    for shape in sizes:
        count = 1
        for size in shape:
            count *= size
        total += count
    return total <= LARGE


ALL = sorted(path.stem for path in PROBLEMS.glob("*.yaml"))


def formulas(derivation):
    """The lines without numbers; the product of names comes first and is tested with the chains."""
    kept = [line for line in derivation.lines if line.value is None and line.values is None]
    summed = derivation.shape or SUMMED in derivation.notes
    by_names = summed and kept and kept[0].why == CHAIN
    return derivation._replace(lines=tuple(kept[1:] if by_names else kept))


@pytest.mark.parametrize("name", [n for n in ALL if is_small(n)])
def test_every_line_equals_the_one_above(name):
    solution = solved(name)
    gradients = {e.name for e in solution.program.gradients}
    for derivation in derivations(solution):
        if isinstance(derivation.left, Name) and derivation.left.name in gradients:
            assert faults(solution, formulas(derivation)) == [], derivation.title


@pytest.mark.parametrize("name", [n for n in ALL if is_small(n)])
def test_the_last_line_is_what_was_computed(name):
    """The numbers put in come to the value that the engine found, for the first example."""
    solution = solved(name)
    run = solution.examples[0] if solution.examples else solution.total
    for derivation in derivations(solution):
        value = derivation.lines[-1].value if derivation.lines else None
        if value is not None and derivation.title in run.values:
            assert value == pytest.approx(run.values[derivation.title], rel=1e-9, abs=1e-12)


def test_a_broken_line_is_found():
    solution = solved("three-layer-relu")
    whole = next(d for d in derivations(solution) if d.title == "dL/dW2")
    broken = formulas(whole)
    last = broken.lines[-1]
    wrong = (*broken.lines[:-1], Line(last.expr * Number(2), last.why))
    assert faults(solution, broken._replace(lines=wrong))


def test_only_limits_what_is_derived():
    solution = solved("three-layer-relu")
    asked = (parse_quantity(solution.problem, "dL/dW3"),)
    titles = [d.title for d in derivations(solution, asked)]
    assert titles[0] == "dL/dW3"
    assert not any(title.startswith("dL/dW1") for title in titles)


def test_a_given_quantity_or_a_value_has_no_derivation():
    solution = solved("three-layer-relu")
    asked = (parse_quantity(solution.problem, "z1"), parse_quantity(solution.problem, "shape(z1)"))
    assert not any(names(d.left) == ["z1"] for d in derivations(solution, asked))
