"""``dropout(0.5)``: drop1 = x*mask1/(1 - 0.5), with the given input mask1 of zeros and ones.

The mask has the shape of x. At inference, ``training=False``, nothing happens.
"""

from __future__ import annotations

from backpropcli.problem.layers.builder import Builder
from backpropcli.problem.layers.kind import Arguments, Kind


def _build(builder: Builder, arguments: Arguments) -> None:
    if not arguments.flag("training", True):
        return
    number = builder.next("drop")
    mask = builder.input(f"mask{number}", builder.shape)
    builder.value(f"drop{number}", f"dropout({builder.current}, {mask}{arguments.written('p')})")


LAYER = Kind("dropout(p, training=True)", _build, ("p",), ("training",))
