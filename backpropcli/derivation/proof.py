"""What a proof consists of, and how its quantities are named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backpropcli.derivation.data import Derivation
from backpropcli.derivation.points import Setting
from backpropcli.language.nodes import Apply, Expr, Name, is_op, postorder
from backpropcli.language.text import to_text
from backpropcli.ops.sizes import Poly, Shape, Size, named
from backpropcli.program import Program

INDICES = ("i", "j", "k", "l", "m", "n", "q", "r")


class Proof(NamedTuple):
    """A derivation in index form, and what it speaks of, by which its lines are verified."""

    derivation: Derivation
    setting: Setting


class Words:
    """Names for one proof: the problem's own where there is one, else names not in use.

    Without a program all names are free.
    """

    def __init__(self, program: Program | None = None) -> None:
        self.taken = set(program.shapes) | set(program.problem.sizes) if program else set()
        self.notes: list[str] = []

    def fresh(self, *choices: str) -> Name:
        """The first of the names that is not in use."""
        more = (f"{choices[0]}{number}" for number in range(1, len(self.taken) + 2))
        name = next(name for name in (*choices, *more) if name not in self.taken)
        self.taken.add(name)
        return Name(name)

    def own(self, expr: Expr | None, *choices: str) -> Name:
        """The name of a quantity; of another expression a new one, with a note what it is."""
        if isinstance(expr, Name):
            return expr
        name = self.fresh(*choices)
        if expr is not None:
            self.notes.append(f"{name.name} stands for {to_text(expr)}.")
        return name

    def indices(self, count: int) -> list[str]:
        """Letters for indices."""
        return [self.fresh(*INDICES).name for _ in range(count)]

    def size(self, shape: Shape, *choices: str) -> Size:
        """The last size of a shape by its own name, else a new name, so that it is any number."""
        last = shape[-1] if shape else 0
        if isinstance(last, Poly) and list(last.terms.values()) == [1] and len(str(last)) < 4:
            return last
        return named(self.fresh(*choices).name)


def nodes_of(program: Program) -> Iterator[tuple[str, Expr]]:
    """Every operation of the forward pass, with the name of the equation it stands in."""
    for equation in program.forward:
        for node in postorder(equation.expr):
            yield equation.name, node


def definition(expr: Expr, program: Program) -> Expr:
    """What a name stands for in the forward pass, through further names; else the expression."""
    equations = {equation.name: equation.expr for equation in program.forward}
    while isinstance(expr, Name) and expr.name in equations:
        expr = equations[expr.name]
    return expr


def shape_of(expr: Expr, program: Program) -> Shape:
    """The shape of an expression over the values of a program."""
    from backpropcli.infer import Shapes

    return Shapes(program.shapes).of(expr)


def value_name(expr: Expr, program: Program) -> Expr:
    """The name of the equation whose whole value an expression is; else the expression."""
    for equation in program.forward:
        if equation.expr == expr:
            return Name(equation.name)
    return expr


def uses(program: Program, *ops: str) -> list[Apply]:
    """The different uses of some operations in the forward pass."""
    found = (node for _, node in nodes_of(program) if is_op(node, *ops))
    return list(dict.fromkeys(found))


def rows_note(names: Sequence[Name], shape: Shape) -> list[str]:
    """That a batch is proved for one of its rows."""
    if len(shape) < 2:
        return []
    listed = ", ".join(name.name for name in names[:-1]) + f" and {names[-1].name}"
    return [f"Proved for one example: {listed} stand for one row each, and rows do not mix."]
