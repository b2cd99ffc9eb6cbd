"""Parameters and operations counted wrongly: biases left out, a layer with another's inputs."""

from __future__ import annotations

from collections.abc import Iterator
from math import log2
from typing import NamedTuple

from backpropcli.language.nodes import Expr, Name, is_op
from backpropcli.mistakes.parts import walk
from backpropcli.ops.sizes import Shape, is_known, product
from backpropcli.problem.data import Equation
from backpropcli.program import Program

Count = tuple[int, str, float]
MOST_SIZES = 12  # that are tried in place of a layer's inputs


class Matrix(NamedTuple):
    """A weight matrix: its inputs and outputs, where its product shows which are which."""

    name: str
    inputs: int
    outputs: int


def counts(program: Program, quantity: str = "parameters") -> Iterator[Count]:
    """Wrong counts for ``parameters(W1)`` and its like: the number, what it does, its bits."""
    kind, _, inner = quantity.partition("(")
    right = program.counts.of(quantity)
    if not isinstance(right, int):
        return
    of_kind = {"parameters": _parameters, "operations": _operations, "macs": _macs}.get(kind)
    seen = {right}
    for number, how, bits in of_kind(program, inner.rstrip(")"), right) if of_kind else ():
        if number > 0 and number not in seen:
            seen.add(number)
            yield number, how, bits


def _parameters(program: Program, inner: str, right: int) -> Iterator[Count]:
    sizes = {n: s for n, s in program.counts.parameters.items() if isinstance(s, int)}
    chosen = _chosen(program, inner, sizes)
    biases = [n for n in chosen if n in biases_of(program)]
    total = sum(sizes[n] for n in biases)
    if biases:
        yield right - total, "leaves out the biases", 0.0
        yield right + total, "counts the biases twice", 2.0
        yield right - total + len(biases), "counts one bias for a whole layer", 1.0
    yield from _of_gates(program, inner, biases, right)
    if len(biases) > 1:
        for bias in biases:
            yield right - sizes[bias], f"leaves out the bias {bias}", log2(len(biases))
    yield _of_kind(program, inner, "macs"), "counts the multiplications", 1.0
    yield from _other_inputs(program, chosen, right)
    yield from _one_channel(program, chosen, right)
    rest = [n for n in chosen if n not in biases]
    for name in rest if len(rest) > 1 else ():
        yield right - sizes[name], f"leaves out {name}", log2(len(rest))


def _of_gates(program: Program, inner: str, biases: list[str], right: int) -> Iterator[Count]:
    """A layer of several gates counted as one, or with one bias for each where there are two."""
    layer = program.counts.layers.get(inner)
    if layer is None:
        return
    second = [n for n in biases if "_bh" in n]
    if second:
        sizes = [program.counts.parameters[n] for n in second]
        fewer = right - sum(size for size in sizes if isinstance(size, int))
        yield fewer, "counts one bias for each gate where there are two", 0.0
    gates = {"lstm": 4, "gru": 3}.get(inner.rstrip("0123456789"), 1)
    if gates > 1:
        yield right // gates, f"counts one gate of {gates}", 0.0


def _other_inputs(program: Program, chosen: list[str], right: int) -> Iterator[Count]:
    """A layer's number of inputs taken from the examples, or from another layer."""
    found = [m for m in matrices(program) if m.name in chosen]
    for matrix in found:
        others = [s for s in all_sizes(program) if s != matrix.inputs]
        bits = log2(max(1, len(found) * len(others)))
        for size in others:
            number = right + (size - matrix.inputs) * matrix.outputs
            how = f"has {size} inputs for {matrix.name} in place of {matrix.inputs}"
            yield number, how, bits


def _operations(program: Program, inner: str, right: int) -> Iterator[Count]:
    macs = _of_kind(program, inner, "macs")
    yield macs, "counts the multiplications alone", 0.0
    yield 2 * macs, "leaves out what is not a product of matrices", 0.0
    yield _of_kind(program, inner, "parameters"), "counts the parameters", 1.0
    yield from _other_batches(program, right)


def _macs(program: Program, inner: str, right: int) -> Iterator[Count]:
    yield _of_kind(program, inner, "operations"), "counts additions as well", 0.0
    yield 2 * right, "counts a multiplication and its addition as two", 0.0
    yield _of_kind(program, inner, "parameters"), "counts the parameters", 0.0
    yield from _other_batches(program, right)


