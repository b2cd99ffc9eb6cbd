"""Convolution, pooling, normalisation and dropout in layer lists: equations, counts, complaints."""

import numpy as np
import pytest
from problem_support import close, shape
from test_layer_lists import complaint, equations, layers

from backpropcli.program import build_program
from backpropcli.solution import solve
from backpropcli.verify import verify

IMAGE = "x: {shape: [3, 8, 8]}"
BATCH = "x: {shape: [4, 3, 8, 8]}"


def counted(*lines, **more):
    return build_program(layers(*lines, **more)).counts


def convolutions(plan):
    """A VGG: a number is a 3 x 3 convolution with that many kernels, M a max-pool."""
    return [f"conv2d({n}, 3, relu, padding=1)" if n != "M" else "maxpool2d(2)" for n in plan]


LENET = ["conv2d(6, 5, tanh)", "avgpool2d(2)", "conv2d(16, 5, tanh)", "avgpool2d(2)", "flatten",
         "dense(120, tanh)", "dense(84, tanh)", "dense(10)"]  # fmt: skip
HEAD = ["flatten", "dense(4096, relu)", "dense(4096, relu)", "dense(1000)"]
VGG16 = [64, 64, "M", 128, 128, "M", *[256] * 3, "M", *[512] * 3, "M", *[512] * 3, "M"]
ALEXNET = [
    "conv2d(64, 11, relu, stride=4, padding=2)", "maxpool2d(3, stride=2)",
    "conv2d(192, 5, relu, padding=2)", "maxpool2d(3, stride=2)",
    *(f"conv2d({n}, 3, relu, padding=1)" for n in (384, 256, 256)),
    "maxpool2d(3, stride=2)", "flatten", "dropout(0.5)", "dense(4096, relu)", "dropout(0.5)",
    "dense(4096, relu)", "dense(1000)",
]  # fmt: skip


def test_published_parameter_counts() -> None:
    # LeNet-5 with full connections; VGG-16, Simonyan and Zisserman 2015; torchvision's AlexNet.
    lenet = counted(*LENET, data="x: {shape: [1, 32, 32]}")
    assert lenet.total("parameters") == 61_706
    assert lenet.of("parameters(z1)") == 6 * 26
    assert lenet.of("macs(z2)") == 16 * 100 * 150
    vgg = counted(*convolutions(VGG16), *HEAD, data="x: {shape: [3, 224, 224]}")
    assert vgg.total("parameters") == 138_357_544
    assert vgg.total("macs") == 15_470_264_320
    alexnet = counted(*ALEXNET, data="x: {shape: [3, 224, 224]}")
    assert alexnet.total("parameters") == 61_100_840
    assert alexnet.total("macs") == 714_188_480


def test_named_batch_and_number_of_filters() -> None:
    found = solve(layers("conv2d(F, 3, padding=same)", "globalavgpool", "dense(10)",
                         data="x: {shape: [N, 3, H, W]}"))  # fmt: skip
    assert shape(found, "z1") == ("N", "F", "H", "W")
    assert shape(found, "pool1") == ("N", "F")
    assert str(found.program.counts.of("parameters(z1)")) == "28*F"


def test_images_with_and_without_a_batch() -> None:
    lines = ["conv2d(2, 3, relu)", "maxpool2d(2)", "flatten", "dense(5)"]
    single = equations(*lines, data=IMAGE)
    assert single["z1"] == "conv2d(x, W1, b1)"
    assert single["pool1"] == "maxpool2d(h1, kernel=2)"
    assert single["flat1"] == "flatten(pool1)"
    batch = equations(*lines, data=BATCH)
    assert batch["flat1"] == "flatten(pool1, axis=1)"
    assert batch["z2"] == "flat1 @ W2 + b2"


