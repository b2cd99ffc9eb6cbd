"""The paths along which a value acts on another: from name to name, and from entry to entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

from backpropcli.derivation.locals import Locals, Position
from backpropcli.language.nodes import Number, names
from backpropcli.ops.entry import Inexact
from backpropcli.program import Program

MOST_STEPS = 600  # local derivatives that are looked at for one gradient
Node = TypeVar("Node")
Cell = tuple[str, Position]  # an entry of a named value


class Paths(NamedTuple, Generic[Node]):
    """The steps from each node to those below it on the way to one target, and the paths' number.

    ``tops`` are the nodes where paths begin: the loss, or values whose gradient is given.
    """

    target: Node
    tops: tuple[Node, ...]
    below: dict[Node, list[Node]]
    counts: dict[Node, int]

    @property
    def total(self) -> int:
        """How many paths there are."""
        return sum(self.counts[top] for top in self.tops)

    def first(self, most: int) -> list[list[Node]]:
        """The first paths, each from a top to the target."""
        return list(islice((path for top in self.tops for path in self.walk(top)), most))

    def walk(self, top: Node) -> Iterator[list[Node]]:
        """All paths from a top to the target."""
        stack = [[top]]
        while stack:
            path = stack.pop()
            if path[-1] == self.target:
                yield path
            else:
                stack += [[*path, node] for node in reversed(self.below[path[-1]])]

    def above(self, node: Node) -> list[Node]:
        """The nodes that lead directly to one."""
        return [upper for upper, lower in self.below.items() if node in lower]


def name_paths(program: Program, local: Locals, upper: str, lower: str) -> Paths[str]:
    """The paths between two named values, through the equations."""
    given = given_tops(program, upper)
    tops = given or [upper]
    below: dict[str, list[str]] = {}
    reached = {lower}
    for equation in program.forward:
        if equation.name == lower:
            continue
        used = [n for n in names(equation.expr) if n in reached and (n == lower or n not in given)]
        used = [name for name in used if local.depends(equation.name, name)]
        if used:
            reached.add(equation.name)
            below[equation.name] = used
    return _counted(lower, [top for top in tops if top in below or top == lower], below)


def entry_paths(
    local: Locals, names_below: Paths[str], starts: Callable[[str], list[Position]], at: Position
) -> Paths[Cell]:
    """The paths between entries whose local derivatives are not identically zero.

    ``starts`` are the entries of a top where paths begin. Raises ``Inexact`` where an equation
    cannot be written out, or too many entries are on the way.
    """
    target = (names_below.target, at)
    below: dict[Cell, list[Cell]] = {}
    cells: dict[str, list[Position]] = {names_below.target: [at]}
    steps = 0
    for upper, used in names_below.below.items():
        found: dict[Position, list[Cell]] = {}
        for lower in used:
            for position in cells.get(lower, []):
                touched = local.touched(upper, lower, position)
                steps += len(touched)
                if steps > MOST_STEPS:
                    raise Inexact
                for above in touched:
                    if local.entry(upper, above, lower, position) != Number(0):
                        found.setdefault(above, []).append((lower, position))
        cells[upper] = sorted(found)
        below.update({(upper, above): lowers for above, lowers in sorted(found.items())})
    tops = [(top, position) for top in names_below.tops for position in starts(top)]
    return _counted(target, [t for t in tops if t in below or t == target], below)


def every_position(program: Program, name: str) -> list[Position]:
    """All positions of a value; raises ``Inexact`` for named sizes or too many entries."""
    shape = program.shapes[name]
    positions: list[Position] = [()]
    for size in shape:
        if not isinstance(size, int) or len(positions) * size > MOST_STEPS:
            raise Inexact
        positions = [(*p, i) for p in positions for i in range(size)]
    return positions


def given_tops(program: Program, upper: str) -> list[str]:
    """The values whose derivative is given from outside; paths begin at them."""
    problem = program.problem
    return list(problem.upstream) if upper == problem.upper else []


def _counted(target: Node, tops: list[Node], below: dict[Node, list[Node]]) -> Paths[Node]:
    """The paths with their numbers; a node comes after those below it."""
    counts = {target: 1}
    for node, lowers in below.items():
        counts[node] = sum(counts[lower] for lower in lowers)
    return Paths(target, tuple(tops), _only_between(target, tops, below), counts)


def _only_between(
    target: Node, tops: list[Node], below: dict[Node, list[Node]]
) -> dict[Node, list[Node]]:
    """The steps that lie below one of the tops, in their order."""
    reached: set[Node] = set(tops)
    for node in reversed(list(below)):
        if node in reached:
            reached.update(below[node])
    return {node: lowers for node, lowers in below.items() if node in reached}