def _other_batches(program: Program, right: int) -> Iterator[Count]:
    """The count of one example, or of all of them."""
    for rows in sorted(_batches(program)):
        if right % rows == 0:
            yield right // rows, f"is for one example, and there are {rows}", 1.0
        yield right * rows, f"is multiplied by the {rows} examples once more", 2.0


def _of_kind(program: Program, inner: str, kind: str) -> int:
    """Another count of the same quantity, or -1."""
    found = program.counts.of(f"{kind}({inner})" if inner else kind)
    return found if isinstance(found, int) else -1


def _chosen(program: Program, inner: str, sizes: dict[str, int]) -> list[str]:
    """The weights that a quantity counts."""
    if not inner:
        return list(sizes)
    if inner in sizes:
        return [inner]
    if inner in program.counts.layers:
        return list(program.counts.layers[inner].weights)
    equation = program.equation(inner)
    if equation is None:
        return []
    return [n for n in sizes if any(node == Name(n) for _, node in walk(equation.expr))]


def biases_of(program: Program) -> set[str]:
    """The weights that are added, in a convolution too; without a network, lists and numbers."""
    weights = set(program.problem.weights)
    if not program.forward:
        return {n for n in weights if len(program.shapes[n]) < 2}
    return {
        arg.name
        for e in program.forward
        for _, node in walk(e.expr)
        for arg in _added(node)
        if isinstance(arg, Name) and arg.name in weights
    }


def _added(node: Expr) -> tuple[Expr, ...]:
    """The operands of a sum, or the bias of a convolution."""
    if is_op(node, "conv1d", "conv2d"):
        return node.args[2:]
    return node.args if is_op(node, "add", "sub") else ()


def _one_channel(program: Program, chosen: list[str], right: int) -> Iterator[Count]:
    """The kernels of a convolution counted as if they saw one channel: one layer, or all."""
    less: dict[str, int] = {}
    for equation in program.forward:
        for _, node in walk(equation.expr):
            kernel = node.args[1] if is_op(node, "conv1d", "conv2d") else None
            if isinstance(kernel, Name) and kernel.name in chosen:
                shape = program.shapes[kernel.name]
                if len(shape) > 2 and isinstance(shape[1], int) and is_known(shape):
                    size = product(shape)
                    assert isinstance(size, int)
                    less[kernel.name] = size - size // shape[1]
    how = "has one channel for each kernel in place of all that the kernel sees"
    yield right - sum(less.values()), how, 1.0
    for name in less if len(less) > 1 else ():
        yield right - less[name], f"has one channel for each kernel of {name}", 1 + log2(len(less))


def matrices(program: Program) -> list[Matrix]:
    """The weight matrices of the network, once each."""
    found: dict[str, Matrix] = {}
    for equation in program.forward:
        for _, node in walk(equation.expr):
            if is_op(node, "matmul"):
                for i, arg in enumerate(node.args):
                    matrix = _matrix(program, arg, i == 1)
                    if matrix is not None:
                        found.setdefault(matrix.name, matrix)
    return list(found.values())


def _matrix(program: Program, arg: Expr, is_right: bool) -> Matrix | None:
    inner, turned = (arg.args[0], True) if is_op(arg, "transpose") else (arg, False)
    if not isinstance(inner, Name) or inner.name not in program.problem.weights:
        return None
    shape = program.shapes[inner.name]
    if len(shape) != 2:
        return None
    inputs, outputs = shape if is_right != turned else shape[::-1]
    if not isinstance(inputs, int) or not isinstance(outputs, int):
        return None
    return Matrix(inner.name, inputs, outputs)


def all_sizes(program: Program) -> list[int]:
    """The sizes that occur in a problem: of its data, and of its layers."""
    shapes: list[Shape] = [program.shapes[n] for n in program.problem.given]
    shapes += [e.shape for e in program.forward]
    found = dict.fromkeys(s for shape in shapes for s in shape if isinstance(s, int) and s > 1)
    return list(found)[:MOST_SIZES]


def _batches(program: Program) -> set[int]:
    """By how many examples a pass may be multiplied: the rows or columns that all values share."""
    values: list[Equation] = [e for e in program.forward if e.kind == "value"]
    sides = [set(e.shape) for e in values if len(e.shape) == 2]
    shared = set.intersection(*sides) if sides and len(sides) == len(values) else set()
    return {s for s in shared if isinstance(s, int) and s > 1}
