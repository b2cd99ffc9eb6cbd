"""Batches: how many examples there are, and what they add to a gradient."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import Expr, Name, call, index, is_op, names
from backpropcli.mistakes.layers import lower
from backpropcli.mistakes.parts import put, walk
from backpropcli.mistakes.windows import both, uses
from backpropcli.mistakes.world import World
from backpropcli.ops.sizes import Shape
from backpropcli.problem.data import Equation
from backpropcli.problem.quantities import split_derivative

MOST_EXAMPLES = 6  # of a batch that are tried one by one
ALONE = "holds the part of example {} alone"


def batch_size(world: World) -> int:
    """How many examples the gradients of the parameters add up; 0 where there is one alone."""
    known = {n for what, n in world.loss.counts.items() if what not in ("outputs", "steps")}
    for given in world.problem.upstream.values():
        known |= {n for n in given.shape if isinstance(n, int)}
    found = 0
    for equation in world.gradients:
        if lower(equation) not in world.weights:
            continue
        for _, node in walk(equation.expr):
            if is_op(node, "outer") and world.upstreams(node):
                return 0
            size = _added_up(world, node)
            found = found or (size if size in known else 0)
    return found


def _added_up(world: World, node: Expr) -> int:
    """Over how many entries a part of a parameter's gradient is summed; 0 if over none."""
    size: object = 0
    if is_op(node, "sum") and world.upstreams(node):
        shape, axis = world.shape(node.args[0]) or (), dict(node.params).get("axis")
        size = shape[axis or 0] if len(shape) == 1 or axis in (0, 1) else 0
    elif is_op(node, "matmul"):
        left, right = node.args
        weights = {Name(name) for name in world.weights}
        if is_op(left, "transpose") and right not in weights:
            size = (world.shape(right) or (0,))[0]
        elif is_op(right, "transpose") and left not in weights:
            size = (world.shape(left) or (0,))[-1]
    return size if isinstance(size, int) and size > 1 else 0


def gradient_totals(world: World) -> Iterator[tuple[Equation, list[Expr]]]:
    """The gradients over all examples, each with what it adds up."""
    for equation in world.totals:
        if equation.name != world.problem.loss and split_derivative(equation.name):
            yield equation, [Name(name) for name in names(equation.expr)]


def batch_sizes(world: World) -> dict[int, str]:
    """By what a gradient may be divided: examples of a batch, outputs or steps of a loss."""
    examples = batch_size(world)
    found = {examples: "examples"} if examples else {}
    counts = {what: n for what, n in world.loss.counts.items() if what != "steps"}
    if "steps" in world.loss.counts:
        found.setdefault(world.loss.counts["steps"], "steps")
    outputs = counts.get("outputs", counts.get("entries", 0) if len(counts) == 1 else 0)
    if outputs:
        found.setdefault(outputs, "outputs")
    return found


def batch_terms(world: World) -> Iterator[tuple[str, Expr, str, bool]]:
    """A parameter's gradient of single examples, and a bias' list that is not summed."""
    for equation in world.gradients:
        if lower(equation) not in world.weights - _over_positions(world):
            continue
        for path, node in walk(equation.expr):
            if is_op(node, "sum") and _occurs_elsewhere(world, equation.expr, node):
                continue  # the sum inside the Jacobian of a softmax
            for expr, how, shaped in _single_examples(world, node):
                yield equation.name, put(equation.expr, path, expr), how, shaped


def _over_positions(world: World) -> set[str]:
    """The biases of convolutions: their gradients are added up over positions, not examples."""
    found = (use.node.args[2:] for use in uses(world.forward, *both("conv*d")))
    return {bias.name for rest in found for bias in rest if isinstance(bias, Name)}


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
