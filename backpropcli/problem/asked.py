"""What a problem asks for: ``find``, and a quantity by its text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from backpropcli.errors import BackpropError, Complaint, nearest
from backpropcli.files.numbers import read_number
from backpropcli.files.tree import Mapping as MappingNode
from backpropcli.files.tree import Node, Scalar, Sequence, describe
from backpropcli.files.visible import visible
from backpropcli.infer import index_trouble
from backpropcli.language.grammar import ExpressionError
from backpropcli.language.nodes import Apply, Expr, Name
from backpropcli.language.parser import parse
from backpropcli.language.timeline import Timeline
from backpropcli.language.tokens import tokenize
from backpropcli.ops import FUNCTIONS, OPS
from backpropcli.ops.entry import ShapeError
from backpropcli.problem.data import Asked, Problem
from backpropcli.problem.definitions import all_quantities
from backpropcli.problem.draft import Draft
from backpropcli.problem.quantities import (
    CALLED,
    COUNTS,
    Quantities,
    canonical,
    split_derivative,
    with_counts,
)

ONE = Fraction(1)
_CALLS = FUNCTIONS | set(CALLED)


def read_find(
    draft: Draft, node: Node | None, quantities: Quantities, default: Iterable[str]
) -> tuple[Asked, ...]:
    """The entries of ``find``; left out: the default ones, the definitions and new weights."""
    if node is None:
        weights = quantities.update.weights if quantities.update else ()
        new = (f"{weight}_new" for weight in weights)
        names = dict.fromkeys((*default, *quantities.defined, *new))
        return tuple(Asked(name, Name(name), ONE, None) for name in names)
    found: list[Asked] = []
    for item, points in _entries(draft, node):
        each = _each_step(item, quantities)
        share = len(each) if isinstance(node, MappingNode) else 1
        for one in each:
            asked = _asked(draft, one, quantities, points / share)
            if asked is not None:
                found.append(asked)
    return tuple(found)


def check_accepted(draft: Draft, keys: Iterable[Scalar], quantities: Quantities) -> None:
    """Complain about accepted answers to quantities that do not exist."""
    for key in keys:
        _asked(draft, key, quantities, ONE, "grading.accept")


def parse_quantity(problem: Problem, text: str) -> Asked:
    """A quantity such as ``dL/dW2[2,1]`` by its text; raises ``BackpropError``."""
    try:
        return Asked(text, quantity_expr(text, all_quantities(problem)), ONE, None)
    except ExpressionError as error:
        raise BackpropError(Complaint(visible(error.message), hint=error.hint)) from None


def quantity_expr(text: str, quantities: Quantities) -> Expr:
    """What a quantity's text means, under its first name; raises ``ExpressionError``."""
    return _quantity(with_counts(parse(text, quantities.words(_CALLS))), quantities)


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


def _each_step(item: Scalar, quantities: Quantities) -> list[Scalar]:
    """A sequence, or the derivative by one, as the entries for its steps; others as they are."""
    texts = each_step(item.text, quantities.time)
    return [item._replace(text=text) for text in texts] or [item]


def each_step(text: str, time: Timeline | None) -> list[str]:
    """The quantities for every step of a sequence, ``h`` or ``dL/dh``; none for other texts."""
    tokens = tokenize(text) if time is not None else []
    stem = tokens[-2].text if len(tokens) in (2, 4) else ""
    if len(tokens) == 4 and tokens[1].kind == "/":
        stem = stem.removeprefix("d")
    if time is None or stem not in time.sequences:
        return []
    return [f"{text.rstrip()}[{step}]" for step in time.range_of(stem)]


def _asked(
    draft: Draft, node: Scalar, quantities: Quantities, points: Fraction, where: str = "find"
) -> Asked | None:
    if "," in node.text.partition("[")[0]:
        draft.complain(
            f"{where}: one quantity is expected, found several",
            node,
            f"write them as a list: [{node.text[:40]}]",
        )
        return None
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
    if isinstance(expr, Name):
        return _named(expr, quantities)
    inner = expr.args[0] if expr.args else None
    if isinstance(expr, Apply) and isinstance(inner, Name):
        if expr.op == "index":
            return _entry(expr, _named(inner, quantities), quantities)
        if expr.op == "shape" and len(expr.args) == 1:
            return Apply("shape", (_named(inner, quantities),), (), expr.span)
    hint = "`define:` gives an expression a name"
    raise _error(expr, "a quantity or one of its entries is expected", hint)


def _named(expr: Name, quantities: Quantities) -> Name:
    if quantities.shape_of(expr.name) is None or not _is_counted(expr.name, quantities):
        refused = quantities.no_derivative(expr.name)
        if refused:
            raise _error(expr, refused)
        kind, bracket, inner = expr.name.partition("(")
        hint = nearest(inner.rstrip(")") or kind, quantities.known())
        if bracket and inner.rstrip(")") in quantities.shapes:
            also = "weights and for " if kind == "parameters" else ""
            hint = f"{kind} are counted for {also}values with an equation"
        unknown = split_derivative(inner.rstrip(")") or kind)
        raise _error(
            expr, f"there is no quantity `{expr.name}`", hint,
            unknown[1] if unknown else inner.rstrip(")") or kind,
        )  # fmt: skip
    return Name(canonical(expr.name, quantities.aliases), expr.span)


def _entry(expr: Apply, value: Name, quantities: Quantities) -> Expr:
    shape = quantities.shape_of(value.name) or ()
    entry = Apply("index", (value,), expr.params, expr.span)
    try:
        OPS["index"].shape((shape,), dict(expr.params))
    except ShapeError as error:
        said = index_trouble(entry, shape, str(error), quantities.index_from)
        raise _error(expr, said) from None
    return entry


def _error(expr: Expr, message: str, hint: str = "", unknown: str = "") -> ExpressionError:
    start, stop = expr.span or (0, 1)
    return ExpressionError(message, start, stop, hint, unknown)


def _is_counted(name: str, quantities: Quantities) -> bool:
    """Whether what is counted in ``parameters(W1)`` has that count; true for all other names."""
    kind, bracket, inner = name.partition("(")
    if not bracket or kind not in COUNTS:
        return True
    inner = inner.rstrip(")")
    inner = quantities.aliases.get(inner, inner)
    if kind == "parameters":
        return inner in quantities.computed or inner in quantities.weights
    return inner in quantities.computed
