"""Gradients in matrix notation: line by line to forward quantities, with their shapes."""

from __future__ import annotations

from backpropcli.derivation.closing import Backward, Closing
from backpropcli.derivation.data import Derivation
from backpropcli.derivation.pairs import Setting
from backpropcli.derivation.rows import of_one_example
from backpropcli.derivation.targets import Targets
from backpropcli.derivation.whole import derived
from backpropcli.infer import Shapes
from backpropcli.language.nodes import names
from backpropcli.problem.quantities import split_derivative
from backpropcli.program import Program
from backpropcli.solution import Solution


def matrix_form(solution: Solution | Program, name: str) -> list[Derivation]:
    """The derivations of ``dL/dW2`` in matrices: the whole, one example, and their sum.

    Empty for a Jacobian, and where all is single numbers.
    """
    program = solution.program if isinstance(solution, Solution) else solution
    known = {e.name: Backward(e.expr, e.through) for e in program.gradients}
    if name not in known or not _is_asked_in_matrices(program, name):
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


def _is_asked_in_matrices(program: Program, name: str) -> bool:
    """Whether it is the gradient of a single number, with vectors or matrices on the way."""
    parts = split_derivative(name)
    if parts is None:
        return False
    upper = program.shapes.get(parts[0], ())
    return upper == ()
