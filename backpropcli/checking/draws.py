"""Random values for what a problem gives: where formulas are compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from backpropcli.language.nodes import (
    Apply,
    At,
    Expr,
    Name,
    Number,
    fold,
    is_op,
    names,
    postorder,
    with_args,
)
from backpropcli.ops.entry import Array
from backpropcli.ops.sizes import Poly, Size
from backpropcli.problem.data import Given, Problem

NEAR, FAR = 12, 24
MOST_NUMBERS = 3_000_000  # that are drawn for one formula
LEAST = 3  # points of each kind, however large the problem
SIZES = (3, 4, 2, 5, 6, 7)  # for named sizes, all different
ROUNDS = 3  # of numbers for named sizes
SEED = 1
SMALL = 0.4
SIZED = ("shape", "n")  # constants of expressions that are sizes
USUAL = 8  # entries of an axis
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
    """What is given, with the inputs of one example, and what the step of an update finds."""
    own = problem.update.first_givens() if problem.update is not None else {}
    return {**problem.given, **{g.name: g for g in problem.upstream.values()}, **own, **example}


def drawn_points(
    given: Mapping[str, Given], uses: Uses, sizes: Mapping[str, int], rounds: int = 1
) -> Iterator[dict[str, Array]]:
    """Values near those of the problem, then far from them; the same ones every time.

    Where the problem has no values all are far. Of several ``rounds`` each has its share of them.
    """
    generator = np.random.default_rng(SEED)
    shapes = {name: tuple(size_of(size, sizes) for size in g.shape) for name, g in given.items()}
    numbers = sum(int(np.prod(shape)) for shape in shapes.values())
    share = min(1.0, MOST_NUMBERS / max(1, numbers * (NEAR + FAR)))
    has_values = any(g.value is not None for g in given.values())
    near = max(LEAST, int(NEAR * share) // rounds) if has_values else 0
    far = FAR if has_values else NEAR + FAR
    for number in range(near + max(LEAST, int(far * share) // rounds)):
        kind = Kind(number < near, number % 2 == 0)
        yield {name: _one(g, shapes[name], kind, generator, uses) for name, g in given.items()}


def drawn_value(given: Given, shape: tuple[int, ...], generator: Any, uses: Uses) -> Array:
    """A random value for what has none; small, so that no probability comes near 0 or 1."""
    value = _one(given._replace(value=None), shape, Kind(False, True), generator, uses)
    special = uses.classes | uses.targets | uses.positive
    return value if given.name in special else np.asarray(SMALL * value)


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
    wide = max((1.0, *(size / USUAL for size in shape)))  # long sums would saturate everything
    return np.asarray(1.5 * noise / np.sqrt(wide))


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


def drawn_sizes(problem: Problem, number: int = 0) -> dict[str, int]:
    """Small numbers for the named sizes, all different; others in each round."""
    return {
        name: SIZES[(i + number) % len(SIZES)] if i < len(SIZES) else i + 2 + number
        for i, name in enumerate(sorted(problem.sizes))
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
    """The expression with numbers for the named sizes, as values and in its constants.

    Sizes that are numbers may have others instead: ``{"512": 5}``.
    """
    if not sizes:
        return expr

    def visit(node: Expr, args: list[Expr]) -> Expr:
        if isinstance(node, Name) and node.name in sizes:
            return Number(sizes[node.name])
        node = with_args(node, tuple(args))
        if not isinstance(node, Apply) or not node.params:
            return node
        params = tuple((key, _in_numbers(value, sizes, key in SIZED)) for key, value in node.params)
        return Apply(node.op, node.args, params, node.span)

    return fold(expr, visit)


def _in_numbers(value: Any, sizes: Mapping[str, int], is_size: bool) -> Any:
    if isinstance(value, Poly):
        return size_of(value, sizes)
    if isinstance(value, int) and is_size:
        return sizes.get(str(value), value)
    if isinstance(value, tuple):
        return tuple(_in_numbers(part, sizes, is_size) for part in value)
    if isinstance(value, At):
        return At(_in_numbers(value.items, sizes, is_size))
    return value
