"""What starts the backward pass where there is no loss: ``upstream``."""

from __future__ import annotations

from collections.abc import Mapping as Known

from backpropcli.errors import nearest
from backpropcli.files.tree import Mapping, Node, Scalar
from backpropcli.language.tokens import normal_name, tokenize
from backpropcli.ops.sizes import Shape, shape_text
from backpropcli.problem.data import Given
from backpropcli.problem.draft import Draft
from backpropcli.problem.equations import Equations
from backpropcli.problem.given import given_value


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
