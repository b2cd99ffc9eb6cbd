"""The products of a layer: forward, back to its input, and to its weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from backpropcli.language.nodes import Apply, Expr, Name, Number, call, index, is_op, names
from backpropcli.mistakes.parts import (
    Chain,
    Path,
    Term,
    at_path,
    chains,
    put,
    replaced,
    summed,
    terms,
    walk,
)
from backpropcli.mistakes.slopes import uses
from backpropcli.mistakes.world import World
from backpropcli.ops.sizes import Shape
from backpropcli.problem.data import Equation

MOST_EXAMPLES = 6  # of a batch that are tried one by one
ALONE = "holds the part of example {} alone"


class WeightProduct(NamedTuple):
    """A weight's gradient as a product of an upstream gradient and an input."""

    name: str
    weight: str
    input: Expr
    bare: Expr  # the whole equation without the input


def lower(equation: Equation) -> str:
    """The value that a gradient is taken with respect to."""
    return equation.name.rpartition("/d")[2]


def weight_products(world: World) -> Iterator[WeightProduct]:
    """The gradients of weights that are products with an input."""
    for equation in world.gradients:
        weight = lower(equation)
        if weight not in world.weights:
            continue
        for path, node in walk(equation.expr):
            bare = _without_input(world, node)
            if bare is not None:
                whole = put(equation.expr, path, bare[1])
                yield WeightProduct(equation.name, weight, bare[0], whole)
        for chain in chains(equation.expr):
            yield from _scalar_products(world, equation, chain)


def _without_input(world: World, node: Expr) -> tuple[Expr, Expr] | None:
    """The input of an outer or a matrix product, and what is left without it."""
    if not is_op(node, "outer", "matmul"):
        return None
    left, right = node.args
    shape = world.shape(node) or ()
    back = [bool(world.upstreams(a)) for a in (left, right)]
    if back[0] == back[1]:
        return None
    g, x = (left, right) if back[0] else (right, left)
    if node.op == "outer":
        kept = call("reshape", g, shape=(*(world.shape(g) or ()), 1)) if back[0] else g
        return x, call("expand", kept, shape=shape) if back[0] else call("expand", g, shape=shape)
    axis = 1 if back[0] else 0
    inner = x.args[0] if is_op(x, "transpose") else x
    if len(world.shape(g) or ()) == 1:
        return inner, call("expand", call("sum", g), shape=shape)
    total = call("sum", g, axis=axis, keepdims=True)
    return inner, call("expand", total, shape=shape)


def _scalar_products(world: World, equation: Equation, chain: Chain) -> Iterator[WeightProduct]:
    """g*x of single numbers, or a number times a vector of inputs."""
    slopes = {
        i
        for s in world.slopes
        if s.equation is equation and s.chain.path == chain.path
        for i in s.positions
    }
    if len(chain.factors) < 2 or not any(world.upstreams(f.expr) for f in chain.factors):
        return
    for i, (factor, below) in enumerate(chain.factors):
        inner = factor.args[0] if is_op(factor, "index") else factor
        if below or i in slopes or not isinstance(inner, Name) or inner.name in world.weights:
            continue
        if inner.name in world.problem.shapes:
            bare = put(equation.expr, chain.path, chain.without(i))
            yield WeightProduct(equation.name, lower(equation), factor, bare)


class InputProduct(NamedTuple):
    """The gradient of a layer's input as a product of its weights and an upstream gradient."""

    name: str
    weight: str
    g: Expr
    g_shape: Shape
    expr: Expr
    path: Path

    def put(self, new: Expr) -> Expr:
        """The equation with something else in place of the product."""
        return put(self.expr, self.path, new)


def input_products(world: World) -> Iterator[InputProduct]:
    """The places where a gradient goes back through weights."""
    for equation in world.gradients:
        if lower(equation) in world.weights:
            continue
        for path, node in walk(equation.expr):
            if is_op(node, "matmul"):
                found = _weight_and_rest(world, node)
                if found is not None:
                    weight, g = found
                    shape = world.shape(g) or ()
                    yield InputProduct(equation.name, weight, g, shape, equation.expr, path)
        for chain in chains(equation.expr):
            for i, (factor, below) in enumerate(chain.factors):
                if isinstance(factor, Name) and factor.name in world.weights and not below:
                    g = chain.without(i)
                    shape = world.shape(g) or ()
                    yield InputProduct(
                        equation.name, factor.name, g, shape, equation.expr, chain.path
                    )


