"""The equations of a graph as mistakes see them, and gradients in another form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backpropcli.checking.formula import Formula
from backpropcli.language.nodes import call, is_op

if TYPE_CHECKING:
    from backpropcli.checking.graph import Graph
    from backpropcli.mistakes.world import World

BY_OUTPUT = ("sigmoid", "tanh")  # whose slopes the equations write by f(z): a*(1 - a)


def world_of(graph: Graph) -> World:
    """The equations of a graph as mistakes see them."""
    from backpropcli.mistakes.world import World

    run = graph.solution.examples[0] if graph.solution.examples else graph.solution.total
    return World(graph.program, run.values, tuple(graph.totals.values()), graph.parts)


def other_slopes(graph: Graph) -> dict[str, Formula]:
    """The gradients whose equations have a slope by f(z), with it written as f'(z)."""
    if not any(is_op(equation.expr, *BY_OUTPUT) for equation in graph.program.forward):
        return {}
    found = {}
    for slope in graph.world.slopes:
        by_input = call(slope.activation + "'", slope.argument, **dict(slope.params))
        found[slope.equation.name] = Formula(slope.replaced_by(by_input))
    return found
