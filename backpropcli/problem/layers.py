"""Layer lists: ``- dense(512, relu)``, one a line, is short for the equations.

Layers are numbered together: z1, h1, W1, b1, h2 ... In the row convention z = X @ W + b with
W of shape (in, out); in the column convention z = W @ x + b with W of shape (out, in), and the
columns of a matrix are the examples.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from backpropcli.errors import nearest
from backpropcli.files.tree import Mapping, Node, Scalar, Sequence, describe
from backpropcli.language.nodes import Apply, Name, Number
from backpropcli.language.text import param_text, to_text
from backpropcli.language.tokens import tokenize
from backpropcli.ops import OPS, SPELLINGS
from backpropcli.ops.sizes import Shape, Size, named, shape_text
from backpropcli.problem.data import Given, Layer
from backpropcli.problem.draft import Draft
from backpropcli.problem.given import MAX_SIZE

LAYERS = ("dense",)
ACTIVATIONS = tuple(
    op.name
    for op in OPS.entries()
    if (op.elementwise and op.name + "'" in OPS) or op.name in ("softmax", "log_softmax")
)


class Written(NamedTuple):
    """An equation of a layer, as text with the place of its layer."""

    name: str
    text: str
    node: Scalar


class Expanded(NamedTuple):
    """What a layer list stands for."""

    equations: list[Written]
    layers: list[Layer]


def expand_layers(draft: Draft, node: Sequence, data: str, column: bool) -> Expanded:
    """The equations of a layer list; weights that are not given are added with their shapes."""
    builder = _Builder(draft, data, column)
    for item in node.items:
        if isinstance(item, Scalar):
            builder.add(item)
        elif isinstance(item, Mapping):
            said = "network: a list holds layers such as dense(3, relu), found an equation"
            draft.complain(said, item, "equations stand in a mapping, without the dashes")
            break
        else:
            draft.complain(
                f"network: a layer is a text such as dense(3, relu), found {describe(item)}", item
            )
    return Expanded(builder.equations, builder.layers)


def data_name(draft: Draft, node: Node, loss_text: str) -> str | None:
    """The value that enters the first layer: the only input the loss does not use, or ``x``."""
    used = {token.text for token in tokenize(loss_text) if token.kind == "name"}
    inputs = [name for name, given in draft.given.items() if given.kind == "input"]
    free = [name for name in inputs if name not in used]
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


def _first_name(text: str) -> str:
    first = tokenize(text)[0]
    return first.text if first.kind == "name" else ""


class _Builder:
    def __init__(self, draft: Draft, data: str, column: bool) -> None:
        self.draft, self.column = draft, column
        self.current = data
        self.shape: Shape = draft.given[data].shape
        self.count = 0
        self.equations: list[Written] = []
        self.layers: list[Layer] = []

    def add(self, node: Scalar) -> None:
        name = SPELLINGS.get(_first_name(node.text), _first_name(node.text))
        if name not in (*LAYERS, *ACTIVATIONS):
            self.unknown(node, name or node.text)
            return
        call = self.draft.parse(node, "network", (), (*LAYERS, *ACTIVATIONS))
        if isinstance(call, Name):
            call = Apply(call.name, (), (), call.span)
        if not isinstance(call, Apply):
            return
        if name == "dense":
            self.dense(node, call)
        elif call.op not in (*LAYERS, *ACTIVATIONS, *SPELLINGS) or call.args:
            self.draft.complain(f"network: an activation is a line such as `{name}`", node)
        elif set(dict(call.params)) - set(OPS[name].params):
            self.draft.complain(f"network: {name} has no such named argument", node)
        else:
            self.activation(node, name, dict(call.params))
            self.layers.append(Layer(node.text, (self.current,), ()))

    def unknown(self, node: Scalar, name: str) -> None:
        hint = (
            nearest(name, (*LAYERS, *ACTIVATIONS))
            or "a layer is dense(units, activation) or an activation"
        )
        self.draft.complain(f"network: there is no layer `{name}`", node, hint)

    def dense(self, node: Scalar, call: Apply) -> None:
        """A dense layer: units, then an activation; ``bias=False`` leaves the bias out."""
        params = dict(call.params)
        units = self.units(node, call)
        activation = self.activation_of(node, call, params) if units is not None else None
        if units is None or activation is None:
            return
        own = {k: v for k, v in params.items() if k not in ("activation", "bias")}
        unknown = [key for key in own if key not in OPS[activation].params]
        if unknown or params.get("bias", True) not in (True, False):
            known = ("activation", "bias", *OPS[activation].params)
            said = f"dense has no argument `{unknown[0]}=`" if unknown else "bias= is True or False"
            self.draft.complain(
                f"network: {said}", node, nearest(unknown[0], known) if unknown else ""
            )
            return
        if not self.has_features(node):
            return
        self.count += 1
        if not self.is_free(node, f"z{self.count}"):
            return
        weights = self.weights(node, units, params.get("bias", True) is not False)
        self.equations.append(Written(f"z{self.count}", self.linear(weights), node))
        self.current = f"z{self.count}"
        values = [self.current]
        if activation != "identity":
            self.activation(node, activation, own)
            values.append(self.current)
        self.layers.append(Layer(node.text, tuple(values), tuple(weights)))

    def is_free(self, node: Scalar, name: str) -> bool:
        """Whether a value of the layer can have its name."""
        taken = self.draft.places.get(name)
        if taken is not None:
            self.draft.complain(
                f"network: this layer gives {name}, which is already defined in line {taken.line}",
                node,
            )
        return taken is None

    def has_features(self, node: Scalar) -> bool:
        if len(self.shape) in ((1, 2) if self.column else (1, 2, 3)):
            return True
        self.draft.complain(
            f"network: a dense layer takes vectors, {self.current} is {shape_text(self.shape)}",
            node,
        )
        return False

    def units(self, node: Scalar, call: Apply) -> Size | None:
        first = call.args[0] if call.args else None
        if isinstance(first, Number) and first.value.denominator == 1 and first.value > 0:
            if first.value <= MAX_SIZE:
                return int(first.value)
        elif isinstance(first, Name) and first.name not in (*self.draft.places, *ACTIVATIONS):
            self.draft.sizes.add(first.name)
            return named(first.name)
        if first is None or (isinstance(first, Name) and first.name in ACTIVATIONS):
            said = "the number of units comes first, as in dense(3, relu)"
        else:
            said = f"units is a whole number from 1 on, found {to_text(first)}"
        self.draft.complain(f"network: {said}", node)
        return None

    def activation_of(self, node: Scalar, call: Apply, params: dict[str, Any]) -> str | None:
        """The name of the one activation, by position or by name; identity where there is none."""
        written = [to_text(arg) for arg in call.args[1:]]
        written += [str(params["activation"])] if "activation" in params else []
        if len(written) > 1:
            self.draft.complain(
                f"network: dense takes one activation, found {' and '.join(written)}",
                node,
                "a further one stands on a line of its own",
            )
            return None
        name = written[0] if written else "identity"
        name = SPELLINGS.get(name, name)
        if name in ACTIVATIONS:
            return name
        hint = nearest(name, ACTIVATIONS)
        self.draft.complain(f"network: there is no activation `{name[:40]}`", node, hint)
        return None

    @property
    def columns(self) -> bool:
        """Whether the columns of a matrix are the examples."""
        return self.column and len(self.shape) == 2

    def weights(self, node: Scalar, units: Size, bias: bool) -> list[str]:
        """The names of the layer's weights; those not given get a shape only."""
        features = self.shape[0] if self.column else self.shape[-1]
        shape = (units, features) if self.column else (features, units)
        self.missing(node, f"W{self.count}", shape)
        if bias:
            self.missing(node, f"b{self.count}", (units, 1) if self.columns else (units,))
        self.shape = (units, *self.shape[1:]) if self.column else (*self.shape[:-1], units)
        return [f"W{self.count}", f"b{self.count}"] if bias else [f"W{self.count}"]

    def missing(self, node: Scalar, name: str, shape: Shape) -> None:
        """Add a weight that is not given; one that is given must have the layer's shape."""
        given = self.draft.given.get(self.draft.aliases.get(name, name))
        if given is None:
            self.draft.given[name] = Given(name, "weight", shape)
        elif given.shape != shape:
            order = "(out, in)" if self.column else "(in, out)"
            meant = f"{order} = {shape_text(shape)}" if name[0] == "W" else shape_text(shape)
            self.draft.complain(
                f"network: {name} is {shape_text(given.shape)}, this layer needs {meant}", node
            )
            self.draft.failed.add(f"z{self.count}")

    def linear(self, weights: list[str]) -> str:
        product = (
            f"{weights[0]} @ {self.current}" if self.column else f"{self.current} @ {weights[0]}"
        )
        return f"{product} + {weights[1]}" if len(weights) > 1 else product

    def activation(self, node: Scalar, name: str, params: dict[str, Any]) -> None:
        target = f"h{self.count}"
        taken = {written.name for written in self.equations} | self.draft.given.keys()
        if target in taken:
            target += "_" + name
        named = "".join(f", {key}={param_text(value)}" for key, value in params.items())
        text = f"{name}({self.current}{named})"
        if self.columns and name in ("softmax", "log_softmax"):
            text = f"{name}({self.current}.T).T"  # softmax runs along the last axis
        self.equations.append(Written(target, text, node))
        self.current = target
