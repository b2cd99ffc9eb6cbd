"""The network and the loss: named equations, each over what stands before it."""

from __future__ import annotations

from collections.abc import Mapping as Mapping_
from typing import TYPE_CHECKING, NamedTuple

from backpropcli.files.tree import Mapping, Node, Scalar, Sequence, describe
from backpropcli.infer import Shapes
from backpropcli.language.grammar import ExpressionError
from backpropcli.language.nodes import (
    Apply,
    Expr,
    Name,
    array,
    index,
    is_op,
    names,
    postorder,
)
from backpropcli.language.text import to_text
from backpropcli.language.tokens import is_name, normal_name
from backpropcli.ops import LOSSES_WITH_CLASSES
from backpropcli.ops.sizes import Shape, shape_text
from backpropcli.problem.circles import circle_through, in_circles
from backpropcli.problem.data import Equation, Layer
from backpropcli.problem.draft import NAME_RULE, Draft
from backpropcli.resolve import Scope, resolve

if TYPE_CHECKING:
    from backpropcli.problem.time import Timed


class Raw(NamedTuple):
    """An equation before its names are resolved."""

    name: str
    expr: Expr | None
    node: Node
    kind: str
    where: str
    group: str = ""  # the sequence of which this is a step


class Equations(NamedTuple):
    """The equations in order, the name of the loss, and the layers they came from."""

    equations: tuple[Equation, ...]
    loss: str
    layers: tuple[Layer, ...]
    failed: frozenset[str]


def read_equations(
    draft: Draft, network: Node | None, timed: list[Timed], loss: Node | None, column: bool
) -> Equations:
    """The equations of ``network``, ``time`` and ``loss``; complains about what does not fit."""
    name, text = _loss_entry(draft, loss)
    layers: list[Layer] = []
    if isinstance(network, Sequence):
        raws, layers = _from_layers(draft, network, text.text if text else "", column)
    else:
        raws = _from_entries(draft, network, name)
    if timed:
        raws = _with_time(raws, _unrolled(draft, timed, name))
    if text is not None:
        raws += _from_loss(draft, loss, name, text)
    equations = _resolved(draft, raws)
    if column:
        _check_columns(draft, equations, text)
    failed = {raw.name for raw in raws} - {equation.name for equation in equations}
    return Equations(equations, name, tuple(layers), frozenset(failed))


def _known(draft: Draft) -> set[str]:
    return {*draft.given, *draft.aliases, *draft.places}


def _from_layers(
    draft: Draft, network: Sequence, loss: str, column: bool
) -> tuple[list[Raw], list[Layer]]:
    from backpropcli.problem.layers import data_name, expand_layers

    data = data_name(draft, network, loss)
    if data is None:
        draft.blind = True
        return [], []
    written, layers = expand_layers(draft, network, data, column)
    draft.blind = draft.blind or len(layers) < len(network.items)
    draft.places.update({w.name: w.node.place for w in written})
    return [Raw(w.name, w.expr, w.node, "value", "network") for w in written], layers


def _from_entries(draft: Draft, network: Node | None, loss: str) -> list[Raw]:
    if network is None:
        return []
    rule = "`network` must be a mapping of names to equations or a list of layers"
    mapping = draft.expect(Mapping, network, rule)
    if mapping is None:
        draft.blind = True
        return []
    entries = _named_entries(draft, mapping)
    known = _known(draft) | {loss}  # so that dL/dz is read as what it is, and refused
    return [_raw(draft, known, name, node) for name, node in entries]


def _unrolled(draft: Draft, timed: list[Timed], loss: str) -> list[Raw]:
    """The equations of every step; what is wrong with one of them is said for one step only."""
    time = draft.time
    assert time is not None
    known = _known(draft) | {loss}
    found: list[Raw] = []
    wrong: set[str] = set()
    for now in range(time.first, time.last + 1):
        for one in timed:
            name = time.sequences[one.stem][now]
            expr = None
            if one.stem not in wrong:
                expr = _parsed(draft, known, one.node, f"time.{name}", now)
            wrong |= set() if expr is not None else {one.stem}
            found.append(Raw(name, expr, one.node, "value", f"time.{name}", one.stem))
    return found


def _with_time(network: list[Raw], steps: list[Raw]) -> list[Raw]:
    """The steps after what they use of the network, and before what uses them."""
    from backpropcli.problem.time import in_order

    raws = {raw.name: raw for raw in (*network, *steps)}
    uses = {raw.name: names(raw.expr) if raw.expr is not None else [] for raw in raws.values()}
    after = {raw.name for raw in steps}
    for raw in network:
        if after.intersection(uses[raw.name]):
            after.add(raw.name)
    order = in_order({raw.name: uses[raw.name] for raw in steps})
    middle = [raws[name] for name in order]
    return (
        [raw for raw in network if raw.name not in after]
        + middle
        + [raw for raw in network if raw.name in after]
    )


def _from_loss(draft: Draft, loss: Node | None, name: str, text: Scalar) -> list[Raw]:
    """The equation of the loss; none for `loss: L` where the network computes L already."""
    parsed = draft.parse(text, "loss", _known(draft) | {name})
    if isinstance(parsed, Name) and parsed.name == name and name in draft.places:
        return []
    if not _claim_loss(draft, loss, name, text):
        parsed = None
    return [Raw(name, parsed, text, "loss", "loss")]


