"""Parameters, operations and multiply-accumulates, worked by hand."""

from __future__ import annotations

import pytest
from evaluate_support import THREE_LAYERS

from backpropcli.ops.sizes import Poly, named, product
from backpropcli.problem import problem_from_text
from backpropcli.program import Counts, build_program


def counts(text: str) -> Counts:
    return build_program(problem_from_text(text)).counts


def test_the_three_layer_network() -> None:
    found = counts(THREE_LAYERS)
    # z1: 6 products, 3 sums, 3 biases; h1: 3; z2: 9 + 6 + 3; yhat: 3 + 2.
    assert {n: c.operations for n, c in found.network.items()} == {
        "z1": 12, "h1": 3, "z2": 18, "yhat": 5,
    }  # fmt: skip
    assert found.total("operations") == 38
    assert found.total("macs") == 6 + 9 + 3 == 18
    assert found.loss.operations == 3  # a difference, a square, a division
    assert found.total("parameters") == 6 + 3 + 9 + 3 + 3 == 24


@pytest.mark.parametrize("convention", ["row", "column"])
def test_mnist_with_relu_everywhere(convention: str) -> None:
    found = counts(f"""
convention: {convention}
inputs: {{x: {{shape: [784]}}}}
network:
  - dense(512, relu)
  - dense(512, relu)
  - dense(10, relu)
""")
    # (784*512 + 512) + (512*512 + 512) + (512*10 + 10)
    assert found.total("parameters") == 669_706
    # Each layer: out*in products, out*(in - 1) sums, out biases, out activations.
    layers = [(784, 512), (512, 512), (512, 10)]
    by_hand = sum(out * n + out * (n - 1) + out + out for n, out in layers)
    assert found.total("operations") == by_hand == 1_338_378
    assert found.total("macs") == 784 * 512 + 512 * 512 + 512 * 10


def test_layers_without_bias() -> None:
    found = counts("""
inputs: {x: {shape: [4]}}
network:
  - dense(3, bias=False)
  - dense(2, relu, bias=False)
""")
    assert found.total("parameters") == 4 * 3 + 3 * 2
    assert found.total("operations") == (12 + 9) + (6 + 4) + 2
    assert found.total("macs") == 18


def test_named_sizes() -> None:
    found = counts("""
inputs: {X: {shape: [N, D]}}
weights: {W1: {shape: [D, H]}, b1: {shape: [H]}, W2: {shape: [H, C]}, b2: {shape: [C]}}
network:
  Z1: X @ W1 + b1
  H1: relu(Z1)
  Z2: H1 @ W2 + b2
""")
    assert str(found.total("parameters")) in ("C*H + D*H + C + H", "D*H + C*H + H + C")
    assert {n: str(s) for n, s in found.parameters.items()} == {
        "W1": "D*H", "b1": "H", "W2": "C*H", "b2": "C",
    }  # fmt: skip
    # N*H*D products, N*H*(D - 1) sums, N*H biases: 2*D*H*N.
    assert str(found.network["Z1"].operations) == "2*D*H*N"
    assert str(found.network["H1"].operations) == "H*N"
    assert str(found.network["Z1"].macs) == "D*H*N"
    n, d, h, c = map(named, "NDHC")
    assert found.total("operations") == 2 * d * h * n + h * n + 2 * c * h * n


def test_the_sizes_of_a_polynomial() -> None:
    n, d = named("N"), named("D")
    assert str(n * d + n) == "D*N + N"
    assert str(2 * n - 1) == "2*N - 1"
    assert str(n * n) == "N*N"
    assert n - n == 0
    assert (n + 1) - n == 1
    assert n * 0 == 0
    assert n * d == d * n
    assert hash(n * d) == hash(d * n)
    assert n != 1
    assert (n + d) * (n - d) == n * n - d * d
    assert product((n, 3, d)) == 3 * (d * n)
    assert isinstance(1 - n, Poly)
    assert str(1 - n) == "-N + 1"


@pytest.mark.parametrize(
    ("equation", "operations", "macs"),
    [
        ("A @ v", 4 * 3 + 4 * 2, 12),
        ("v @ v", 3 + 2, 3),
        ("A @ B", 4 * 2 * 3 + 4 * 2 * 2, 24),
        ("A @ v + u", 20 + 4, 12),
        ("u * u", 4, 0),
        ("-u", 0, 0),
        ("A.T", 0, 0),
        ("sum(u)", 3, 0),
        ("sum(A, axis=0)", 9, 0),
        ("tanh(A)", 12, 0),
        ("softmax(u)", 4, 0),
        ("u[1]", 0, 0),
        ("concat(u, v)", 0, 0),
        ("outer(u, v)", 12, 0),
    ],
)
def test_the_cost_of_one_equation(equation: str, operations: int, macs: int) -> None:
    found = counts(f"""
inputs: {{A: {{shape: [4, 3]}}, B: {{shape: [3, 2]}}, v: {{shape: [3]}}, u: {{shape: [4]}}}}
network:
  z: {equation}
""")
    assert found.network["z"] == (operations, macs)


def test_a_shared_weight_counts_once() -> None:
    found = counts("inputs: {x: [1, 2]}\nweights: {A: [1, 2], B: A}\nnetwork: {z: A * x + B}\n")
    assert found.total("parameters") == 2
