"""``define:`` names further quantities, over values, gradients, counts and earlier ones."""

from __future__ import annotations

from collections.abc import Mapping as Mapping_

from backpropcli.files.tree import Mapping, Node, Scalar, describe
from backpropcli.infer import Room, Shapes
from backpropcli.language.grammar import ExpressionError
from backpropcli.language.nodes import Expr, Name, fold, names, with_args
from backpropcli.on_paper import STRICT
from backpropcli.ops.sizes import Shape
from backpropcli.problem.data import Definition, Problem
from backpropcli.problem.draft import Draft
from backpropcli.problem.quantities import CALLED, COUNTS, Quantities, canonical, with_counts
from backpropcli.resolve import MAX_ENTRIES, Scope, resolve


def read_definitions(
    draft: Draft, node: Node | None, quantities: Quantities
) -> tuple[tuple[Definition, ...], Quantities]:
    """The definitions, and the quantities with them."""
    if node is None:
        return (), quantities
    rule = "`define` must be a mapping of names to expressions"
    mapping = draft.expect(Mapping, node, rule)
    found: list[Definition] = []
    for key, value in mapping.entries if mapping else ():
        name = _name(draft, key, quantities)
        where = f"define.{key.text}"
        if name is None:
            continue
        if not isinstance(value, Scalar):
            draft.complain(f"{where} must be an expression, found {describe(value)}", value)
            continue
        expr = _defined(draft, value, where, quantities)
        if expr is not None:
            shape = Shapes(_reachable(expr, quantities)).of(expr)
            quantities = quantities._replace(defined={**quantities.defined, name: shape})
            found.append(Definition(name, expr, value.text, value.place))
    return tuple(found), quantities


def _name(draft: Draft, key: Scalar, quantities: Quantities) -> str | None:
    """The name of a definition, which must not be another quantity's."""
    name = draft.name_of(key, "a quantity")
    if name is None:
        return None
    where = f"define.{key.text}"
    if name in quantities.updated() or name in COUNTS:
        draft.complain(f"{where}: `{name}` is a quantity of the problem already", key)
        return None
    if name[0] == "d" and name[1:] in quantities.known():
        said = f"{where}: with the value `{name[1:]}`, `{name}` reads as a differential"
        draft.complain(said, key)
        return None
    return name


def all_quantities(problem: Problem) -> Quantities:
    """The quantities of a problem that has been read."""
    found = Quantities(
        problem.shapes, problem.upper, problem.aliases, problem.update,
        index_from=problem.index_from,
        computed=problem.values,
        weights=problem.weights,
        time=problem.time,
    )  # fmt: skip
    for one in problem.definitions:
        shape = Shapes(_reachable(one.expr, found)).of(one.expr)
        found = found._replace(defined={**found.defined, one.name: shape})
    return found


def _defined(draft: Draft, node: Scalar, where: str, quantities: Quantities) -> Expr | None:
    parsed = draft.parse(node, where, quantities.known(), CALLED)
    if parsed is None:
        return None
    parsed = _first_names(with_counts(parsed), draft.aliases)
    refused = undefined_derivative(parsed, quantities)
    if refused:
        draft.complain(f"{where}: {refused}", node)
        return None
    scope = Scope(
        _reachable(parsed, quantities),
        frozenset(draft.sizes),
        draft.aliases,
        index_from=draft.index_from,
    )
    return draft.resolve(node, where, parsed, scope)


def undefined_derivative(expr: Expr, quantities: Quantities) -> str:
    """Why a derivative that an expression uses does not exist, or nothing."""
    return next((said for n in names(expr) if (said := quantities.no_derivative(n))), "")


def meaning(
    parsed: Expr,
    quantities: Quantities,
    sizes: frozenset[str],
    most: int = MAX_ENTRIES,
    reading: str = STRICT,
    room: Room | None = None,
) -> tuple[Expr, Shape]:
    """A parsed expression over any quantities, resolved, and its shape.

    No part of it may have more than ``most`` entries, and all no more than there is ``room``;
    ``reading`` is that of ``Scope``. Raises ``ExpressionError`` with the span of the part that is
    wrong.
    """
    parsed = _first_names(with_counts(parsed), quantities.aliases)
    refused = undefined_derivative(parsed, quantities)
    if refused:
        start, stop = parsed.span or (0, 1)
        raise ExpressionError(refused, start, stop)
    scope = Scope(
        _reachable(parsed, quantities),
        sizes,
        quantities.aliases,
        index_from=quantities.index_from,
        most=most,
        reading=reading,
        room=room,
    )
    return resolve(parsed, scope)


def _first_names(expr: Expr, aliases: Mapping_[str, str]) -> Expr:
    def visit(node: Expr, args: list[Expr]) -> Expr:
        if isinstance(node, Name):
            return Name(canonical(node.name, aliases), node.span)
        return with_args(node, tuple(args))

    return fold(expr, visit)


def _reachable(expr: Expr, quantities: Quantities) -> dict[str, Shape]:
    """The shapes of all values, and of the derivatives and counts that an expression uses."""
    found = {**quantities.shapes, **quantities.defined, **quantities.updated()}
    for name in names(expr):
        shape = quantities.shape_of(name)
        if shape is not None:
            found[name] = shape
    return found
