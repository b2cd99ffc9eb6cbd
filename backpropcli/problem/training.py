"""What starts the backward pass, and what follows it: ``upstream`` and ``update``."""

from __future__ import annotations

from collections.abc import Mapping as Known

from backpropcli.errors import nearest
from backpropcli.files.tree import Mapping, Node, Scalar, Sequence, describe
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Expr, Number, names
from backpropcli.language.tokens import normal_name, tokenize
from backpropcli.ops.sizes import Shape, shape_text
from backpropcli.problem.data import Given, Update
from backpropcli.problem.draft import Draft
from backpropcli.problem.equations import Equations
from backpropcli.problem.given import given_value
from backpropcli.problem.settings import choice, whole_number

RULES = ("sgd",)
MAX_STEPS = 10_000


def read_upstream(
    draft: Draft, entries: Known[str, Node], found: Equations
) -> tuple[str, dict[str, Given]]:
    """The name of the loss under ``upstream:``, and the given derivatives by value."""
    node = entries["upstream"]
    if "loss" in entries:
        draft.complain("`upstream` stands instead of `loss`: only one of them is given", node)
        return "", {}
    rule = "`upstream` must be a mapping of values to their gradients"
    mapping = draft.expect(Mapping, node, rule)
    shapes = {g.name: g.shape for g in draft.given.values()}
    shapes.update({e.name: e.shape for e in found.equations})
    uppers: dict[str, None] = {}
    given: dict[str, Given] = {}
    for key, value in mapping.entries if mapping else ():
        upper, lower = _differential(key.text, shapes)
        lower = draft.aliases.get(lower, lower)
        if not _is_sound(draft, key, upper, lower, shapes):
            continue
        uppers[upper] = None
        one = given_value(draft, f"d{upper}/d{lower}", value, "upstream", "0")
        if one is not None:
            _check_shape(draft, value, one, lower, shapes[lower])
            given[lower] = one._replace(place=key.place)
    if len(uppers) > 1:
        draft.complain(f"upstream: one loss only, found {' and '.join(uppers)}", node)
    return next(iter(uppers), "L"), given


def _is_sound(draft: Draft, key: Scalar, upper: str, lower: str, shapes: Known[str, Shape]) -> bool:
    """Whether the value exists, and the loss is named where L is a value of the problem."""
    if lower not in shapes:
        draft.complain(f"upstream: there is no value `{lower}`", key, nearest(lower, shapes))
    elif normal_name(key.text) == lower and upper in shapes:
        said = f"upstream: {upper} is a value here: say of which loss this is the gradient"
        draft.complain(said, key, f"write dE/d{lower} for a loss E")
    else:
        return True
    return False


def _check_shape(draft: Draft, node: Node, given: Given, lower: str, shape: Shape) -> None:
    if given.shape != shape:
        draft.complain(
            f"upstream: {given.name} needs the shape of {lower}, {shape_text(shape)}, "
            f"found {shape_text(given.shape)}",
            node,
        )


def _differential(text: str, known: Known[str, Shape]) -> tuple[str, str]:
    """The loss and the value of ``dL/dY3``; of ``Y3`` alone the loss is L."""
    name = normal_name(text)
    if name in known:
        return "L", name
    tokens = [token.text for token in tokenize(text)]
    if len(tokens) == 4 and tokens[1] == "/" and tokens[0][:1] == tokens[2][:1] == "d":
        return tokens[0][1:], tokens[2][1:]
    return "L", name


def read_update(draft: Draft, node: Node | None, shapes: Known[str, Shape]) -> Update | None:
    """The update rule; the learning rate may be a number or an expression over given values."""
    if node is None:
        return None
    mapping = draft.expect(Mapping, node, "`update` must be a mapping such as {rule: sgd, lr: 0.1}")
    if mapping is None:
        return None
    known = ("rule", "lr", "steps", "only")
    entries = draft.entries(mapping, known)
    rule = choice(draft, entries.get("rule"), "update: `rule`", RULES)
    steps = whole_number(draft, entries.get("steps"), "update: `steps`", 1, least=1)
    if steps > MAX_STEPS:
        draft.complain(f"update: at most {MAX_STEPS} steps are made", entries["steps"])
    lr = _rate(draft, entries.get("lr"), mapping)
    weights = _only(draft, entries.get("only"))
    if not weights and "only" not in entries:
        draft.complain("update: there are no weights to update", node)
    _check_new_names(draft, weights, shapes, node)
    return Update(rule, lr, steps, weights, "steps" in entries, mapping.place)


def _rate(draft: Draft, node: Node | None, update: Node) -> Expr:
    if node is None:
        draft.complain("update: `lr:`, the learning rate, is missing", update)
        return Number(0)
    scalar = draft.expect(Scalar, node, "update: `lr` must be a number")
    parsed = draft.parse(scalar, "update.lr", draft.given) if scalar else None
    unknown = [n for n in names(parsed) if n not in draft.given] if parsed else []
    if unknown:
        draft.complain(
            f"update.lr: there is no given value `{unknown[0]}`",
            node,
            nearest(unknown[0], draft.given),
        )
        return Number(0)
    expr = draft.resolve(scalar, "update.lr", parsed, draft.scope()) if scalar and parsed else None
    if expr is None:
        return Number(0)
    if Shapes(draft.scope().shapes).of(expr) != ():
        draft.complain("update: `lr` must be a single number", node)
    varying = [n for n in names(expr) if draft.given[n].value is None]
    if varying:
        draft.complain(f"update: `lr` uses `{varying[0]}`, which has no fixed value", node)
    return expr


def _only(draft: Draft, node: Node | None) -> tuple[str, ...]:
    weights = draft.weights
    if node is None:
        return tuple(weights)
    items = node.items if isinstance(node, Sequence) else (node,)
    chosen = []
    for item in items:
        name = normal_name(item.text) if isinstance(item, Scalar) else ""
        name = draft.aliases.get(name, name)
        if name in weights:
            chosen.append(name)
        else:
            draft.complain(
                f"update: `only` names weights, found {describe(item)}",
                item,
                nearest(name, weights),
            )
    return tuple(dict.fromkeys(chosen))


def _check_new_names(
    draft: Draft, weights: tuple[str, ...], shapes: Known[str, Shape], node: Node
) -> None:
    for weight in weights:
        for name in (f"{weight}_new", f"{weight}_change"):
            if name in shapes:
                draft.complain(f"update: `{name}` is the name of a value already", node)
