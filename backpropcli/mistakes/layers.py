"""The products of a layer: forward, back to its input, and to its weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from backpropcli.language.nodes import Apply, Expr, Name, Number, call, is_op, names
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
from backpropcli.mistakes.world import World
from backpropcli.ops.sizes import Shape
from backpropcli.problem.data import Equation


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


def is_met(world: World, product: WeightProduct) -> bool:
    """Whether the weight and the input stand in one equation of the forward pass."""
    inputs = set(names(product.input))
    if any(inputs & set(names(term.expr)) for term in world.loss.penalties):
        return False
    wanted = {product.weight, *inputs}
    return any(wanted <= set(names(e.expr)) for e in world.forward)


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
                is_weight = isinstance(inner, Name) and inner.name in world.weights
                if not is_weight and not (inner is not one and world.upstreams(inner)):
                    continue  # the upstream gradient of a product is turned for K in Q @ K.T
                if len(world.shape(inner) or ()) == 2:
                    turned = inner if is_op(one, "transpose") else inner.T
                    yield equation.name, put(equation.expr, (*path, i), turned), world.text(inner)


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
    """A vector, or each example of a batch, times the diagonal of a square matrix."""
    a, b = world.shape(left) or (), world.shape(right) or ()
    if len(a) == 2 and a[0] == a[1] and b and (len(b) == 1 or _is_weight(world, left)):
        diagonal = call("sum", left * call("eye", n=a[0]), axis=1)
        yield (diagonal if len(b) == 1 else call("reshape", diagonal, shape=(a[0], 1))) * right
    if len(b) == 2 and b[0] == b[1] and a and (len(a) == 1 or _is_weight(world, right)):
        yield left * call("sum", right * call("eye", n=b[0]), axis=0)


def _is_weight(world: World, expr: Expr) -> bool:
    inner = expr.args[0] if is_op(expr, "transpose") else expr
    return isinstance(inner, Name) and inner.name in world.weights


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
        if bias.name not in world.weights:
            continue
        used = [n for n in names(one.equation.expr) if n not in world.weights]
        for gradient in world.gradients:
            if lower(gradient) == bias.name:
                fitting = ((), gradient.shape)
                inputs = [n for n in used if world.program.shapes[n] in fitting]
                yield gradient, bias.name, inputs


def without_upstream(world: World, expr: Expr) -> tuple[Expr, list[Expr]]:
    """A gradient with 1 in place of its upstream gradients, or of parts of them; these parts."""
    used: list[Expr] = []

    def one(node: Expr) -> Expr | None:
        inner = node.args[0] if is_op(node, "index") else node
        if not isinstance(inner, Name) or not world.upstreams(inner):
            return None
        used.append(node)
        shape = world.shape(node)
        return call("expand", 1, shape=shape) if shape else Number(1)

    return replaced(expr, one), used
