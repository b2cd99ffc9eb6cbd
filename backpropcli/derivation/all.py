"""All derivations of a problem: the gradients that are asked, and the rules behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backpropcli.derivation.chains import chains
from backpropcli.derivation.data import Derivation, Line
from backpropcli.derivation.matrix import matrix_form
from backpropcli.derivation.proofs import proofs_for
from backpropcli.derivation.vectors import jacobian_derivations
from backpropcli.language.nodes import Apply, At, Name, is_op, names
from backpropcli.problem.data import Asked
from backpropcli.problem.quantities import canonical, split_derivative
from backpropcli.solution import Solution


def derivations(
    solution: Solution, only: Sequence[Asked] = (), elements: bool = False
) -> tuple[Derivation, ...]:
    """The derivations of the gradients in ``find``, or of those in ``only``, and the proofs.

    ``elements`` also derives the entries of small gradients one by one. What is derived twice,
    for itself and on the way to another, is given once.
    """
    found: dict[str, Derivation] = {}
    for one in only or solution.problem.find:
        for derivation in _of_asked(solution, one, elements):
            found.setdefault(derivation.title, derivation)
    return (*found.values(), *proofs_for(solution.program))


def _of_asked(solution: Solution, asked: Asked, elements: bool) -> Iterator[Derivation]:
    name, at = _quantity(solution, asked)
    if any(e.name == name for e in solution.program.definitions):
        yield from jacobian_derivations(solution, name)
    elif split_derivative(name) is not None and at is not None:
        yield from chains(solution, name, at)
    elif split_derivative(name) is not None:
        yield from jacobian_derivations(solution, name)
        yield from _whole(solution, name, elements)


def _quantity(solution: Solution, asked: Asked) -> tuple[str, At | None]:
    """The name of what is asked, and the entry of it; no name for a shape."""
    expr, at = asked.expr, None
    if is_op(expr, "index"):
        assert isinstance(expr, Apply)
        at, expr = dict(expr.params)["at"], expr.args[0]
    name = expr.name if isinstance(expr, Name) else ""
    return canonical(name, solution.problem.aliases), at


def _whole(solution: Solution, name: str, elements: bool) -> Iterator[Derivation]:
    """A gradient by the chain rule, worked out in matrices where it has any."""
    by_names = chains(solution, name, None)
    in_matrices = matrix_form(solution, name)
    if by_names and in_matrices:
        yield _joined(by_names[0], in_matrices[0])
        yield from in_matrices[1:]
    else:
        yield from [*by_names[:1], *in_matrices]
    if elements or (by_names and not by_names[0].shape):
        yield from by_names[1:]


def _joined(chain: Derivation, matrix: Derivation) -> Derivation:
    """The chain of names, then the same in matrices, then the numbers."""
    lines = [*chain.lines[:1], *matrix.lines]
    formula = matrix.lines[-1].expr
    for line in chain.lines:
        if line.values is not None and set(names(formula)) <= set(line.values):
            lines.append(Line(formula, line.why, line.values))
        elif line.values is not None or line.value is not None:
            lines.append(line)
    notes = tuple(dict.fromkeys([*matrix.notes, *chain.notes]))
    return chain._replace(lines=tuple(lines), notes=notes)
