"""The sinusoidal positions added to a sequence: p1 = x + positional_encoding(steps, size)."""

from __future__ import annotations

from backpropcli.ops.sizes import shape_text
from backpropcli.problem.layers.builder import Builder
from backpropcli.problem.layers.kind import Arguments, Kind, LayerError


def _build(builder: Builder, arguments: Arguments) -> None:
    shape, x = builder.shape, builder.current
    if len(shape) not in (2, 3):
        raise LayerError(f"positions are added to a sequence, {x} is {shape_text(shape)}")
    steps, size = shape[-2:]
    builder.value(f"p{builder.next('p')}", f"{x} + positional_encoding({steps}, {size})")


LAYER = Kind("positional_encoding", _build)
