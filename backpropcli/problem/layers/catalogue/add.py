"""A skip connection: ``add(h1)`` is s1 = z2 + h1, the current value and an earlier one.

Both have one shape. The first value that enters the network may be named too.
"""

from __future__ import annotations

from backpropcli.errors import nearest
from backpropcli.ops.sizes import shape_text
from backpropcli.problem.layers.builder import Builder
from backpropcli.problem.layers.kind import Arguments, Kind, LayerError


def _build(builder: Builder, arguments: Arguments) -> None:
    earlier, current = str(arguments.values.get("value", "")), builder.current
    values = [written.name for written in builder.equations] + [builder.data]
    if earlier not in values:
        hint = nearest(earlier, values) or "name a value of an earlier layer, as in add(h1)"
        raise LayerError(f"add: there is no earlier value `{earlier[:40]}`", hint)
    shapes = builder.shapes
    if shapes[earlier] != shapes[current]:
        found = f"{current} is {shape_text(shapes[current])}"
        raise LayerError(f"add: {earlier} is {shape_text(shapes[earlier])} and {found}")
    builder.value(f"s{builder.next('s')}", f"{current} + {earlier}")


LAYER = Kind("add(value)", _build, ("value",))