def _check_columns(draft: Draft, equations: tuple[Equation, ...], loss: Scalar | None) -> None:
    """Losses over classes read rows as examples, which the column convention does not have."""
    shapes = Shapes({**draft.scope().shapes, **{e.name: e.shape for e in equations}})
    for equation in equations:
        for node in postorder(equation.expr):
            if not isinstance(node, Apply) or node.op not in LOSSES_WITH_CLASSES:
                continue
            scores = node.args[0]
            if len(shapes.of(scores)) == 2 and not is_op(scores, "transpose") and loss is not None:
                draft.complain(
                    f"loss: {node.op} takes rows as examples, and in the column convention the "
                    "columns are",
                    loss,
                    f"write {node.op}({to_text(scores)}.T, ...)",
                )


def _loss_entry(draft: Draft, loss: Node | None) -> tuple[str, Scalar | None]:
    """The name of the loss, L unless it is given one, and its text."""
    if loss is None:
        return "", None
    if isinstance(loss, Scalar):
        return "L", loss
    if isinstance(loss, Mapping) and len(loss.entries) == 1:
        key, node = loss.entries[0]
        name = normal_name(key.text)
        if isinstance(node, Scalar) and is_name(name):
            return name, node
        if isinstance(node, Scalar):
            draft.complain(
                f"`{key.text}` cannot be the name of the loss",
                key,
                NAME_RULE,
            )
            return "L", node
    draft.complain(
        f"`loss` must be an expression, or one name with an expression, found {describe(loss)}",
        loss,
        'such as {E: "(y - yhat)**2"}',
    )
    return "L", None


def _claim_loss(draft: Draft, loss: Node | None, name: str, node: Scalar) -> bool:
    """Whether the name of the loss is free; complains if it is not."""
    key = loss.entries[0][0] if isinstance(loss, Mapping) else node
    if name in draft.places:
        draft.complain(
            f"the loss is called {name}, which is already defined in line "
            f"{draft.places[name].line}",
            key,
            'to name it otherwise: loss: {E: "..."}',
        )
        return False
    draft.places[name] = key.place
    return True


def _named_entries(draft: Draft, network: Mapping) -> list[tuple[str, Node]]:
    found = []
    for key, node in network.entries:
        name = draft.name_of(key, "a value of the network")
        if name is not None:
            found.append((name, node))
    return found


def _raw(draft: Draft, known: set[str], name: str, node: Node) -> Raw:
    where = f"network.{name}"
    return Raw(name, _parsed(draft, known, node, where), node, "value", where)


def _parsed(
    draft: Draft, known: set[str], node: Node, where: str, now: int | None = None
) -> Expr | None:
    """An equation; a YAML list of equations is a vector of them."""
    if isinstance(node, Scalar):
        return draft.parse(node, where, known, now=now)
    if isinstance(node, Sequence) and node.items:
        parts = [_parsed(draft, known, item, where, now) for item in node.items]
        good = [part for part in parts if part is not None]
        return array(good) if len(good) == len(parts) else None
    draft.complain(f"{where} must be an expression, found {describe(node)}", node)
    return None


def _resolved(draft: Draft, raws: list[Raw]) -> tuple[Equation, ...]:
    scope = draft.scope()
    shapes: dict[str, Shape] = dict(scope.shapes)
    later = {raw.name for raw in raws}
    failed = set(draft.failed)
    circular = in_circles({r.name: names(r.expr) if r.expr is not None else [] for r in raws})
    here = scope._replace(shapes=shapes, later=later)  # as the loop leaves them
    found: list[Equation] = []
    for raw in raws:
        expr = _one(draft, raw, here, failed, circular)
        if expr is None:
            failed.update({raw.name, raw.group} - {""})
            continue
        if raw.kind == "loss":
            expr = _single(draft, raw, expr, Shapes(shapes))
            if expr is None:
                continue
        later.discard(raw.name)
        shapes[raw.name] = Shapes(shapes).of(expr)
        found.append(Equation(raw.name, expr, raw.kind, shapes[raw.name], raw.node.place))
    return tuple(found)


def _one(
    draft: Draft, raw: Raw, scope: Scope, failed: set[str], circular: Mapping_[str, list[str]]
) -> Expr | None:
    """One equation over known names; silent where it uses one that has failed already."""
    if raw.expr is None or failed.intersection((raw.name, raw.group, *names(raw.expr))):
        return None
    cycle = circle_through(raw.name, circular)
    if cycle:
        draft.complain(f"{raw.where}: the equations run in a circle: {cycle}", raw.node)
        failed.update(circular)
        return None
    if isinstance(raw.node, Scalar) and raw.where != "network":
        return draft.resolve(raw.node, raw.where, raw.expr, scope)
    try:
        return resolve(raw.expr, scope)[0]
    except ExpressionError as error:
        draft.complain(f"{raw.where}: {error.message}", raw.node, error.hint)
        return None


def _single(draft: Draft, raw: Raw, expr: Expr, shapes: Shapes) -> Expr | None:
    """The loss as a single number: one entry is taken out of its brackets, more is an error."""
    shape = shapes.of(expr)
    if shape == ():
        return expr
    if all(size == 1 for size in shape):
        return index(expr, *(0,) * len(shape))
    draft.complain(
        f"loss: a loss is a single number, this one has shape {shape_text(shape)}",
        raw.node,
        "sum(...) or mean(...) makes one number of it; with `upstream:` instead of `loss` the "
        "gradient of a value is given",
    )
    return None
