"""The smaller sections of a problem file: upstream, update, notation, grading, choices."""

from __future__ import annotations

import re
from collections.abc import Mapping as Known
from fractions import Fraction
from typing import Any

from backpropcli.errors import nearest
from backpropcli.files.numbers import read_number
from backpropcli.files.schema import expect_mapping, expect_scalar, known_entries
from backpropcli.files.tree import Mapping, Node, Scalar, Sequence, describe
from backpropcli.infer import Shapes
from backpropcli.language.latex import GREEK
from backpropcli.language.nodes import Expr, Number, names
from backpropcli.language.tokens import normal_name, tokenize
from backpropcli.ops.sizes import Shape, shape_text
from backpropcli.problem.data import Given, Update
from backpropcli.problem.draft import Draft
from backpropcli.problem.equations import Equations
from backpropcli.problem.given import given_value

Accepted = tuple[Scalar, list[dict[str, Any]]]  # the quantity, and the answers accepted for it
RULES = ("sgd",)
MAX_STEPS = 10_000
COMMANDS = frozenset(
    [*GREEK, *(f"var{g}" for g in ("epsilon", "theta", "phi", "rho", "sigma", "kappa", "pi")),
     "hat", "widehat", "bar", "overline", "underline", "tilde", "widetilde", "vec", "dot", "ddot",
     "mathbf", "mathrm", "mathit", "mathcal", "mathbb", "mathsf", "boldsymbol", "text", "textbf",
     "ell", "nabla", "partial", "prime", "star", "ast", "dagger", "top", "circ", "cdot", "times",
     "odot", "left", "right", "langle", "rangle", "lVert", "rVert", "infty", "frac", "sqrt", "quad"]
)  # fmt: skip
COMMAND = re.compile(r"\\([A-Za-z]+|.)")


def choice(draft: Draft, node: Node | None, what: str, known: tuple[str, ...]) -> str:
    """One of a few words; the first where it is left out."""
    if node is None:
        return known[0]
    if isinstance(node, Scalar) and node.text in known:
        return node.text
    draft.complain(f"{what} is {' or '.join(known)}, found {describe(node)}", node)
    return known[0]


def whole_number(draft: Draft, node: Node | None, what: str, default: int, least: int = 0) -> int:
    """A whole number from ``least`` on."""
    if node is None:
        return default
    value = read_number(node.text) if isinstance(node, Scalar) else None
    if value is None or value.denominator != 1 or value < least:
        draft.complain(f"{what} is a whole number from {least} on, found {describe(node)}", node)
        return default
    return int(value)


def read_text(draft: Draft, node: Node | None, key: str) -> str:
    """A text such as the title."""
    if node is None:
        return ""
    rule = f"`{key}` must be a text"
    scalar = expect_scalar(node, rule, draft.source, draft.complaints)
    return scalar.text.strip() if scalar else ""


def read_upstream(
    draft: Draft, entries: Known[str, Node], found: Equations
) -> tuple[str, dict[str, Given]]:
    """The name of the loss under ``upstream:``, and the given derivatives by value."""
    node = entries.get("upstream")
    if node is None:
        return "", {}
    if "loss" in entries:
        draft.complain("`upstream` stands instead of `loss`: only one of them is given", node)
        return "", {}
    rule = "`upstream` must be a mapping of values to their gradients"
    mapping = expect_mapping(node, rule, draft.source, draft.complaints)
    shapes = {
        **{e.name: e.shape for e in found.equations},
        **{g.name: g.shape for g in draft.given.values()},
    }
    uppers: dict[str, None] = {}
    given: dict[str, Given] = {}
    for key, value in mapping.entries if mapping else ():
        upper, lower = _differential(key.text, shapes)
        lower = draft.aliases.get(lower, lower)
        if lower not in shapes:
            draft.complain(f"upstream: there is no value `{lower}`", key, nearest(lower, shapes))
            continue
        if normal_name(key.text) == lower and upper in shapes:
            draft.complain(
                f"upstream: {upper} is a value here: say of which loss this is the gradient",
                key,
                f"write dE/d{lower} for a loss E",
            )
            continue
        uppers[upper] = None
        one = given_value(draft, f"d{upper}/d{lower}", value, "upstream", "0")
        if one is not None:
            _check_shape(draft, value, one, lower, shapes[lower])
            given[lower] = one._replace(place=key.place)
    if len(uppers) > 1:
        draft.complain(f"upstream: one loss only, found {' and '.join(uppers)}", node)
    return next(iter(uppers), "L"), given


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
    mapping = expect_mapping(
        node,
        "`update` must be a mapping such as {rule: sgd, lr: 0.1}",
        draft.source,
        draft.complaints,
    )
    if mapping is None:
        return None
    known = ("rule", "lr", "steps", "only")
    entries = known_entries(mapping, known, draft.source, draft.complaints)
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
    scalar = expect_scalar(node, "update: `lr` must be a number", draft.source, draft.complaints)
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
    weights = [g.name for g in draft.given.values() if g.kind == "weight"]
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


