"""``flatten``: each example as one vector, row by row.

An image is (channels, height, width) or a matrix, a batch of images has four axes. ``batch=True``
says that the first axis holds examples where that is not so, as in (batch, height, width).
"""

from __future__ import annotations

from backpropcli.ops.sizes import shape_text
from backpropcli.problem.layers.builder import Builder
from backpropcli.problem.layers.convolving import as_vectors
from backpropcli.problem.layers.kind import Arguments, Kind, LayerError


def _build(builder: Builder, arguments: Arguments) -> None:
    x, rank = builder.current, len(builder.shape)
    if rank < 2:
        raise LayerError(f"flatten takes images, {x} is {shape_text(builder.shape)}")
    found = builder.is_batch if builder.planes else rank == 4
    batch = arguments.flag("batch", found)
    text = f"flatten({x}, axis=1)" if batch else f"flatten({x})"
    as_vectors(builder, f"flat{builder.next('flat')}", text, batch)


LAYER = Kind("flatten(batch=False)", _build, (), ("batch",))
