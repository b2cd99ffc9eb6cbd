"""Named values of one pass over the equations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from backpropcli.evaluate.exact import exact_values
from backpropcli.evaluate.floats import evaluate
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, At, Expr, names, postorder
from backpropcli.ops.entry import Array
from backpropcli.ops.sizes import Poly
from backpropcli.problem.data import Equation


class Run:
    """Values by name: float64 arrays, and arrays of Fractions where they are exact."""

    def __init__(self, like: Run | None = None) -> None:
        self.values: dict[str, Array] = dict(like.values) if like else {}
        self.exact: dict[str, Array] = dict(like.exact) if like else {}

    def put(self, name: str, value: Any, exact: Any = None) -> None:
        """Keep a value; the float of an exact one is the nearest to it."""
        self.exact.pop(name, None)
        if exact is not None:
            self.exact[name] = np.asarray(exact, object)
            value = self.exact[name].astype(float)
        self.values[name] = np.asarray(value, float) + 0.0  # no -0.0

    def compute(self, equation: Equation, shapes: Shapes) -> None:
        """Add the value of one equation over the values that are there."""
        used = names(equation.expr)
        rational = {name: self.exact.get(name) for name in used}
        exact = exact_values([(equation.name, equation.expr)], rational, shapes)
        value = evaluate(equation.expr, {name: self.values[name] for name in used})
        self.put(equation.name, value, exact.get(equation.name))

    def has_all(self, wanted: Iterable[str]) -> bool:
        """Whether all these names have values."""
        return all(name in self.values for name in wanted)


class StepRun(NamedTuple):
    """One step of an update: the total before it with its changes, and a run for each example.

    ``batch`` has the positions, from 0, of the examples that it sees, where it does not see all;
    of a single one the total is the run itself. ``ahead`` is the same at the weights where the
    momentum leads, for a rule that takes its gradients there.
    """

    total: Run
    examples: tuple[Run, ...] = ()
    batch: tuple[int, ...] = ()
    ahead: StepRun | None = None


def _has_named_sizes(expr: Expr) -> bool:
    """Whether a constant of the expression has a size without a number."""
    for node in postorder(expr):
        for _, value in node.params if isinstance(node, Apply) else ():
            parts = value.items if isinstance(value, At) else value
            for part in parts if isinstance(parts, tuple) else (parts,):
                ends = part if isinstance(part, tuple) else (part,)
                if any(isinstance(end, Poly) for end in ends):
                    return True
    return False


def computable(equations: Iterable[Equation], known: Iterable[str]) -> list[Equation]:
    """The equations whose values follow from known ones, in order."""
    have = set(known)
    found = []
    for equation in equations:
        if have.issuperset(names(equation.expr)) and not _has_named_sizes(equation.expr):
            have.add(equation.name)
            found.append(equation)
    return found
