"""Convolution: a kernel slides over the input, and each window gives one number.

As in every deep-learning library this is the cross-correlation: the kernel is not flipped.
With x (batch, in, *sizes), K (out, in/groups, *kernel) and b (out,),

    z[n,o,i] = b[o] + sum over c and k of K[o,c,k] * x[n, c, stride*i + dilation*k - padding].

The batch axis may be missing, and so may the axis of a single channel or of a single kernel: a
matrix and a kernel that is a matrix give a matrix. The gradients are two linear ops of their own,
and their gradients are convolutions again (Dumoulin and Visin 2016, chapter 4; Goodfellow et al.
2016, section 9.5).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from backpropcli.language.nodes import Expr, call
from backpropcli.ops import windows as w
from backpropcli.ops.convolving import Params, convolved, frame, input_gradient, kernel_gradient
from backpropcli.ops.entry import Op, Sample, ShapeError, Site, Vjp
from backpropcli.ops.sizes import Shape, Size, product, shape_text

SETTINGS = ("stride", "padding", "groups", "dilation")


def _shape(rank: int, operands: tuple[Shape, ...], params: Params) -> Shape:
    found = frame(rank, operands[0], operands[1], params)
    if len(operands) == 3 and operands[2] != found.kernel[:1]:
        single = found.kernel[0] == 1 and product(operands[2]) == 1 and len(operands[2]) < 2
        if not single:
            raise ShapeError(
                f"the bias is {shape_text(operands[2])}, one number for each of "
                f"{found.kernel[0]} kernels is {shape_text(found.kernel[:1])}"
            )
    return found.out


def _checked(rank: int, x: Shape, kernel: Shape, g: Shape, result: Shape, params: Params) -> Shape:
    """The shape of a gradient, where the upstream gradient has the shape of the convolution's."""
    out = frame(rank, x, kernel, params).out
    if g != out:
        raise ShapeError(
            f"the upstream gradient is {shape_text(g)}, the convolution gives {shape_text(out)}"
        )
    return result


