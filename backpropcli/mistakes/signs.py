"""Signs that are overlooked within a line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

from backpropcli.language.nodes import At, Name, call, index, is_op
from backpropcli.mistakes.entry import Edit
from backpropcli.mistakes.operands import MOST_NEIGHBOURS, entry_name, given_numbers, moved
from backpropcli.mistakes.parts import at_path, put, walk
from backpropcli.mistakes.world import World


def lost_signs(world: World) -> Iterator[Edit]:
    """The minus sign of one given number overlooked, in one equation."""
    for equation, path, name, position, value in given_numbers(world):
        alone = not position and is_op(at_path(equation.expr, path[:-1]), "add", "sub")
        is_bias = alone and name in world.weights
        if value < 0 and not is_bias:  # of a bias that stands alone it is subtracting it
            expr = put(equation.expr, path, moved(world, name, position, -2 * value))
            trouble = f"takes {entry_name(world, name, position)} without its minus sign"
            facts = {"entry": equation.name, "trouble": trouble}
            yield from world.edit(equation.name, expr, "given", 2.0, **facts)


def lost_signs_in_steps(world: World) -> Iterator[Edit]:
    """The sign of one entry of a gradient lost in the step that is taken along it."""
    update = world.problem.update
    for line in update.lines if update is not None else ():
        equation, gradient = world.equations[line.name], f"d{world.upper}/d{line.weight}"
        for path, node in walk(equation.expr):
            if not isinstance(node, Name) or not line.weight or node.name != gradient:
                continue
            shape = world.program.shapes.get(gradient, ())
            sizes = [size for size in shape if isinstance(size, int)]
            if not 1 < prod(sizes) <= MOST_NEIGHBOURS:
                continue  # of a single number it is going uphill
            for position in product(*map(range, sizes)):
                turned = call("place", -2 * index(node, *position), at=At(position), shape=shape)
                trouble = f"takes {entry_name(world, gradient, position)} with the other sign"
                facts = {"entry": equation.name, "trouble": trouble}
                expr = put(equation.expr, path, node + turned)
                yield from world.edit(equation.name, expr, "step", 2.0, **facts)
