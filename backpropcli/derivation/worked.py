"""Local derivatives worked out, each in a small derivation of its own."""

from __future__ import annotations

from backpropcli.derivation.data import Derivation, Line, partial
from backpropcli.derivation.locals import Locals, Position, entry_of
from backpropcli.derivation.put_in import values_of
from backpropcli.derivation.writing import line_text
from backpropcli.evaluate.floats import evaluate
from backpropcli.language.nodes import Expr, Name, Number, is_op, names, postorder
from backpropcli.ops.sizes import Shape
from backpropcli.solution import Solution
from backpropcli.writing import number

Cell = tuple[str, Position]


def local_derivation(solution: Solution, local: Locals, above: Cell, below: Cell) -> Derivation:
    """The derivative of an entry by an entry in its equation: ``dz2[2]/dW2[2,2] = h1[2]``."""
    left = partial(entry_of(*above), entry_of(*below))
    return _worked(solution, left, local.entry(*above, *below), ())


def whole_derivation(
    solution: Solution, local: Locals, upper: str, lower: str
) -> Derivation | None:
    """The Jacobian of a value by one in its equation; None where it has more than two axes."""
    found = local.whole(upper, lower)
    if found is None:
        return None
    shape = (*local.shapes.names[upper], *local.shapes.names[lower])
    return _worked(solution, partial(Name(upper), Name(lower)), found, shape)


def _worked(solution: Solution, left: Expr, right: Expr, shape: Shape) -> Derivation:
    title = line_text(left, solution.problem.index_from)
    notes = tuple(_slopes_by_value(solution, right)) if shape == () else ()
    return Derivation(title, left, (Line(right),), shape, notes)


def _slopes_by_value(solution: Solution, expr: Expr) -> list[str]:
    """What a relu's slope is where the sign of its operand is known."""
    values, found = values_of(solution), []
    for node in postorder(expr):
        if not is_op(node, "relu'") or not all(n in values for n in names(node)):
            continue
        inner = node.args[0]
        at = evaluate(inner, {name: values[name] for name in names(inner)})
        slope = "1" if at > 0 else "0"
        relation = "above" if at > 0 else "not above"
        operand, whole = (line_text(e, solution.problem.index_from) for e in (inner, node))
        shown = number(at[()])
        equal = operand if isinstance(inner, Number) else f"{operand} = {shown}"
        found.append(f"`{whole} = {slope}`, since `{equal}` is {relation} 0.")
    return found
