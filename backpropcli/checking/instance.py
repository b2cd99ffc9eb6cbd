"""Problems without numbers as problems with some: drawn values for what has none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from backpropcli.checking.draws import Uses, drawn_value, size_of, sized, uses_of
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Expr, Number, is_op, postorder
from backpropcli.ops.entry import ShapeError
from backpropcli.ops.sizes import Shape
from backpropcli.problem.data import Definition, Equation, Given, Problem

SMALLEST = 3  # of a named size: 1 and 2 are too often factors
LARGEST = 60
GREAT = 12


def instance_sizes(problem: Problem, number: int, small: bool = False) -> dict[str, int]:
    """A number for each named size, none of them a size of the problem; others for odd numbers.

    With ``small`` the great sizes of the problem have small numbers too, ``{"512": 5}``.
    """
    taken = {size for shape in problem.shapes.values() for size in shape if isinstance(size, int)}
    free = [size for size in range(SMALLEST, LARGEST) if size not in taken]
    great = [str(size) for size in sorted(taken) if size > GREAT] if small else []
    if len(problem.sizes) + len(great) >= len(free):
        great = []
    known = [*sorted(problem.sizes), *great]
    return {name: free[i + number % 2] for i, name in enumerate(known)}


def can_be_small(problem: Problem, formulas: Iterable[Expr]) -> bool:
    """Whether great sizes may have small numbers: they stand in no equation, and all fits then."""
    if any(given.value is not None and given.shape for given in problem.all_given):
        return False
    exprs = [equation.expr for equation in problem.equations]
    exprs += [definition.expr for definition in problem.definitions]
    for node in postorder(*exprs, *formulas):
        if is_op(node, "index") or (isinstance(node, Number) and node.value > GREAT):
            return False
    sizes = instance_sizes(problem, 0, small=True)
    if all(name in problem.sizes for name in sizes):
        return False
    shapes = {name: _put_in(shape, sizes) for name, shape in problem.shapes.items()}
    try:
        return all(
            Shapes(shapes).of(sized(e.expr, sizes)) == shapes[e.name] for e in problem.equations
        )
    except ShapeError:
        return False


def _put_in(shape: Shape, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """A shape in numbers."""
    return tuple(sizes.get(str(size), size_of(size, sizes)) for size in shape)


def instance_of(problem: Problem, number: int, sizes: Mapping[str, int]) -> Problem:
    """The problem with numbers for all sizes and values; the same ones for the same ``number``."""
    return _Maker(problem, number, sizes).made()


class _Maker:
    """Puts numbers into a problem."""

    def __init__(self, problem: Problem, number: int, sizes: Mapping[str, int]) -> None:
        self.problem, self.sizes = problem, sizes
        self.generator = np.random.default_rng(number + 1)
        self.uses: Uses = uses_of(equation.expr for equation in problem.equations)

    def made(self) -> Problem:
        problem, sizes = self.problem, self.sizes
        update = problem.update
        return replace(
            problem,
            given=self.valued(problem.given),
            upstream=self.valued(problem.upstream),
            examples=tuple(self.valued(example) for example in problem.examples),
            equations=tuple(map(self.equation, problem.equations)),
            update=update and update._replace(lr=sized(update.lr, sizes)),
            definitions=tuple(map(self.definition, problem.definitions)),
            shapes={name: self.shape(shape) for name, shape in problem.shapes.items()},
            sizes=frozenset(),
        )

    def shape(self, shape: Shape) -> tuple[int, ...]:
        return _put_in(shape, self.sizes)

    def valued(self, given: Mapping[str, Given]) -> dict[str, Given]:
        """The given values, drawn where there are none."""
        return {name: self.one(one) for name, one in given.items()}

    def one(self, given: Given) -> Given:
        shape = self.shape(given.shape)
        value: Any = given.value
        if value is None:
            value = drawn_value(given, shape, self.generator, self.uses)
        return given._replace(shape=shape, value=value)

    def equation(self, equation: Equation) -> Equation:
        expr, shape = sized(equation.expr, self.sizes), self.shape(equation.shape)
        return equation._replace(expr=expr, shape=shape)

    def definition(self, definition: Definition) -> Definition:
        return definition._replace(expr=sized(definition.expr, self.sizes))
