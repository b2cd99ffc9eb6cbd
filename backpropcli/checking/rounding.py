"""How far rounding on paper moves every value of a graph."""

from __future__ import annotations

import numpy as np

from backpropcli.checking.graph import Graph
from backpropcli.checking.nodes import AGAIN
from backpropcli.checking.paper import Style
from backpropcli.checking.spread import bent_nodes, spread
from backpropcli.ops.entry import Array


class Rounding:
    """Rounding as it is usual on a sheet; ``units``: in half units, 2 where digits are cut off."""

    def __init__(self, graph: Graph, style: Style | None) -> None:
        self.graph, self.style = graph, style
        self.bent = bent_nodes(graph.nodes)
        self.units = 1.0
        self.inner: dict[int, Array] = {}  # by node, what rounding within the line adds

    def of_key(self) -> list[Array]:
        """How far rounding on paper may have moved each value from the key."""
        nodes = self.graph.nodes
        values = [np.asarray(node.value, float) for node in nodes]
        errors: list[Array] = []
        for i in range(len(nodes)):
            error = self.reached(i, values, errors)
            errors.append(error + self.written(i, values[i], error))
        return errors

    def reached(self, i: int, values: list[Array], errors: list[Array]) -> Array:
        """How far rounding of what a value is computed from moves it."""
        node = self.graph.nodes[i]
        if node.compute is None:
            return np.zeros(np.shape(values[i]))
        operands = [values[p] for p in node.parents]
        within = self._within(i, operands)
        if not any(errors[p].any() for p in node.parents):
            return within + np.zeros(np.shape(values[i]))
        own = [errors[p] for p in node.parents]
        return spread(node.compute, operands, own, values[i], self.bent[i]) + within

    def _within(self, i: int, operands: list[Array]) -> Array:
        """What rounding within a line may add: of the probabilities inside a loss, say."""
        node, style = self.graph.nodes[i], self.style
        if node.expr is None or style is None:
            return np.zeros(())
        formula = self.graph.written_out(node.expr)
        if not any(formula.curved):
            return np.zeros(())
        with np.errstate(all="ignore"):
            found = formula.between(operands, style.half_unit)
        self.inner[i] = found * self.units
        return self.inner[i]

    def written(self, i: int, value: Array, error: Array) -> Array:
        """What writing a value down takes away: by the student's own digits, or the usual ones."""
        node = self.graph.nodes[i]
        if node.kind in ("given", "count", AGAIN) or self.style is None:
            return np.zeros(np.shape(value))
        if node.compute is not None and len(node.parents) == 1 and not error.any():
            parent = self.graph.nodes[node.parents[0]].value
            if np.array_equal(parent, value):
                return np.zeros(np.shape(value))
        return self.style.rounding(value, error <= 0) * self.units
