"""Gradients under a name of the course: ``Err4: -dL/dI4`` is written down in place of dL/dI4.

What a student writes for Err4 then takes part in all that follows from dL/dI4, as any earlier
number does. So the graph goes from the gradient to the definition, and from there, turned back,
onward.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backpropcli.checking.formula import Formula
from backpropcli.checking.nodes import AGAIN, TOTAL, WHOLE, Instance, Node
from backpropcli.language.nodes import Expr, Name, Number, is_op
from backpropcli.problem.data import Equation
from backpropcli.program import Program

if TYPE_CHECKING:
    from backpropcli.checking.graph import Graph
    from backpropcli.solution import Run

Defined = dict[str, tuple[Equation, Expr]]


def own_names(program: Program) -> Defined:
    """The definitions that are a multiple of a gradient, by the gradient, with the way back."""
    gradients = {equation.name for equation in program.gradients}
    found: Defined = {}
    for equation in program.definitions:
        back = _way_back(equation.expr, Name(equation.name))
        if back is not None and back[0] in gradients:
            found.setdefault(back[0], (equation, back[1]))
    return found


def _way_back(expr: Expr, name: Expr) -> tuple[str, Expr] | None:
    """The gradient of which an expression is a multiple, and that gradient made of ``name``."""
    if isinstance(expr, Name):
        return expr.name, name
    if is_op(expr, "neg"):
        return _way_back(expr.args[0], -name)
    if is_op(expr, "mul") and isinstance(expr.args[0], Number) and expr.args[0].value:
        return _way_back(expr.args[1], name / expr.args[0])
    if is_op(expr, "div") and isinstance(expr.args[1], Number) and expr.args[1].value:
        return _way_back(expr.args[0], name * expr.args[1])
    return None


def add_own_name(graph: Graph, gradient: str, at: Instance, run: Run) -> None:
    """The definition of a gradient, and the gradient as it goes on from there."""
    equation, back = graph.defined[gradient]
    place = graph.places.get((at, gradient))
    if place is None or equation.name not in run.values:
        return
    graph.add_equation(equation, at, run)
    through = graph.places[at, equation.name]
    node = Node(gradient, at, AGAIN, (through,), (equation.name,), Formula(back), back)
    node.value, node.exact = graph.nodes[place].value, graph.nodes[place].exact
    graph.onward[place] = len(graph.nodes)
    graph.nodes.append(node)


def add_definitions(graph: Graph) -> None:
    """The definitions that do not stand beside their gradients already."""
    total, examples = graph.solution.total, graph.solution.examples
    whole = WHOLE if graph.last != TOTAL else TOTAL
    passes = [(Instance(0, number), run) for number, run in enumerate(examples, 1)]
    for equation in graph.program.definitions:
        for at, run in (*passes, (whole, total)):
            if equation.name in run.values and (at, equation.name) not in graph.places:
                graph.add_equation(equation, at, run)
