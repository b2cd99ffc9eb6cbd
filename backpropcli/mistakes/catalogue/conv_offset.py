"""The windows of a convolution or a pooling stand in the wrong places.

What it is
The windows start one cell too far on, or follow each other with another stride, or the
padding is left out; going forward, or in the gradient of the kernel.

Why it is wrong
Each output belongs to one window: it starts at the position of the output times the
stride, minus the padding. The gradient of the kernel multiplies each upstream entry
with the cells of that same window.

Example
For x = (1, 2, 0, -1) and dL/dz = (1, -2) the windows are (1, 2, 0) and (2, 0, -1), so
dL/dk = (1, 2, 0) - 2 * (2, 0, -1) = (-3, 2, 2). One cell too far on, and without what
stands out over the edge, it would be (2, 2, 0).

How to avoid it
Mark the first two windows in the input before you multiply. Their distance is the
stride, and with padding p the first one begins p cells before the input.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.language.nodes import At, Expr, call, index
from backpropcli.mistakes.entry import Edit, Example, Mistake
from backpropcli.mistakes.windows import Use, both, shifted, uses
from backpropcli.mistakes.world import World
from backpropcli.ops.sizes import is_known, whole

OPS = (*both("conv*d"), *both("maxpool*d"), *both("avgpool*d"))
START = "whose windows start one cell too far on"


def edits(world: World) -> Iterator[Edit]:
    """Windows that start too late, follow in another stride, or know no padding."""
    for use in uses(world.forward, *OPS):
        x, *others = use.node.args
        name, op = use.equation.name, use.node.op
        for kind, moved in shifted(world, x, use.rank):
            yield from world.edit(name, use.called(op, moved, *others), kind, 2.0, how=START)
        for stride, how in _strides(use):
            other = use.called(op, *use.node.args, stride=stride)
            yield from world.edit(name, other, "stride", 1.0, how=how)
        if use.params.get("padding", 0) not in (0, "valid"):
            how = "without the padding"
            other = use.called(op, *use.node.args, padding=None)
            yield from world.edit(name, other, "padding", 1.0, how=how)
    for use in uses(world.gradients, *both("conv*d_kernel")):
        x, g = use.node.args
        for kind, moved in shifted(world, x, use.rank):
            other = use.called(use.node.op, moved, g)
            yield from world.edit(use.equation.name, other, kind, 2.0, how=START)
        yield from world.edit(use.equation.name, _cut(world, use), "cut", 2.0, how=START)


def _strides(use: Use) -> Iterator[tuple[int, str]]:
    """The stride one larger and one smaller."""
    own = use.params.get("stride", use.params.get("kernel", 1))
    if isinstance(own, int):
        for other in (own - 1, own + 1):
            if other > 0:
                yield other, f"whose windows follow each other in steps of {other} instead of {own}"


def _cut(world: World, use: Use) -> Expr | None:
    """The gradient of a kernel one cell too far on, with zeros where windows are not complete."""
    x, g = use.node.args
    shape, full = tuple(use.params["shape"]), world.shape(x) or ()
    if not is_known(shape) or not is_known(full) or len(use.params) > 1 or 1 in shape[-use.rank :]:
        return None
    first = len(full) - use.rank
    later = index(x, *((1 if i >= first else 0, n) for i, n in enumerate(whole(full))))
    last = len(shape) - use.rank
    sizes = tuple(n - 1 if i >= last else n for i, n in enumerate(whole(shape)))
    part = call(use.node.op, later, g, shape=sizes)
    return use.put(call("place", part, at=At(tuple((0, n) for n in sizes)), shape=shape))


MISTAKE = Mistake(
    code="BP411",
    name="conv-offset",
    tier="C",
    message="{at} is that of a net {how}.",
    question="Where does the first window of {at} begin, and where the second?",
    remedy="The window of output i begins at stride * i - padding: {at} = {right}.",
    examples=(
        Example("slide", "dL/dk: [2, 2, 0]\n", "dL/dk", ("z", "dL/dx", "dL/db")),
        Example("strided", "z: [[-2.5, 7, 5.5], [3, -12.5, 11.5], [15, -5.5, -17]]\n", "z"),
    ),
    edits=edits,
)
