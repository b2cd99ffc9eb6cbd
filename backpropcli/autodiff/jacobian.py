"""Derivatives of a value with several entries: one row of a Jacobian for each entry.

Where the vjp is a product with a matrix or with a mask, all rows go through it at once:
``dF/dh = dF/dz @ W``. Elsewhere the rows are worked out one by one and listed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import product as positions_of
from typing import NamedTuple

from backpropcli.autodiff.tidy import tidy
from backpropcli.autodiff.vjp import Assignment, Term, vjp
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, At, Expr, Name, array, call, index, names
from backpropcli.ops.entry import ShapeError
from backpropcli.ops.sizes import Shape, is_known, product, shape_text
from backpropcli.ops.sizes import whole as whole_sizes

MAX_ROWS = 256
ROW = Name("<row>")  # stands for one row of the upstream Jacobian; no user can write this name


class Rows(NamedTuple):
    """The value that is differentiated: its name and shape."""

    upper: str
    shape: Shape


def whole(
    rows: Rows, equation: Assignment, g: Expr | None, needed: Collection[str], shapes: Shapes
) -> list[Term]:
    """The contributions of one equation to a Jacobian; ``g`` is None at the value itself.

    ``g`` has shape rows.shape + the equation's; each term rows.shape + that of its name.
    Raises ``ShapeError`` where there are more than ``MAX_ROWS`` rows, or unnamed sizes.
    """
    used = [name for name in names(equation.expr) if name in needed]
    if len(rows.shape) != 1 or len(shapes.names[equation.name]) != 1:
        return _row_by_row(rows, equation, g, used, shapes)
    with_row = Shapes({**shapes.names, ROW.name: shapes.names[equation.name]})
    upstream = call("eye", n=rows.shape[0]) if g is None else g
    terms = vjp(equation, ROW, used, with_row)
    lifted = [Term(t.name, lift(t.expr, upstream, with_row) or t.expr) for t in terms]
    failed = {t.name for t in lifted if ROW.name in names(t.expr)}
    done = [t for t in lifted if t.name not in failed]
    flat = {name for name in failed if g is not None and len(shapes.names[name]) < 2}
    done += _through_local(equation, upstream, flat, shapes)
    rest = [name for name in used if name in failed - flat]
    return done + _row_by_row(rows, equation, g, rest, shapes)


def _through_local(
    equation: Assignment, g: Expr, used: Collection[str], shapes: Shapes
) -> list[Term]:
    """The upstream Jacobian times the local one, ``dF/dG @ [1, 2 * x]``, as on paper."""
    if not used:
        return []
    own = Rows(equation.name, shapes.names[equation.name])
    local = _row_by_row(own, equation, None, list(used), shapes)
    return [Term(name, g @ tidy(expr, shapes)) for name, expr in local]


def lift(term: Expr, g: Expr, shapes: Shapes) -> Expr | None:
    """A linear expression in one upstream row, as one in the whole upstream Jacobian ``g``."""
    if term == ROW:
        return g
    if not isinstance(term, Apply):
        return None
    side = [ROW.name in names(arg) for arg in term.args]
    if term.op == "neg" or (term.op in ("add", "sub") and all(side)):
        parts = [lift(arg, g, shapes) for arg in term.args]
        return Apply(term.op, tuple(p for p in parts if p is not None)) if all(parts) else None
    if term.op not in ("mul", "div", "matmul") or side.count(True) != 1:
        return None
    position = side.index(True)
    lifted, other = lift(term.args[position], g, shapes), term.args[1 - position]
    if lifted is None:
        return None
    if term.op == "matmul":
        if len(shapes.of(other)) != 2:
            return None
        return lifted @ _facing(other, position)
    if term.op == "div" and position == 1:
        return None
    if len(shapes.of(other)) > len(shapes.of(term.args[position])):
        return None
    return Apply(term.op, (lifted, other))


def _facing(matrix: Expr, position: int) -> Expr:
    """The matrix as it multiplies rows from the right: row @ A stays, A @ row is row @ A.T."""
    return matrix if position == 0 else matrix.T


def _row_by_row(
    rows: Rows, equation: Assignment, g: Expr | None, used: Sequence[str], shapes: Shapes
) -> list[Term]:
    if not used:
        return []
    _check(rows)
    lists: dict[str, list[Expr]] = {name: [] for name in used}
    for position in positions_of(*map(range, whole_sizes(rows.shape))):
        row_g = _unit(position, rows.shape) if g is None else index(g, *position)
        merged: dict[str, Expr] = {}
        for name, term in reversed(vjp(equation, row_g, used, shapes)):
            merged[name] = merged[name] + term if name in merged else term
        for name in used:
            zero = call("expand", 0, shape=shapes.names[name])
            lists[name].append(tidy(merged.get(name, zero), shapes))
    return [Term(name, _stacked(rows, lists[name], shapes.names[name])) for name in used]


def _check(rows: Rows) -> None:
    if not is_known(rows.shape):
        raise ShapeError(
            f"d{rows.upper}/d... needs sizes that are numbers: {rows.upper} is "
            f"{shape_text(rows.shape)}"
        )
    count = product(rows.shape)
    if isinstance(count, int) and count > MAX_ROWS:
        raise ShapeError(
            f"d{rows.upper}/d... has {count} rows, one for each entry of {rows.upper}; "
            f"at most {MAX_ROWS} are worked out"
        )


def _stacked(rows: Rows, terms: list[Expr], shape: Shape) -> Expr:
    stack = array(terms)
    return stack if len(rows.shape) == 1 else call("reshape", stack, shape=rows.shape + shape)


def _unit(position: tuple[int, ...], shape: Shape) -> Expr:
    """A constant of that shape with a single 1."""
    if len(shape) == 1:
        return call("onehot", position[0] + 1, n=shape[0])
    return call("place", 1, at=At(position), shape=shape)
