"""Convolution and pooling against plain loops, the numbers of a lecture, and known identities."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from backpropcli.evaluate.counts import cost
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, Name, call
from backpropcli.ops import OPS, convolving
from backpropcli.ops.entry import ShapeError
from backpropcli.ops.sizes import floor_divided, named

RNG = np.random.default_rng(11)


def forward(name, *operands, **params):
    return OPS[name].forward(*map(np.asarray, operands), **params)


def shape(name, *shapes, **params):
    return OPS[name].shape(shapes, params)


def loops(x, kernel, stride, pads, groups, dilation):
    """The definition, written as loops: x (N, C, *sizes), K (O, C/groups, *kernel)."""
    rank = x.ndim - 2
    x = np.pad(x, [(0, 0), (0, 0), *pads])
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel.shape[2:], strict=True)]
    out = [(n - r) // s + 1 for n, r, s in zip(x.shape[2:], reach, stride, strict=True)]
    z = np.zeros((x.shape[0], kernel.shape[0], *out))
    each = kernel.shape[0] // groups
    for n, o, *at in product(range(x.shape[0]), range(kernel.shape[0]), *map(range, out)):
        for c, *k in product(range(kernel.shape[1]), *map(range, kernel.shape[2:])):
            cell = [stride[i] * at[i] + dilation[i] * k[i] for i in range(rank)]
            seen = x[(n, (o // each) * kernel.shape[1] + c, *cell)]
            z[(n, o, *at)] += seen * kernel[(o, c, *k)]
    return z


@pytest.mark.parametrize("stride", [1, 2, (2, 1)])
@pytest.mark.parametrize("padding", [0, 1, (2, 0)])
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("dilation", [1, 2, (1, 2)])
def test_conv2d_is_its_definition(stride, padding, groups, dilation) -> None:
    x, kernel = RNG.normal(size=(2, 4, 6, 5)), RNG.normal(size=(6, 4 // groups, 3, 2))
    found = forward("conv2d", x, kernel, RNG.normal(size=6) * 0, stride=stride, padding=padding,
                    groups=groups, dilation=dilation)  # fmt: skip
    both = [v if isinstance(v, tuple) else (v, v) for v in (stride, padding, dilation)]
    pads = [(p, p) for p in both[1]]
    expected = loops(x, kernel, both[0], pads, groups, both[2])
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, 0, 1), (2, 1, 1), (3, 2, 2)])
def test_conv1d_is_its_definition(stride, padding, dilation) -> None:
    x, kernel = RNG.normal(size=(2, 3, 9)), RNG.normal(size=(4, 3, 3))
    found = forward("conv1d", x, kernel, stride=stride, padding=padding, dilation=dilation)
    expected = loops(x, kernel, [stride], [(padding, padding)], 1, [dilation])
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_the_numbers_of_a_small_example() -> None:
    x, k, delta = [1, 2, 0, -1], [2, -1, 3], [1, -2]
    # z1 = 2*1 - 1*2 + 3*0 = 0, z2 = 2*2 - 1*0 + 3*(-1) = 1; flipped it would be (1, 4).
    assert forward("conv1d", x, k).tolist() == [0, 1]
    # Each delta puts the kernel where it stood: (2, -1, 3, 0) - 2*(0, 2, -1, 3).
    assert forward("conv1d_input", delta, k, shape=(4,)).tolist() == [2, -5, 5, -6]
    # Each delta times its window: (1, 2, 0) - 2*(2, 0, -1).
    assert forward("conv1d_kernel", x, delta, shape=(3,)).tolist() == [-3, 2, 2]


def test_the_input_gradient_is_the_full_correlation_with_the_turned_kernel() -> None:
    g, kernel = RNG.normal(size=(3, 4)), RNG.normal(size=(2, 3))
    full = forward("conv2d", g, kernel[::-1, ::-1].copy(), padding=(1, 2))
    np.testing.assert_allclose(forward("conv2d_input", g, kernel, shape=(4, 6)), full, atol=1e-12)


@pytest.mark.parametrize(
    ("x", "kernel", "out"),
    [
        ((5, 6), (3, 3), (3, 4)),
        ((5, 6), (7, 3, 3), (7, 3, 4)),
        ((5, 6), (7, 1, 3, 3), (7, 3, 4)),
        ((2, 5, 6), (2, 3, 3), (3, 4)),
        ((2, 5, 6), (7, 2, 3, 3), (7, 3, 4)),
        ((9, 2, 5, 6), (7, 2, 3, 3), (9, 7, 3, 4)),
        ((named("N"), 3, named("H"), 6), (8, 3, 3, 3), (named("N"), 8, named("H") - 2, 4)),
    ],
)
def test_axes_on_the_left_may_be_missing(x, kernel, out) -> None:
    assert shape("conv2d", x, kernel) == out
    if all(isinstance(size, int) for size in x):
        full = (1,) * (4 - len(x)) + x
        spread = {2: (1, 1), 3: (7, 1) if len(x) == 2 else (1, 2), 4: kernel[:2]}[len(kernel)]
        a, b = RNG.normal(size=x), RNG.normal(size=kernel)
        whole = forward("conv2d", a.reshape(full), b.reshape(spread + kernel[-2:]))
        assert forward("conv2d", a, b).shape == out
        np.testing.assert_allclose(forward("conv2d", a, b).ravel(), whole.ravel())


@pytest.mark.parametrize(
    ("shapes", "params", "said"),
    [
        (((5, 5), (2, 2, 3, 3)), {}, "takes 2 channels, the input has 1"),
        (((4, 5, 5), (6, 1, 3, 3)), {"groups": 2}, "in each of 2 groups"),
        (((4, 5, 5), (3, 2, 3, 3)), {"groups": 2}, "cannot be shared out"),
        (((2, 2), (3, 3)), {}, "larger than the input"),
        (((2, 2), (5, 5)), {"padding": 1}, "with its padding"),
        (((5, 5), (3, 3)), {"stride": 0}, "stride= is a whole number from 1 on"),
        (((5, 5), (3, 3)), {"padding": "full"}, "padding= is a whole number from 0 on"),
        (((5, 5), (3, 3)), {"stride": (1, 2, 3)}, "or a pair"),
        (((5,), (3, 3)), {}, "an input is (batch, channels, height, width)"),
        (((5, 5), (3, 3), (2,)), {}, "one number for each of 1 kernels"),
    ],
)
def test_wrong_operands_are_told(shapes, params, said) -> None:
    with pytest.raises(ShapeError) as found:
        shape("conv2d", *shapes, **params)
    assert said in str(found.value)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "out", "before"),
    [(5, 3, 1, 5, 1), (5, 2, 1, 5, 0), (5, 3, 2, 3, 1), (6, 3, 2, 3, 0), (7, 3, 4, 2, 0)],
)
def test_same_padding(size, kernel, stride, out, before) -> None:
    # TensorFlow's rule: ceil(size/stride) windows, the odd padded cell at the end.
    x, k = RNG.normal(size=size), RNG.normal(size=kernel)
    found = forward("conv1d", x, k, stride=stride, padding="same")
    total = max((out - 1) * stride + kernel - size, 0)
    expected = loops(x[None, None], k[None, None], [stride], [(before, total - before)], 1, [1])
    np.testing.assert_allclose(found, expected.ravel(), atol=1e-12)
    assert total // 2 == before
    assert found.shape == (out,)


def test_named_sizes_of_windows() -> None:
    height = named("H")
    assert shape("maxpool2d", (3, 2 * height, height), kernel=2)[1] == height
    assert str(shape("maxpool2d", (height, 4), kernel=2)[0]) == "floor((H - 2)/2) + 1"
    assert str(shape("conv1d", (height,), (3,), padding="same")[0]) == "H"
    assert floor_divided(2 * height + 3, 2) == height + 1


def test_max_pool_gives_the_gradient_to_the_first_of_equal_entries() -> None:
    x = [[1, 5, 2, 2], [2, 3, 2, 2]]
    assert forward("maxpool2d", x, kernel=2).tolist() == [[5, 2]]
    sent = forward("maxpool2d_input", [[4.0, 3.0]], x, kernel=2)
    assert sent.tolist() == [[0, 4, 3, 0], [0, 0, 0, 0]]


def test_padding_never_wins_a_maximum() -> None:
    x = [[-3.0, -2.0], [-4.0, -1.0]]
    found = forward("maxpool2d", x, kernel=3, stride=1, padding=1)
    assert found.tolist() == [[-1, -1], [-1, -1]]
    fractions = np.array([[Fraction(-3), Fraction(-2)], [Fraction(-4), Fraction(-1)]])
    exact = OPS["maxpool2d"].exact(fractions, kernel=2, padding=1)
    assert exact.tolist() == [[-3, -2], [-4, -1]]
    with pytest.raises(ShapeError, match="smaller than the window"):
        shape("maxpool2d", (4, 4), kernel=2, padding=2)


def test_windows_that_overlap_add_up() -> None:
    # 9 wins both windows of (1, 9, 2), kernel 2, stride 1.
    assert forward("maxpool1d_input", [1.0, 10], [1.0, 9, 2], kernel=2, stride=1).tolist() == [
        0,
        11,
        0,
    ]
    assert forward("avgpool1d_input", [1.0, 10], shape=(3,), kernel=2, stride=1).tolist() == [
        0.5,
        5.5,
        5,
    ]


def test_average_pool() -> None:
    assert forward("avgpool2d", [[1, 5], [2, 3]], kernel=2).tolist() == [[2.75]]
    assert forward("avgpool2d_input", [[1.0]], shape=(2, 2), kernel=2).tolist() == [[0.25] * 2] * 2
    # A padded cell counts as a zero: (0 + 0 + 0 + 4)/4.
    assert forward("avgpool2d", [[4.0]], kernel=2, padding=1).tolist() == [[1]]


def test_global_pools() -> None:
    x = np.arange(12.0).reshape(1, 2, 2, 3)
    assert forward("globalavgpool", x).tolist() == [[2.5, 8.5]]
    assert forward("globalmaxpool", x).tolist() == [[5, 11]]


def spent(text_shapes, name, **params):
    names = [f"a{i}" for i in range(len(text_shapes))]
    shapes = Shapes(dict(zip(names, text_shapes, strict=True)))
    return cost(Apply(name, tuple(map(Name, names)), tuple(params.items())), shapes)


def test_counts_by_hand() -> None:
    # 6 kernels of 5x5 on 32x32: 6*28*28 numbers, each of 25 products, 24 sums and a bias.
    found = spent([(1, 32, 32), (6, 1, 5, 5), (6,)], "conv2d")
    assert found == (6 * 28 * 28 * 50, 6 * 28 * 28 * 25)
    # In two groups each kernel sees half of the channels.
    assert spent([(4, 8, 8), (6, 2, 3, 3)], "conv2d", groups=2).macs == 6 * 36 * 18
    # 14*14 windows: three comparisons, or three sums and a division.
    assert spent([(6, 28, 28)], "maxpool2d", kernel=2).operations == 6 * 14 * 14 * 3
    assert spent([(6, 28, 28)], "avgpool2d", kernel=2).operations == 6 * 14 * 14 * 4
    assert spent([(named("N"), 1, 8, 8), (6, 1, 3, 3)], "conv2d").macs == named("N") * 6 * 36 * 9
    assert call("conv2d", Name("x"), Name("K"), stride=2).params == (("stride", 2),)


def test_large_convolutions_go_cell_by_cell_to_the_same_numbers(monkeypatch) -> None:
    x, kernel = RNG.normal(size=(2, 4, 5, 6)), RNG.normal(size=(6, 2, 3, 2))
    settings = {"padding": 1, "stride": 2, "groups": 2}
    z = forward("conv2d", x, kernel, **settings)
    dx = forward("conv2d_input", z, kernel, shape=x.shape, **settings)
    dk = forward("conv2d_kernel", x, z, shape=kernel.shape, **settings)
    monkeypatch.setattr(convolving, "MOST_IN_COLUMNS", 10)
    np.testing.assert_allclose(forward("conv2d", x, kernel, **settings), z)
    again = forward("conv2d_input", z, kernel, shape=x.shape, **settings)
    np.testing.assert_allclose(again, dx)
    again = forward("conv2d_kernel", x, z, shape=kernel.shape, **settings)
    np.testing.assert_allclose(again, dk)


def test_a_window_has_its_limits() -> None:
    with pytest.raises(ShapeError, match="at most 65536 cells"):
        shape("maxpool2d", (1000, 1000), kernel=300)