def test_the_column_convention_turns_the_vectors_of_a_batch() -> None:
    lines = ["conv2d(2, 3)", "flatten", "dense(5)"]
    found = equations(*lines, data=BATCH, rest="convention: column\n")
    assert found["flat1"] == "flatten(z1, axis=1).T"
    assert found["z2"] == "W2 @ flat1 + b2"
    pooled = equations("globalavgpool", "dense(5)", data=BATCH, rest="convention: column\n")
    assert pooled["pool1"] == "globalavgpool(x).T"


def test_a_plain_matrix_is_one_channel() -> None:
    found = solve(layers("conv2d(1, 3)", data="x: {shape: [5, 6]}"))
    assert shape(found, "W1") == ("3", "3")
    assert shape(found, "z1") == ("3", "4")
    given = "x: {shape: [5, 6]}}\nweights: {W1: {shape: [7, 3, 3]}"
    assert shape(solve(layers("conv2d(7, 3)", data=given)), "z1") == ("7", "3", "4")
    assert shape(solve(layers("conv2d(7, 3)", data="x: {shape: [5, 6]}")), "W1") == (
        "7", "1", "3", "3",
    )  # fmt: skip


def test_settings_of_a_convolution() -> None:
    found = solve(layers("conv2d(6, [3, 1], stride=2, padding=[1, 0], groups=3, bias=False)",
                         data=IMAGE))  # fmt: skip
    assert shape(found, "W1") == ("6", "1", "3", "1")
    assert shape(found, "z1") == ("6", "4", "4")
    assert "b1" not in found.program.shapes
    same = solve(layers("conv2d(6, 3, padding='same', dilation=2)", data=IMAGE))
    assert shape(same, "z1") == ("6", "8", "8")


def test_sequences_of_conv1d() -> None:
    lines = ["conv1d(4, 3, relu)", "maxpool1d(2)", "globalavgpool", "dense(2)"]
    found = equations(*lines, data="x: {shape: [3, 9]}")
    assert found["pool2"] == "mean(pool1, axis=1)"
    batch = solve(layers(*lines, data="x: {shape: [5, 3, 9]}"))
    assert shape(batch, "pool2") == ("5", "4")
    assert shape(batch, "z2") == ("5", "2")


def test_what_is_normalised() -> None:
    assert equations("dense(4)", "batchnorm", "relu", data="x: {shape: [8, 3]}")["norm1"] == (
        "batchnorm(z1, gamma1, beta1)"
    )
    images = ["conv2d(2, 3)", "batchnorm", "layernorm", "rmsnorm(eps=1e-6)"]
    batch = equations(*images, data=BATCH)
    assert batch["norm1"] == "batchnorm(z1, gamma1, beta1)"
    assert batch["norm2"] == "layernorm(norm1, gamma2, beta2, axis=[1, 2, 3])"
    assert batch["norm3"] == "rmsnorm(norm2, gamma3, axis=[1, 2, 3], eps=1e-6)"
    single = equations(*images, data=IMAGE)
    assert single["norm1"] == "batchnorm(z1, gamma1, beta1, axis=0)"
    columns = equations("batchnorm(affine=False)", "layernorm", data="x: {shape: [3, 8]}",
                        rest="convention: column\n")  # fmt: skip
    assert columns["norm1"] == "batchnorm(x, axis=0)"
    assert columns["norm2"] == "layernorm(norm1, gamma2, beta2, axis=0)"


def test_running_averages_are_counted_apart() -> None:
    found = counted("conv2d(16, 3)", "batchnorm", "relu", "flatten", "dense(4)", "batchnorm",
                    data=BATCH)  # fmt: skip
    # Two trained and two other numbers for each channel and each feature.
    assert found.of("parameters(norm1)") == 32
    assert found.of("non_trainable(norm1)") == 32
    assert found.of("non_trainable") == 32 + 8
    assert found.of("non_trainable(z1)") == 0


def test_inference_uses_the_given_averages_and_drops_nothing() -> None:
    data = "x: [[1, 10], [3, 30]], mean1: [1, 10], var1: [4, 100]"
    found = solve(layers("batchnorm(training=False, eps=0)", "dropout(0.5, training=False)",
                         "dense(1, bias=False)", data=data,
                         rest="weights: {gamma1: [1, 2], beta1: [0, 5], W1: [[1], [1]]}\n")
    )  # fmt: skip
    close(found["norm1"], [[0, 5], [1, 9]])
    close(found["z1"], [[5], [10]])


