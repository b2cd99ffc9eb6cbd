"""From the lines of a layer list to equations.

Layers are numbered: z1, h1, W1, b1, h2 ... In the row convention z = X @ W + b with W of shape
(in, out); in the column convention z = W @ x + b with W of shape (out, in), and the columns of a
matrix are the examples.
"""

from __future__ import annotations

from typing import NamedTuple

from backpropcli.errors import nearest
from backpropcli.files.tree import Mapping, Node, Scalar, Sequence, describe
from backpropcli.language.nodes import Apply, Name
from backpropcli.language.tokens import tokenize
from backpropcli.ops import OPS, SPELLINGS
from backpropcli.problem.data import Layer
from backpropcli.problem.draft import Draft
from backpropcli.problem.layers import catalogue
from backpropcli.problem.layers.builder import Builder, Written
from backpropcli.problem.layers.kind import ACTIVATIONS, ASIDE, Activation, Arguments, LayerError


class Expanded(NamedTuple):
    """What a layer list stands for."""

    equations: list[Written]
    layers: list[Layer]


def expand_layers(draft: Draft, node: Sequence, data: str, column: bool) -> Expanded:
    """The equations of a layer list; weights that are not given are added with their shapes."""
    builder = Builder(draft, data, column)
    for item in node.items:
        if isinstance(item, Scalar):
            try:
                _add(builder, item)
            except LayerError as error:
                draft.complain(f"network: {error.message}", item, error.hint)
        elif isinstance(item, Mapping):
            said = "network: a list holds layers such as dense(3, relu), found an equation"
            draft.complain(said, item, "equations stand in a mapping, without the dashes")
            break
        else:
            draft.complain(
                f"network: a layer is a text such as dense(3, relu), found {describe(item)}", item
            )
    return Expanded(builder.equations, builder.layers)


def _add(builder: Builder, node: Scalar) -> None:
    """Add one layer; raises ``LayerError``."""
    words = (*catalogue.names(), *ACTIVATIONS)
    name = SPELLINGS.get(_first_name(node.text), _first_name(node.text))
    if name not in words:
        hint = nearest(name or node.text, words)
        raise LayerError(
            f"there is no layer `{name or node.text}`",
            hint or "a layer is dense(units, activation) or an activation",
        )
    call = builder.draft.parse(node, "network", (), words)
    if isinstance(call, Name):
        call = Apply(call.name, (), (), call.span)
    if call is None:
        return
    builder.start(node)
    if isinstance(call, Apply) and SPELLINGS.get(call.op, call.op) == name:
        _build(builder, name, call)
    else:
        raise LayerError("a layer is one call such as dense(3, relu)")
    builder.finish()


def _build(builder: Builder, name: str, call: Apply) -> None:
    if name in ACTIVATIONS:
        if call.args:
            raise LayerError(f"an activation is a line such as `{name}`")
        if set(dict(call.params)) - set(OPS[name].params):
            raise LayerError(f"{name} has no such named argument")
        builder.activate(Activation(name, dict(call.params)))
        return
    kind, draft = catalogue.load(name), builder.draft
    kind.build(builder, Arguments(name, kind, call, draft.sizes, set(draft.places)))


def _first_name(text: str) -> str:
    first = tokenize(text)[0]
    return first.text if first.kind == "name" else ""


def data_name(draft: Draft, node: Node, loss_text: str) -> str | None:
    """The value that enters the first layer: the only input the loss does not use, or ``x``."""
    used = {token.text for token in tokenize(loss_text) if token.kind == "name"}
    inputs = [name for name, given in draft.given.items() if given.kind == "input"]
    free = [name for name in inputs if name not in used]
    free = [name for name in free if not ASIDE.fullmatch(name)] or free
    if len(free) == 1:
        return free[0]
    for name in ("x", "X"):
        if name in inputs:
            return name
    draft.complain(
        "network: which input enters the first layer? "
        + (f"the loss leaves {', '.join(free)}" if free else "there is none that the loss leaves"),
        node,
        "name the data `x`",
    )
    return None
