"""What the tests of chains and Jacobians share: lines as text, and whether they are true."""

from functools import cache
from pathlib import Path

import numpy as np

from backpropcli.derivation.chains import chains
from backpropcli.derivation.data import PARTIAL
from backpropcli.derivation.numbers import line_value
from backpropcli.derivation.points import consistent_points
from backpropcli.derivation.verify import check_lines
from backpropcli.derivation.writing import line_text
from backpropcli.language.nodes import is_op, postorder
from backpropcli.problem import problem_from_text
from backpropcli.problem.asked import parse_quantity
from backpropcli.solution import solve

PROBLEMS = Path(__file__).parents[2] / "problems"


@cache
def solved(name):
    return solve(str(PROBLEMS / f"{name}.yaml"))


def solved_text(text):
    return solve(problem_from_text(text))


def chain(solution, quantity):
    """The first derivation of a derivative, or of one of its entries."""
    expr = parse_quantity(solution.problem, quantity).expr
    at = dict(expr.params)["at"] if is_op(expr, "index") else None
    name = (expr.args[0] if at is not None else expr).name
    return chains(solution, name, at)[0]


def lines(derivation):
    """The formulas of a derivation, without the lines of numbers."""
    return [line_text(line.expr) for line in derivation.lines if line.values is line.value is None]


def worked(derivation):
    """The local derivatives that it puts in, by what stands on the left."""
    return {line_text(one.left): line_text(one.lines[-1].expr) for one in derivation.locals}


def result(derivation):
    return derivation.lines[-1].value


def formulas_only(derivation):
    kept = [line for line in derivation.lines if line.value is None]
    return derivation._replace(lines=tuple(kept))


def assert_true(derivation, solution):
    """Each line equals the one above at random points, and so does each local derivative."""
    points = consistent_points(solution.program)
    for one in (derivation, *derivation.locals):
        assert check_lines(formulas_only(one), points) == []


def assert_whole_true(derivation, solution):
    """The product over names, contracted over the values in between, is the derivative."""
    points = consistent_points(solution.program)
    first, *rest = derivation.lines
    for point in points:
        total = sum(_contracted(term, point) for term in _terms(first.expr))
        wanted = point.values[derivation.title]
        if not np.isfinite(total).all():
            continue
        np.testing.assert_allclose(total, wanted, rtol=1e-5, atol=1e-7)
    assert check_lines(formulas_only(derivation._replace(lines=tuple(rest))), points) == []
    for one in derivation.locals:
        assert check_lines(one, points) == []


def _terms(expr):
    return [*_terms(expr.args[0]), expr.args[1]] if is_op(expr, "add") else [expr]


def _contracted(term, point):
    parts = []
    while is_op(term, "mul"):
        parts.insert(0, term.args[1])
        term = term.args[0]
    parts.insert(0, term)
    assert all(is_op(p, PARTIAL) or not any(is_op(n, PARTIAL) for n in postorder(p)) for p in parts)
    value = line_value(parts[0], point)
    for part in parts[1:]:
        rank = point.values[part.args[0].name].ndim
        value = np.tensordot(value, line_value(part, point), axes=rank)
    return value
