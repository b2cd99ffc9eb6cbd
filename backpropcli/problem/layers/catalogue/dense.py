"""A dense layer: ``dense(3, relu)`` is z1 = x @ W1 + b1 with 3 units, and h1 = relu(z1).

x is (in,) or (batch, in), W1 is (in, units), b1 is (units,). In the column convention z1 = W1 @ x +
b1 with W1 (units, in), x (in,) or (in, batch), and b1 (units, 1) for a batch.
"""

from __future__ import annotations

from backpropcli.ops.sizes import shape_text
from backpropcli.problem.layers.builder import Builder
from backpropcli.problem.layers.kind import Arguments, Kind, LayerError


def _build(builder: Builder, arguments: Arguments) -> None:
    units = arguments.size("units", "the number of units", "dense(3, relu)")
    activation, bias = arguments.activation(), arguments.flag("bias", True)
    shape, column, x = builder.shape, builder.column, builder.current
    if len(shape) not in ((1, 2) if column else (1, 2, 3)):
        raise LayerError(f"a dense layer takes vectors, {x} is {shape_text(shape)}")
    if builder.planes:
        raise LayerError(
            f"a dense layer takes vectors, {x} is {shape_text(shape)} with its positions",
            "a line `flatten` before it makes vectors",
        )
    number = builder.next("z")
    features = shape[0] if column else shape[-1]
    order = "(out, in)" if column else "(in, out)"
    weight = builder.weight(f"W{number}", (units, features) if column else (features, units), order)
    text = f"{weight} @ {x}" if column else f"{x} @ {weight}"
    if bias:
        text += " + " + builder.weight(f"b{number}", (units, 1) if builder.columns else (units,))
    builder.value(f"z{number}", text)
    builder.activate(activation)


LAYER = Kind("dense(units, activation, bias=True)", _build, ("units", "activation"), ("bias",))
