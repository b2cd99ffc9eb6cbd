"""Random values for what a problem gives: where formulas are compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from backpropcli.language.nodes import Apply, At, Expr, fold, is_op, names, postorder, with_args
from backpropcli.ops.entry import Array
from backpropcli.ops.sizes import Poly, Size
from backpropcli.problem.data import Given, Problem

NEAR, FAR = 12, 24
MOST_NUMBERS = 3_000_000  # that are drawn for one formula
LEAST = 3  # points of each kind, however large the problem
SIZES = (3, 4, 2, 5, 6, 7)  # for named sizes, all different
SEED = 1
_WITH_TARGET = ("cross_entropy", "softmax_cross_entropy", "bce", "bce_with_logits")


class Uses(NamedTuple):
    """How given values are used, which decides what may be put in for them.

    ``fixed`` are not varied: class numbers, and what stands in exponents. Where the problem has no
    values, ``classes`` are class numbers, ``targets`` one-hot and ``positive`` between 0 and 1.
    """

    fixed: frozenset[str]
    classes: frozenset[str]
    targets: frozenset[str]
    positive: frozenset[str]


class Kind(NamedTuple):
    """Of which kind a point is: near the values of the problem, and with positive values kept."""

    near: bool
    positive: bool


def givens_of(problem: Problem, example: Mapping[str, Given]) -> dict[str, Given]:
    """What is given, with the inputs of one example."""
    return {**problem.given, **{g.name: g for g in problem.upstream.values()}, **example}


def drawn_points(
    given: Mapping[str, Given], uses: Uses, sizes: Mapping[str, int]
) -> Iterator[dict[str, Array]]:
    """Values near those of the problem, then far from them; the same ones every time."""
    generator = np.random.default_rng(SEED)
    shapes = {name: tuple(size_of(size, sizes) for size in g.shape) for name, g in given.items()}
    numbers = sum(int(np.prod(shape)) for shape in shapes.values())
    share = min(1.0, MOST_NUMBERS / max(1, numbers * (NEAR + FAR)))
    has_values = any(g.value is not None for g in given.values())
    near = max(LEAST, int(NEAR * share)) if has_values else 0
    for number in range(near + max(LEAST, int(FAR * share))):
        kind = Kind(number < near, number % 2 == 0)
        yield {name: _one(g, shapes[name], kind, generator, uses) for name, g in given.items()}


def _one(given: Given, shape: tuple[int, ...], kind: Kind, generator: Any, uses: Uses) -> Array:
    """One value, as it suits its use."""
    if given.value is not None:
        if given.name in uses.fixed:
            return np.asarray(given.value)
        return _like(given.value, kind, generator, given.name in uses.targets)
    noise = generator.standard_normal(shape)
    if given.name in uses.classes:
        return np.ones(shape)
    if given.name in uses.targets:
        return _marks(noise, noise.ndim > 0 and noise.shape[-1] > 1)
    if given.name in uses.positive:
        return np.asarray(1 / (1 + np.exp(-noise)))
    return np.asarray(1.5 * noise)


def _like(value: Array, kind: Kind, generator: Any, is_target: bool) -> Array:
    """A value like another: targets of zeros and ones stay so, and distributions too."""
    value = np.asarray(value)
    noise = generator.standard_normal(value.shape)
    sums_to_1 = value.ndim > 0 and value.shape[-1] > 1 and np.allclose(value.sum(-1), 1)
    if is_target and np.isin(value, (0.0, 1.0)).all():
        return _marks(noise, sums_to_1)
    if (value > 0).all() and sums_to_1:
        powers = np.exp(noise)
        return np.asarray(powers / powers.sum(-1, keepdims=True))
    if (value > 0).all() and kind.positive:
        small = (value < 1).all()
        return np.asarray(1 / (1 + np.exp(-noise)) if small else value * np.exp(0.5 * noise))
    if kind.near:
        more = 0.1 * generator.standard_normal(value.shape)
        return np.asarray(value + 0.3 * np.abs(value) * noise + more)
    return np.asarray(1.5 * noise)


def _marks(noise: Array, one_hot: bool) -> Array:
    """Zeros and ones, freely or with a single one in each row."""
    if one_hot:
        return np.asarray((noise == noise.max(-1, keepdims=True)).astype(float))
    return np.asarray((noise > 0).astype(float))


def uses_of(exprs: Iterable[Expr]) -> Uses:
    """How the names of some equations are used."""
    fixed: set[str] = set()
    classes: set[str] = set()
    targets: set[str] = set()
    positive: set[str] = set()
    for node in postorder(*exprs):
        if is_op(node, "onehot"):
            classes.update(names(node.args[0]))
        elif is_op(node, "pow"):
            fixed.update(names(node.args[1]))
        elif is_op(node, *_WITH_TARGET):
            targets.update(names(node.args[1]))
            positive.update(names(node.args[0]))
        elif is_op(node, "log", "sqrt"):
            positive.update(names(node.args[0]))
        elif is_op(node, "mul"):
            targets.update(n for a, b in _orders(node) if _has_log(b) for n in names(a))
    return Uses(frozenset(fixed | classes), *map(frozenset, (classes, targets, positive)))


def _orders(node: Expr) -> tuple[tuple[Expr, Expr], ...]:
    left, right = node.args
    return (left, right), (right, left)


def _has_log(expr: Expr) -> bool:
    return is_op(expr, "log", "log_softmax")


def drawn_sizes(problem: Problem) -> dict[str, int]:
    """A number for each named size."""
    return {
        name: SIZES[number] if number < len(SIZES) else number + 2
        for number, name in enumerate(sorted(problem.sizes))
    }


def size_of(size: Size, sizes: Mapping[str, int]) -> int:
    """The number of a size."""
    if not isinstance(size, Poly):
        return size
    total = 0
    for used, factor in size.terms.items():
        for name in used:
            factor *= sizes[name]
        total += factor
    return total


def sized(expr: Expr, sizes: Mapping[str, int]) -> Expr:
    """The expression with numbers for the named sizes in its constants."""
    if not sizes:
        return expr

    def visit(node: Expr, args: list[Expr]) -> Expr:
        node = with_args(node, tuple(args))
        if not isinstance(node, Apply) or not node.params:
            return node
        params = tuple((key, _in_numbers(value, sizes)) for key, value in node.params)
        return Apply(node.op, node.args, params, node.span)

    return fold(expr, visit)


def _in_numbers(value: Any, sizes: Mapping[str, int]) -> Any:
    if isinstance(value, Poly):
        return size_of(value, sizes)
    if isinstance(value, tuple):
        return tuple(_in_numbers(part, sizes) for part in value)
    if isinstance(value, At):
        return At(_in_numbers(value.items, sizes))
    return value
