"""Random points at which lines are compared: values that fit the equations between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from backpropcli.checking.draws import (
    drawn_points,
    drawn_sizes,
    givens_of,
    size_of,
    sized,
    uses_of,
)
from backpropcli.derivation.numbers import Point
from backpropcli.evaluate.floats import Machine, evaluate
from backpropcli.language.nodes import Expr, Name, call, names
from backpropcli.ops.entry import Array
from backpropcli.ops.sizes import Poly, Shape
from backpropcli.problem.data import Given, Problem
from backpropcli.program import Program

EACH = 3  # points for each choice of the named sizes
CHOICES = ((2, 3, 4), (3, 2, 5), (5, 4, 2))  # what named sizes are, in alphabetical order
SEED = 7


class Setting(NamedTuple):
    """What a derivation speaks of: the shapes of its names, and the equations between them.

    ``targets`` are probabilities that sum to 1 (a single one lies between 0 and 1), ``positive``
    values are above 0. A named size is a name too.
    """

    shapes: Mapping[str, Shape]
    equations: Mapping[str, Expr] = {}
    targets: frozenset[str] = frozenset()
    positive: frozenset[str] = frozenset()


def setting_points(
    setting: Setting, choices: Sequence[Sequence[int]] = CHOICES, each: int = EACH
) -> list[Point]:
    """Random points, some for each choice of the named sizes; the same ones every time."""
    generator = np.random.default_rng(SEED)
    sizes = sorted({n for shape in setting.shapes.values() for size in shape for n in _named(size)})
    return [
        _drawn(setting, {n: choice[i % len(choice)] for i, n in enumerate(sizes)}, generator, turn)
        for choice in choices
        for turn in range(each)
    ]


def _named(size: Any) -> set[str]:
    return {n for term in size.terms for n in term} if isinstance(size, Poly) else set()


def _drawn(setting: Setting, sizes: Mapping[str, int], generator: Any, turn: int) -> Point:
    values: dict[str, Array] = {name: np.asarray(float(size)) for name, size in sizes.items()}
    for name, shape in setting.shapes.items():
        if name not in setting.equations:
            noise = generator.standard_normal(tuple(size_of(size, sizes) for size in shape))
            values[name] = _suited(np.asarray(noise), name, setting, turn)
    equations = {name: sized(expr, sizes) for name, expr in setting.equations.items()}
    for name, expr in equations.items():
        values[name] = evaluate(expr, {n: values[n] for n in names(expr)})
    return Point(values, equations)


def _suited(noise: Array, name: str, setting: Setting, turn: int) -> Array:
    """A random value as its use asks: targets are one-hot at every third point."""
    if name in setting.targets and noise.ndim == 0:
        return np.asarray(1 / (1 + np.exp(-noise)))
    if name in setting.targets and turn % 3 == 2:
        return np.asarray((noise == noise.max(-1, keepdims=True)).astype(float))
    if name in setting.targets:
        powers = np.exp(noise)
        return np.asarray(powers / powers.sum(-1, keepdims=True))
    return np.asarray(np.exp(noise) if name in setting.positive else 1.5 * noise)


def consistent_points(program: Program, count: int = 5, seed: int = 0) -> list[Point]:
    """Points of a program: random given values, and all values and gradients that follow.

    Sizes that are names get small distinct numbers, and are values too. ``seed`` passes over so
    many points of a fixed row. The loss that ``upstream:`` leaves open is taken to be the sum of
    the given gradients times their values, which has these gradients.
    """
    return list(islice(_program_points(program), seed, seed + count))


def _program_points(program: Program) -> Iterator[Point]:
    problem = program.problem
    sizes = drawn_sizes(problem)
    constants = {name: np.asarray(float(size)) for name, size in sizes.items()}
    given = givens_of(problem, _example(problem))
    forward = [(e.name, sized(e.expr, sizes)) for e in program.forward]
    if problem.upstream:
        forward.append((problem.upper, _surrogate(problem)))
    backward = [(e.name, sized(e.expr, sizes)) for e in program.gradients]
    uses = uses_of(e.expr for e in program.computed)
    known = [*given, *(name for name in constants if name not in given)]
    machine = Machine([*forward, *(pair for pair in backward if pair[0] not in given)], known)
    for leaves in drawn_points(given, uses, sizes):
        values = {**constants, **{name: np.asarray(v, float) for name, v in leaves.items()}}
        found = machine.run(values)
        if all(np.isfinite(value).all() for value in found.values()):
            yield Point({**values, **found}, dict(forward))


def _example(problem: Problem) -> Mapping[str, Given]:
    return problem.examples[0] if problem.examples else {}


def _surrogate(problem: Problem) -> Expr:
    """The sum of the given gradients times their values."""
    terms = [call("sum", Name(g.name) * Name(of)) for of, g in problem.upstream.items()]
    total: Expr = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
