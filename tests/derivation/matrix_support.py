"""What the tests of gradients in matrix form share: lines as text, and whether they are true."""

from functools import cache
from pathlib import Path

from backpropcli.checking.draws import drawn_sizes, sized
from backpropcli.derivation.matrix import matrix_form, matrix_points
from backpropcli.derivation.verify import check_lines
from backpropcli.derivation.writing import line_text
from backpropcli.problem import problem_from_text
from backpropcli.solution import solve

PROBLEMS = Path(__file__).parents[2] / "problems"
BATCH = """
inputs: {X: {shape: [N, D]}, Y: {shape: [N, C]}}
weights: {W: {shape: [D, C]}, b: {shape: [C]}}
network:
  S: X @ W + b
"""


@cache
def solved(name):
    return solve(str(PROBLEMS / f"{name}.yaml"))


def solved_text(text):
    return solve(problem_from_text(text))


def derived(solution, name):
    """The derivations by their left side and whether they are the whole, one example or all."""
    return {d.title: d for d in matrix_form(solution, name)}


def texts(derivation):
    return [line_text(line.expr) for line in derivation.lines]


def whole(solution, name):
    return derived(solution, name)[f"{name} in matrix form"]


def faults(solution, derivation):
    sizes = drawn_sizes(solution.problem)
    lines = tuple(line._replace(expr=sized(line.expr, sizes)) for line in derivation.lines)
    points = matrix_points(solution.program, derivation)
    return check_lines(derivation._replace(lines=lines), points)
