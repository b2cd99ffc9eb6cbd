"""What a problem asks for: ``find``, and the further quantities of ``define``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from backpropcli.errors import BackpropError, Complaint, nearest
from backpropcli.files.numbers import read_number
from backpropcli.files.schema import expect_mapping
from backpropcli.files.tree import Mapping as MappingNode
from backpropcli.files.tree import Node, Scalar, Sequence, describe
from backpropcli.files.visible import visible
from backpropcli.infer import Shapes
from backpropcli.language.grammar import ExpressionError, Vocabulary
from backpropcli.language.nodes import Apply, Expr, Name, fold, is_op, names, with_args
from backpropcli.language.parser import parse
from backpropcli.ops import FUNCTIONS, OPS
from backpropcli.ops.entry import ShapeError
from backpropcli.ops.sizes import Shape
from backpropcli.problem.data import Asked, Definition, Problem, Update
from backpropcli.problem.draft import Draft
from backpropcli.problem.quantities import CALLED, COUNTS, Quantities, canonical, with_counts
from backpropcli.resolve import Scope, index_trouble

ONE = Fraction(1)


def read_definitions(
    draft: Draft,
    node: Node | None,
    shapes: Mapping[str, Shape],
    upper: str,
    update: Update | None,
) -> tuple[Definition, ...]:
    """The quantities of ``define``, each over values, gradients, counts and earlier ones."""
    if node is None:
        return ()
    rule = "`define` must be a mapping of names to expressions"
    mapping = expect_mapping(node, rule, draft.source, draft.complaints)
    found: list[Definition] = []
    known: dict[str, Shape] = {}
    for key, value in mapping.entries if mapping else ():
        name = draft.name_of(key, "a quantity")
        where = f"define.{key.text}"
        if name is None:
            continue
        own = Quantities(shapes, upper, draft.aliases, update, index_from=draft.index_from)
        if name in own.updated() or name in COUNTS:
            draft.complain(f"{where}: `{name}` is a quantity of the problem already", key)
            continue
        if name[0] == "d" and name[1:] in own.known():
            said = f"{where}: with the value `{name[1:]}`, `{name}` reads as a differential"
            draft.complain(said, key)
            continue
        if not isinstance(value, Scalar):
            draft.complain(f"{where} must be an expression, found {describe(value)}", value)
            continue
        quantities = Quantities(shapes, upper, draft.aliases, update, known, draft.index_from)
        expr = _defined(draft, value, where, quantities)
        if expr is not None:
            known[name] = Shapes(_reachable(expr, quantities)).of(expr)
            found.append(Definition(name, expr, value.text, value.place))
    return tuple(found)


def _defined(draft: Draft, node: Scalar, where: str, quantities: Quantities) -> Expr | None:
    parsed = draft.parse(node, where, quantities.known(), CALLED)
    if parsed is None:
        return None
    parsed = _first_names(with_counts(parsed), draft.aliases)
    refused = next((said for n in names(parsed) if (said := quantities.no_derivative(n))), "")
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


def _first_names(expr: Expr, aliases: Mapping[str, str]) -> Expr:
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


def read_find(
    draft: Draft,
    node: Node | None,
    shapes: Mapping[str, Shape],
    upper: str,
    update: Update | None,
    definitions: tuple[Definition, ...],
) -> tuple[Asked, ...]:
    """The entries of ``find``; left out: every value, the loss, the gradient of each weight."""
    quantities = Quantities(shapes, upper, draft.aliases, update, index_from=draft.index_from)
    quantities = quantities._replace(defined=_shapes_of(definitions, quantities))
    found: list[Asked] = []
    for item, points in _entries(draft, node):
        asked = _asked(draft, item, quantities, points)
        if asked is not None:
            found.append(asked)
    return tuple(found)


def check_accepted(
    draft: Draft,
    accepted: Mapping[str, tuple[Scalar, object]],
    shapes: Mapping[str, Shape],
    upper: str,
    update: Update | None,
    definitions: tuple[Definition, ...],
) -> None:
    """Complain about accepted answers to quantities that do not exist."""
    quantities = Quantities(shapes, upper, draft.aliases, update, index_from=draft.index_from)
    quantities = quantities._replace(defined=_shapes_of(definitions, quantities))
    for key, _ in accepted.values():
        _asked(draft, key, quantities, ONE, "grading.accept")


def _shapes_of(definitions: tuple[Definition, ...], quantities: Quantities) -> dict[str, Shape]:
    found: dict[str, Shape] = {}
    for one in definitions:
        known = _reachable(one.expr, quantities._replace(defined=found))
        found[one.name] = Shapes(known).of(one.expr)
    return found


def parse_quantity(problem: Problem, text: str) -> Asked:
    """A quantity such as ``dL/dW2[2,1]`` by its text; raises ``BackpropError``."""
    quantities = Quantities(
        problem.shapes,
        problem.upper,
        problem.aliases,
        problem.update,
        index_from=problem.index_from,
    )
    quantities = quantities._replace(defined=_shapes_of(problem.definitions, quantities))
    words = Vocabulary(FUNCTIONS | set(CALLED), quantities.known(), problem.index_from)
    try:
        return Asked(text, _quantity(with_counts(parse(text, words)), quantities), ONE, None)
    except ExpressionError as error:
        raise BackpropError(Complaint(visible(error.message), hint=error.hint)) from None


def _entries(draft: Draft, node: Node | None) -> Iterator[tuple[Scalar, Fraction]]:
    if node is None:
        return
    if isinstance(node, MappingNode):
        for key, value in node.entries:
            points = read_number(value.text) if isinstance(value, Scalar) else None
            if points is None or points < 0:
                draft.complain(
                    f"find: points are a number from 0 on, found {describe(value)}", value
                )
            yield key, points or Fraction(0)
        return
    items = node.items if isinstance(node, Sequence) else (node,)
    for item in items:
        if isinstance(item, Scalar):
            yield item, Fraction(1)
        else:
            draft.complain(f"find: a quantity is expected, found {describe(item)}", item)


def _asked(
    draft: Draft, node: Scalar, quantities: Quantities, points: Fraction, where: str = "find"
) -> Asked | None:
    parsed = draft.parse(node, where, quantities.known(), CALLED)
    if parsed is None:
        return None
    try:
        expr = _quantity(with_counts(parsed), quantities)
    except ExpressionError as error:
        draft.at(node, where, error)
        return None
    return Asked(node.text, expr, points, node.place)


def _quantity(expr: Expr, quantities: Quantities) -> Expr:
    """A quantity under its first name: a name, one of its entries, or its shape."""
    start, stop = expr.span or (0, 1)
    if isinstance(expr, Name):
        shape = quantities.shape_of(expr.name)
        if shape is None or not _is_counted(expr.name, quantities):
            name = expr.name.partition("(")[2].rstrip(")") or expr.name
            refused = quantities.no_derivative(expr.name)
            if refused:
                raise ExpressionError(refused, start, stop)
            raise ExpressionError(
                f"there is no quantity `{expr.name}`",
                start,
                stop,
                nearest(name, quantities.known()),
            )
        return Name(canonical(expr.name, quantities.aliases), expr.span)
    if is_op(expr, "index") and isinstance(expr.args[0], Name):
        assert isinstance(expr, Apply)
        inner = _quantity(expr.args[0], quantities)
        assert isinstance(inner, Name)
        shape = quantities.shape_of(inner.name) or ()
        try:
            OPS["index"].shape((shape,), dict(expr.params))
        except ShapeError as error:
            whole = Apply("index", (inner,), expr.params)
            said = index_trouble(whole, shape, str(error), quantities.index_from)
            raise ExpressionError(said, start, stop) from None
        return Apply("index", (inner,), expr.params, expr.span)
    if is_op(expr, "shape") and len(expr.args) == 1 and isinstance(expr.args[0], Name):
        return Apply("shape", (_quantity(expr.args[0], quantities),), (), expr.span)
    raise ExpressionError(
        "a quantity or one of its entries is expected",
        start,
        stop,
        "`define:` gives an expression a name",
    )


def _is_counted(name: str, quantities: Quantities) -> bool:
    """Whether what is counted in ``parameters(W1)`` exists; true for all other names."""
    kind, bracket, inner = name.partition("(")
    if not bracket or kind not in COUNTS:
        return True
    inner = inner.rstrip(")")
    return quantities.aliases.get(inner, inner) in quantities.shapes