def _weight_and_rest(world: World, node: Apply) -> tuple[str, Expr] | None:
    for one, other in (node.args, node.args[::-1]):
        inner = one.args[0] if is_op(one, "transpose") else one
        if isinstance(inner, Name) and inner.name in world.weights and world.upstreams(other):
            return inner.name, other
    return None


def turned_weights(world: World) -> Iterator[tuple[str, Expr, str]]:
    """Every matrix product with its weight matrix turned."""
    for equation in (*world.forward, *world.gradients):
        for path, node in walk(equation.expr):
            if not is_op(node, "matmul"):
                continue
            for i, one in enumerate(node.args):
                inner = one.args[0] if is_op(one, "transpose") else one
                if not isinstance(inner, Name) or inner.name not in world.weights:
                    continue
                if len(world.shape(inner) or ()) == 2:
                    turned = inner if is_op(one, "transpose") else inner.T
                    yield equation.name, put(equation.expr, (*path, i), turned), inner.name


def batch_terms(world: World) -> Iterator[tuple[str, Expr, str, bool]]:
    """A parameter's gradient of single examples, and a bias' list that is not summed."""
    for equation in world.gradients:
        if lower(equation) not in world.weights:
            continue
        for path, node in walk(equation.expr):
            if is_op(node, "sum") and _occurs_elsewhere(world, equation.expr, node):
                continue  # the sum inside the Jacobian of a softmax
            for expr, how, shaped in _single_examples(world, node):
                yield equation.name, put(equation.expr, path, expr), how, shaped


def _occurs_elsewhere(world: World, expr: Expr, part: Expr) -> bool:
    """Whether an upstream gradient of a part is used outside it too."""
    counts = [n for _, one in walk(expr) if isinstance(one, Name) for n in world.upstreams(one)]
    inside = [n for _, one in walk(part) if isinstance(one, Name) for n in world.upstreams(one)]
    return any(counts.count(n) > inside.count(n) for n in inside)


def _single_examples(world: World, node: Expr) -> Iterator[tuple[Expr, str, bool]]:
    if is_op(node, "matmul"):
        yield from _single_products(world, *node.args)
    if is_op(node, "sum") and world.upstreams(node):
        g = node.args[0]
        axis = dict(node.params).get("axis") or 0
        sizes = world.shape(g) or ()
        if axis not in (0, len(sizes) - 1) or len(sizes) > 2:
            return
        count = sizes[axis] if sizes else 0
        if not isinstance(count, int) or count < 2:
            return
        kept = dict(node.params).get("keepdims", False)
        for i in range(min(count, MOST_EXAMPLES)):
            here = (i, i + 1) if kept else i
            one = index(g, here) if axis == 0 else index(g, (0, None), here)
            yield one, ALONE.format(i + 1), True
        yield g, "is not summed over the examples", False


def _single_products(world: World, left: Expr, right: Expr) -> Iterator[tuple[Expr, str, bool]]:
    """X.T @ g with the examples in rows, or g @ X.T with the examples in columns."""
    if is_op(left, "transpose") and world.upstreams(right):
        x, g = left.args[0], right
        first, second = x, g
    elif is_op(right, "transpose") and world.upstreams(left):
        x, g = right.args[0], left
        first, second = g.T, x.T
    else:
        return
    count = (world.shape(first) or (0,))[0]
    if not isinstance(count, int) or len(world.shape(x) or ()) != 2:
        return
    flat = len(world.shape(g) or ()) == 1
    if flat and first is not x:
        return
    for i in range(min(count, MOST_EXAMPLES)):
        a, b = index(first, i), index(second, i)
        yield a * b if flat else call("outer", a, b), ALONE.format(i + 1), True
    if flat:
        each = x * call("reshape", g, shape=(count, 1))
        yield each, "is not summed over the examples", False


def doubled_examples(world: World) -> Iterator[tuple[str, Expr, int]]:
    """A parameter's gradient with the contribution of one example added once more."""
    for equation in world.gradients:
        if lower(equation) not in world.weights:
            continue
        for path, node in walk(equation.expr):
            alone = [one for one, _, shaped in _single_examples(world, node) if shaped]
            for i, one in enumerate(alone, 1):
                yield equation.name, put(equation.expr, path, node + one), i