def read_notation(draft: Draft, node: Node | None, shapes: Known[str, Shape]) -> dict[str, str]:
    """LaTeX for names."""
    if node is None:
        return {}
    rule = "`notation` must be a mapping of names to LaTeX"
    mapping = expect_mapping(node, rule, draft.source, draft.complaints)
    found: dict[str, str] = {}
    for key, value in mapping.entries if mapping else ():
        name = normal_name(key.text)
        if name not in shapes and name not in draft.sizes:
            draft.complain(f"notation: there is no value `{name}`", key, nearest(name, shapes))
        elif not isinstance(value, Scalar):
            draft.complain(
                f"notation: LaTeX for one name is expected, found {describe(value)}", value
            )
        elif said := _latex_trouble(value.text):
            draft.complain(
                f"notation: LaTeX for a name: {said}", value, "such as 'W^{(1)}', in single quotes"
            )
        else:
            found[name] = value.text
    return found


def _latex_trouble(text: str) -> str:
    """What is wrong with LaTeX for a name; only commands that write a symbol are let through."""
    depth = 0
    for char in text:
        depth += (char == "{") - (char == "}")
        if depth < 0 or char in "$%#&~" or char < " ":
            return f"one symbol is expected, found `{text[:40]!r}`"
    if not text.strip() or depth or "^^" in text:
        return f"one symbol is expected, found `{text[:40]}`"
    refused = [c for c in COMMAND.findall(text) if c not in COMMANDS and c not in ",;:! {}|"]
    return f"the command `\\{refused[0][:40]}` is not allowed" if refused else ""


def read_grading(draft: Draft, node: Node | None) -> dict[str, Any]:
    """How answers are judged; ``accept`` keeps its nodes until answers are checked."""
    if node is None:
        return {}
    rule = "`grading` must be a mapping"
    mapping = expect_mapping(node, rule, draft.source, draft.complaints)
    if mapping is None:
        return {}
    known = ("follow_through", "tolerance", "min_decimals", "accept")
    entries = known_entries(mapping, known, draft.source, draft.complaints)
    found: dict[str, Any] = {}
    if "follow_through" in entries:
        found["follow_through"] = _fraction(draft, entries["follow_through"], "follow_through", 1)
    if "min_decimals" in entries:
        found["min_decimals"] = whole_number(
            draft, entries["min_decimals"], "grading: `min_decimals`", 0
        )
    if "tolerance" in entries:
        found["tolerance"] = _tolerance(draft, entries["tolerance"])
    if "accept" in entries:
        found["accept"] = _accept(draft, entries["accept"])
    return found


def _fraction(draft: Draft, node: Node, what: str, most: int | None) -> Fraction:
    value = read_number(node.text) if isinstance(node, Scalar) else None
    if value is None or value < 0 or (most is not None and value > most):
        limit = f"from 0 to {most}" if most is not None else "from 0 on"
        draft.complain(f"grading: `{what}` is a number {limit}, found {describe(node)}", node)
        return Fraction(0)
    return value


def _tolerance(draft: Draft, node: Node) -> dict[str, Fraction]:
    mapping = expect_mapping(
        node,
        "grading: `tolerance` must be a mapping with rtol and atol",
        draft.source,
        draft.complaints,
    )
    if mapping is None:
        return {}
    entries = known_entries(mapping, ("rtol", "atol"), draft.source, draft.complaints)
    return {key: _fraction(draft, value, key, None) for key, value in entries.items()}


def _accept(draft: Draft, node: Node) -> dict[str, Accepted]:
    mapping = expect_mapping(
        node,
        "grading: `accept` must be a mapping of quantities to lists",
        draft.source,
        draft.complaints,
    )
    found: dict[str, Accepted] = {}
    for key, value in mapping.entries if mapping else ():
        items = value.items if isinstance(value, Sequence) else (value,)
        answers: list[dict[str, Any]] = []
        found[key.text] = (key, answers)
        for item in items:
            if not isinstance(item, Mapping):
                draft.complain(
                    "grading: `accept` lists mappings such as {value: 1, note: why}", item
                )
                continue
            entries = known_entries(item, ("value", "note"), draft.source, draft.complaints)
            if "value" not in entries:
                draft.complain("grading: an accepted answer needs its `value`", item)
                continue
            value_given = given_value(
                draft, f"grading.accept.{key.text}", entries["value"], "upstream", "0"
            )
            note = read_text(draft, entries.get("note"), "note")
            answers.append({"value": value_given, "note": note})
    return found