def test_a_small_network_agrees_with_differences() -> None:
    problem = layers(
        "conv2d(2, 2, tanh, padding=1, stride=2)", "batchnorm", "maxpool2d(2)", "dropout(0.25)",
        "flatten", "layernorm", "dense(2)",
        data="x: {shape: [2, 1, 5, 5], random: {low: -1, high: 1}}, y: [1, 2], "
             "mask1: {shape: [2, 2, 1, 1], random: {low: 0, high: 1, integer: true}}",
        rest="weights:\n"
             "  W1: {shape: [2, 1, 2, 2], random: {low: -1, high: 1}}\n"
             "  b1: [0.1, -0.2]\n  gamma1: [1, 0.5]\n  beta1: [0.3, 0.1]\n"
             "  gamma2: [1, 2]\n  beta2: [0, 0.2]\n"
             "  W2: {shape: [2, 2], random: {low: -1, high: 1}}\n  b2: [0, 0]\n"
             "loss: softmax_cross_entropy(z2, y)\nseed: 3\n",
    )  # fmt: skip
    solution = solve(problem)
    found = verify(solution)
    assert {name for _, name in found} >= {"dL/dW1", "dL/dgamma1", "dL/dbeta2"}
    assert all(comparison.agrees for comparison in found.values())
    assert np.all(np.isfinite(solution["dL/dW1"]))


@pytest.mark.parametrize(
    ("lines", "data", "said"),
    [
        (["conv2d(6)"], IMAGE, "needs a kernel"),
        (["conv2d(relu, 3)"], IMAGE, "the number of filters comes first"),
        (["conv2d(6, [3, 3, 3])"], IMAGE, "or a pair of them, found [3, 3, 3]"),
        (["conv2d(6, 9)"], IMAGE, "larger than the input"),
        (["conv2d(6, 3, stride=0)"], IMAGE, "stride= is a whole number"),
        (["conv2d(6, 3, paddin=1)"], IMAGE, "did you mean padding"),
        (["conv2d(6, 3, groups=2)"], IMAGE, "3 channels cannot be shared out"),
        (["conv2d(6, 3)"], "x: [1, 2]", "takes (channels, height, width)"),
        (["conv2d(6, 3)", "dense(3)"], IMAGE, "`flatten` before it"),
        (["conv2d(6, 3)", "conv1d(6, 3)"], IMAGE, "conv1d takes (channels, length)"),
        (["maxpool2d"], IMAGE, "needs a kernel"),
        (["maxpool2d(2, padding=2)"], IMAGE, "smaller than the window"),
        (["flatten"], "x: [1, 2]", "takes images"),
        (["dropout"], "x: [1, 2]", "p= is missing"),
        (["dropout(1.5)"], "x: [1, 2]", "from 0 to below 1"),
        (["batchnorm"], "x: [1, 2]", "takes a batch"),
        (["batchnorm(eps=-1)"], BATCH, "eps="),
        (["layernorm(3)"], "x: [1, 2]", "an argument too many: 3"),
    ],
)
def test_wrong_lines_are_told(lines, data, said) -> None:
    assert said in complaint(*lines, data=data)


def test_given_weights_of_another_shape() -> None:
    said = complaint("conv2d(2, 3)", data=IMAGE + "}\nweights: {W1: {shape: [2, 3, 5, 5]}")
    assert "W1 is (2, 3, 5, 5), `conv2d(2, 3)` in line" in said
    assert "needs (out, in, kh, kw) = (2, 3, 3, 3)" in said
    said = complaint("dropout(0.5)", "dense(1)", data="x: [1, 2], mask1: [1, 0, 1]")
    assert "mask1 is (3,), `dropout(0.5)` in line" in said
    assert "needs (2,)" in said
