"""Gradients in matrix notation: line by line to forward quantities, with their shapes."""

from __future__ import annotations

from backpropcli.autodiff.sweep import derivative_name
from backpropcli.derivation.closing import Backward, Closing
from backpropcli.derivation.data import SUM_OVER, Derivation
from backpropcli.derivation.numbers import Point
from backpropcli.derivation.pairs import Setting
from backpropcli.derivation.rows import of_one_example, row_points, total_points
from backpropcli.derivation.targets import Targets
from backpropcli.derivation.whole import derived
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Name, is_op, names, postorder
from backpropcli.problem.quantities import split_derivative
from backpropcli.program import Program
from backpropcli.solution import Solution


def matrix_form(solution: Solution | Program, name: str) -> list[Derivation]:
    """The derivations of ``dL/dW2`` in matrices: the whole, one example, and their sum.

    Empty for a Jacobian, and where all is single numbers.
    """
    program = solution.program if isinstance(solution, Solution) else solution
    known = {e.name: Backward(e.expr, e.through) for e in program.gradients}
    if name not in known or not _is_gradient(program, name):
        return []
    shapes = Shapes(program.shapes)
    forward = {e.name: e.expr for e in program.forward}
    closing = Closing(known, Setting(shapes, forward, Targets(program.problem)))
    whole = derived(closing, name, f"{name} in matrix form")
    if _is_of_numbers(whole, shapes):
        return []
    return [whole, *of_one_example(program, name, closing)]


def _is_of_numbers(derivation: Derivation, shapes: Shapes) -> bool:
    """Whether only single numbers occur."""
    used = names(derivation.left, *(line.expr for line in derivation.lines))
    return all(shapes.names.get(name, ()) == () for name in used)


def _is_gradient(program: Program, name: str) -> bool:
    """Whether it is the derivative of a single number."""
    parts = split_derivative(name)
    return parts is not None and program.shapes.get(parts[0], ()) == ()


def matrix_points(program: Program, derivation: Derivation, count: int = 5) -> list[Point]:
    """Points at which all lines of a derivation of ``matrix_form`` have values."""
    from backpropcli.derivation.points import consistent_points

    left = derivation.left
    _, lower = split_derivative(left.name if isinstance(left, Name) else "") or ("", "")
    if program.problem.examples:
        summed = any(is_op(node, SUM_OVER) for node in postorder(derivation.lines[0].expr))
        return total_points(program, count) if summed else consistent_points(program, count)
    name = derivative_name(program.problem.upper, lower)
    return row_points(program, name, count) or consistent_points(program, count)