def _input_shape(rank: int, pair: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    shape = tuple(params["shape"])
    return _checked(rank, shape, pair[1], pair[0], shape, params)


def _kernel_shape(rank: int, pair: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    shape = tuple(params["shape"])
    return _checked(rank, pair[0], shape, pair[1], shape, params)


def _work(rank: int, x: Shape, kernel: Shape, params: Params) -> tuple[Size, Size]:
    """The numbers of a result, and the products that each is the sum of."""
    found = frame(rank, x, kernel, params)
    return product(found.result), product(found.kernel[1:])


def _count(rank: int, own: tuple[Shape, ...], shape: Shape, params: Params) -> tuple[Size, Size]:
    numbers, each = _work(rank, own[0], own[1], params)
    biases = numbers if len(own) == 3 else 0
    return numbers * each + numbers * (each - 1) + biases, numbers * each


def _count_input(
    rank: int, own: tuple[Shape, ...], shape: Shape, params: Params
) -> tuple[Size, Size]:
    numbers, each = _work(rank, tuple(params["shape"]), own[1], params)
    return 2 * numbers * each - product(shape), numbers * each


def _count_kernel(
    rank: int, own: tuple[Shape, ...], shape: Shape, params: Params
) -> tuple[Size, Size]:
    numbers, each = _work(rank, own[0], tuple(params["shape"]), params)
    return 2 * numbers * each - product(shape), numbers * each


def _settings(s: Site) -> dict[str, Any]:
    return {key: value for key, value in s.params.items() if key != "shape"}


def _vjps(rank: int) -> tuple[Vjp, ...]:
    """The gradients of x, of K and of b."""
    name = f"conv{rank}d"

    def of_bias(s: Site) -> Expr:
        shape = s.shapes[2]
        if product(shape) == 1:
            total = call("sum", s.g)
            return total if shape == () else call("expand", total, shape=shape)
        channel = len(s.shape) - rank - 1
        axes = tuple(axis for axis in range(len(s.shape)) if axis != channel)
        return call("sum", s.g, axis=axes if len(axes) > 1 else axes[0])

    return (
        lambda s: call(f"{name}_input", s.g, s.y, shape=s.shapes[0], **_settings(s)),
        lambda s: call(f"{name}_kernel", s.x, s.g, shape=s.shapes[1], **_settings(s)),
        of_bias,
    )


def _input_vjps(rank: int) -> tuple[Vjp, ...]:
    name = f"conv{rank}d"
    return (
        lambda s: call(name, s.g, s.y, **_settings(s)),
        lambda s: call(f"{name}_kernel", s.g, s.x, shape=s.shapes[1], **_settings(s)),
    )


def _kernel_vjps(rank: int) -> tuple[Vjp, ...]:
    name = f"conv{rank}d"
    return (
        lambda s: call(f"{name}_input", s.y, s.g, shape=s.shapes[0], **_settings(s)),
        lambda s: call(name, s.x, s.g, **_settings(s)),
    )


SAMPLES = {
    1: (
        Sample(((4,), (3,))),
        Sample(((2, 5), (3, 2, 2), (3,)), {"stride": 2}),
        Sample(((2, 1, 4), (2, 1, 3)), {"padding": "same"}),
    ),
    2: (
        Sample(((3, 4), (2, 2))),
        Sample(((3, 3), (2, 2, 2), (2,))),
        Sample(((2, 3, 3), (2, 2, 2, 2), (2,)), {"padding": 1, "stride": 2}),
        Sample(((2, 3, 3), (2, 2, 2)), {"padding": (0, 1)}),
        Sample(((2, 2, 3, 2), (2, 1, 2, 2)), {"groups": 2, "padding": "same"}),
        Sample(((4, 4), (2, 2), ()), {"dilation": 2}),
    ),
}


def _adjoint_samples(rank: int, of_input: bool) -> tuple[Sample, ...]:
    """The samples of the convolution with an upstream gradient in place of x, or of K."""
    found = []
    for sample in SAMPLES[rank]:
        x, kernel = sample.shapes[:2]
        g = w.known(frame(rank, x, kernel, sample.params).out)
        params = {"shape": x if of_input else kernel, **sample.params}
        found.append(Sample((g, kernel) if of_input else (x, g), params))
    return tuple(found)


def _ops(rank: int) -> tuple[Op, ...]:
    name = f"conv{rank}d"

    def bound(function: Callable[..., Any]) -> Any:
        return partial(function, rank)

    source = "Goodfellow et al. 2016, sections 9.1 and 9.5"
    return (
        Op(name, f"The convolution (cross-correlation) of x with a kernel over {rank} "
           f"{'axes' if rank > 1 else 'axis'}, plus a bias per channel.",
           bound(convolved), bound(_shape), _vjps(rank), 2, optional=1, params=SETTINGS,
           exact=bound(convolved), cost=bound(_count), samples=SAMPLES[rank], source=source),
        Op(f"{name}_input", f"The gradient of {name} by its input: each upstream entry puts the "
           "kernel, scaled, where it stood. `shape=` is that of the input.",
           bound(input_gradient), bound(_input_shape), _input_vjps(rank), 2,
           params=("shape", *SETTINGS),
           exact=bound(input_gradient), cost=bound(_count_input), linear=(0, 1),
           samples=_adjoint_samples(rank, True), source=source),
        Op(f"{name}_kernel", f"The gradient of {name} by its kernel: each upstream entry times the "
           "window that it came from, summed over all positions. `shape=` is that of the kernel.",
           bound(kernel_gradient), bound(_kernel_shape), _kernel_vjps(rank), 2,
           params=("shape", *SETTINGS), exact=bound(kernel_gradient), cost=bound(_count_kernel),
           linear=(0, 1), samples=_adjoint_samples(rank, False), source=source),
    )  # fmt: skip


OPS = (*_ops(1), *_ops(2))
