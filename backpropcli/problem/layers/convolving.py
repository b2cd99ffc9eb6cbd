"""Layers whose windows slide over images (channels, height, width) or (channels, length)."""

from __future__ import annotations

from backpropcli.ops.sizes import Shape, Size, shape_text
from backpropcli.problem.layers.builder import Builder, Shapes
from backpropcli.problem.layers.kind import Arguments, Kind, LayerError

SETTINGS = ("stride", "padding", "groups", "dilation")


def enter(builder: Builder, layer: str, rank: int) -> None:
    """Images enter: the last ``rank`` axes hold positions; a batch axis is never among them."""
    axes = "channels, height, width" if rank == 2 else "channels, length"
    if not rank <= len(builder.shape) <= rank + 2 or builder.planes not in (0, rank):
        raise LayerError(
            f"{layer} takes ({axes}), with a batch axis before it or without, {builder.current} is "
            f"{shape_text(builder.shape)}"
        )
    builder.planes = rank


def _channels(builder: Builder, rank: int) -> Size:
    return 1 if len(builder.shape) == rank else builder.shape[-rank - 1]


def _shared(channels: Size, groups: int) -> Size:
    """The channels that each kernel of a group sees."""
    if groups == 1:
        return channels
    if not isinstance(channels, int) or channels % groups:
        raise LayerError(f"{channels} channels cannot be shared out to {groups} groups")
    return channels // groups


def convolution(rank: int) -> Kind:
    """conv1d or conv2d: kernels (out, in/groups, *kernel) and a bias for each kernel."""
    name = f"conv{rank}d"

    def build(builder: Builder, arguments: Arguments) -> None:
        enter(builder, name, rank)
        example = f"{name}(6, 5, relu)"
        filters = arguments.size("filters", "the number of filters", example)
        kernel: Shape = arguments.cells("kernel", rank)
        activation, bias = arguments.activation(), arguments.flag("bias", True)
        seen = _shared(_channels(builder, rank), arguments.number("groups", 1))
        number, x = builder.next("z"), builder.current
        single = len(builder.shape) == rank  # one channel without an axis of its own
        shape = (filters, seen, *kernel)
        plain = single and filters == 1  # a matrix gives a matrix
        also: Shapes = ((filters, *kernel), shape) if single else ()
        order = "(out, in, kh, kw)" if rank == 2 else "(out, in, k)"
        if plain:
            shape, order = kernel, ""
        operands = [x, builder.weight(f"W{number}", shape, order, also)]
        if bias:
            one: Shapes = ((),) if filters == 1 else ()
            operands.append(builder.weight(f"b{number}", (filters,), "", one))
        builder.value(f"z{number}", f"{name}({', '.join(operands)}{arguments.written(*SETTINGS)})")
        builder.activate(activation)

    usage = (
        f"{name}(filters, kernel, activation, stride=1, padding=0, groups=1, dilation=1, bias=True)"
    )
    return Kind(usage, build, ("filters", "kernel", "activation"), (*SETTINGS, "bias"))


def pooling(what: str, rank: int) -> Kind:
    """Max or average pooling over windows; ``pool1``, ``pool2`` ... in turn."""
    name = f"{what}pool{rank}d"

    def build(builder: Builder, arguments: Arguments) -> None:
        enter(builder, name, rank)
        arguments.cells("kernel", rank)
        settings = arguments.written("kernel", "stride", "padding")
        builder.value(f"pool{builder.next('pool')}", f"{name}({builder.current}{settings})")

    return Kind(
        f"{name}(kernel, stride=kernel, padding=0)", build, ("kernel",), ("stride", "padding")
    )


def global_pooling(what: str) -> Kind:
    """The mean or the largest number of each channel: vectors go on."""
    name = f"global{what}pool"

    def build(builder: Builder, arguments: Arguments) -> None:
        if not builder.planes:
            enter(builder, name, 2)
        batch, x = builder.is_batch, builder.current
        text = f"{name}({x})"
        if builder.planes == 1:
            reduction = "mean" if what == "avg" else "max"
            text = f"{reduction}({x}, axis={len(builder.shape) - 1})"
        as_vectors(builder, f"pool{builder.next('pool')}", text, batch)

    return Kind(f"{name}()", build)


def as_vectors(builder: Builder, name: str, text: str, batch: bool) -> None:
    """An equation that makes vectors of images; in the column convention they are columns."""
    builder.value(name, f"{text}.T" if batch and builder.column else text)
    builder.planes = 0