def products_by_entry(world: World) -> Iterator[tuple[str, Expr, bool]]:
    """Matrix products taken entry by entry, with whether the shape is the right one."""
    for equation in (*world.forward, *world.gradients):
        for path, node in walk(equation.expr):
            if not is_op(node, "matmul", "outer"):
                continue
            for product in _by_entry(world, *node.args):
                if world.shape(product) is not None:
                    whole = put(equation.expr, path, product)
                    shape = world.shape(whole)
                    if shape is not None:
                        yield equation.name, whole, shape == equation.shape


def _by_entry(world: World, left: Expr, right: Expr) -> Iterator[Expr]:
    """The entries multiplied, also without the transpose, and their diagonal."""
    yield left * right
    if is_op(left, "transpose"):
        yield left.args[0] * right
    if is_op(right, "transpose"):
        yield left * right.args[0]
    yield from _diagonals(world, left, right)


def _diagonals(world: World, left: Expr, right: Expr) -> Iterator[Expr]:
    a, b = world.shape(left) or (), world.shape(right) or ()
    if len(a) == 2 and len(b) == 1 and a[0] == a[1]:
        yield call("sum", left * right * call("eye", n=a[0]), axis=1)
    if len(a) == 1 and len(b) == 2 and b[0] == b[1]:
        column = call("reshape", left, shape=(*a, 1))
        yield call("sum", column * right * call("eye", n=b[0]), axis=0)


def axis_sums(world: World) -> Iterator[tuple[str, Expr, str, bool]]:
    """Sums over the batch taken over the units, or over everything."""
    for equation in world.gradients:
        for path, node in walk(equation.expr):
            axis = dict(node.params).get("axis") if is_op(node, "sum") else None
            if axis not in (0, 1):
                continue
            g = node.args[0]
            for over, total in (
                ("the units", call("sum", g, axis=1 - axis)),
                ("everything", call("sum", g)),
            ):
                whole = put(equation.expr, path, _shaped(world, total, world.shape(node)))
                shape = world.shape(whole)
                if shape is not None and len(world.shape(g) or ()) == 2:
                    fits = shape == equation.shape or shape == ()
                    yield equation.name, whole, over, fits
                    if shape == () and equation.shape:
                        yield equation.name, whole, over, False


def _shaped(world: World, total: Expr, wanted: Shape | None) -> Expr:
    """A sum as a row or a column, where the right one is one of as many entries."""
    shape = world.shape(total)
    if shape and wanted and len(shape) < len(wanted) and set(shape) | {1} == set(wanted) | {1}:
        return call("reshape", total, shape=wanted)
    return total


class Sum(NamedTuple):
    """A sum within an equation, and which of its terms is a bias."""

    equation: Equation
    path: Path
    parts: list[Term]
    bias: int
    term: str

    def put(self, parts: list[Term]) -> Expr:
        """The equation with other terms."""
        return put(self.equation.expr, self.path, summed(parts))


def biased_sums(world: World) -> Iterator[Sum]:
    """The sums of the network in which a bias, or another value, stands as a term of its own."""
    for equation in world.forward:
        if equation.name in world.loss.equations:
            continue
        for path, node in walk(equation.expr):
            parent = at_path(equation.expr, path[:-1]) if path else None
            if not is_op(node, "add", "sub") or is_op(parent, "add", "sub"):
                continue
            parts = terms(node)
            for i, (_, term) in enumerate(parts):
                if isinstance(term, Name) and len(parts) > 1:
                    yield Sum(equation, path, parts, i, term.name)


def added_weights(world: World) -> Iterator[tuple[Equation, str, list[str]]]:
    """The gradients of biases, with the values that their layers use."""
    for one in biased_sums(world):
        bias = one.parts[one.bias].expr
        assert isinstance(bias, Name)
        gradient = world.equations.get(f"d{world.upper}/d{bias.name}")
        if gradient is None or bias.name not in world.weights:
            continue
        inputs = [
            n
            for n in names(one.equation.expr)
            if n not in world.weights and world.program.shapes[n] in ((), gradient.shape)
        ]
        yield gradient, bias.name, inputs


def without_upstream(world: World, expr: Expr) -> Expr:
    """A gradient with 1 in place of its upstream gradients."""

    def one(node: Expr) -> Expr | None:
        if not isinstance(node, Name) or not world.upstreams(node):
            return None
        shape = world.program.shapes[node.name]
        return call("expand", 1, shape=shape) if shape else Number(1)

    return replaced(expr, one)


def is_used(world: World, name: str) -> bool:
    """Whether any equation of the network uses a value."""
    return any(uses(e.expr, name) for e in world.forward)
