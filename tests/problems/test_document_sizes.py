"""The documents' exercises about shapes and counts: 000 Q4, 002, 003 T2 and T3."""

import numpy as np
import pytest
from problem_support import PROBLEMS, close, formula, near_differences, shape, solved, terms

from backpropcli.problem import problem_from_text
from backpropcli.solution import solve


@pytest.mark.parametrize("name", ["mnist-mlp-layers", "mnist-mlp-equations"])
def test_digit_network_is_counted(name):
    # 000 Q4
    s = solved(name)
    counts = s.program.counts
    assert counts.total("parameters") == 669_706
    assert counts.total("operations") == 1_338_378
    # One mac for each weight: 784*512 + 512*512 + 512*10
    assert counts.total("macs") == 668_672
    # 784*512 + 512, 512*512 + 512, 512*10 + 10
    assert [counts.by_equation[z] for z in ("z1", "z2", "z3")] == [401_920, 262_656, 5_130]
    assert [shape(s, v) for v in ("h1", "h2", "h3")] == [("512",), ("512",), ("10",)]
    assert shape(s, "W1") == ("784", "512")
    assert "z1" not in s


def test_layer_list_stands_for_the_equations():
    listed, written = solved("mnist-mlp-layers"), solved("mnist-mlp-equations")
    for name in ("z1", "h1", "z2", "h2", "z3", "h3"):
        assert formula(listed, name) == formula(written, name)


@pytest.mark.parametrize(
    ("name", "values", "weights"),
    [
        ("minibatch-columns", "ABC", ["M_A", "b_A", "M_B", "b_B", "M_C", "b_C"]),
        ("minibatch-columns-layers", ["z1", "z2", "z3"], ["W1", "b1", "W2", "b2", "W3", "b3"]),
    ],
)
def test_minibatch_in_columns(name, values, weights):
    # 003 T2 and T3
    s = solved(name)
    assert [shape(s, v) for v in values] == [("1024", "32"), ("512", "32"), ("1", "32")]
    counts = s.program.counts
    assert counts.total("parameters") == 557_057
    # 1024*30, 1024, 512*1024, 512, 1*512, 1
    by_weight = [30_720, 1_024, 524_288, 512, 512, 1]
    assert [counts.parameters[w] for w in weights] == by_weight


SIZES = {
    "S1": "NH", "X2": "NH", "S2": "NC", "P": "NC", "L": "",
    "dL/dS2": "NC", "dL/dX2": "NH", "dL/dS1": "NH",
    "dL/dW2": "HC", "dL/db2": "C", "dL/dW1": "DH", "dL/db1": "H",
}  # fmt: skip


def test_softmax_classifier_over_named_sizes():
    # 002
    s = solved("softmax-sizes")
    assert {name: "".join(shape(s, name)) for name in SIZES} == SIZES
    assert formula(s, "dL/dW2") == "X2.T @ dL/dS2"
    assert formula(s, "dL/db2") == "sum(dL/dS2, axis=0)"
    assert formula(s, "dL/dX2") == "dL/dS2 @ W2.T"
    assert formula(s, "dL/dS1") == "dL/dX2 * relu'(S1)"
    assert formula(s, "dL/dW1") == "X.T @ dL/dS1"
    assert formula(s, "dL/db1") == "sum(dL/dS1, axis=0)"
    assert terms(s.program.counts.total("parameters")) == ["C", "C*H", "D*H", "H"]
    # A product of (N, D) and (D, H) has N*H*D multiplications.
    assert terms(s.program.counts.total("macs")) == ["C*H*N", "D*H*N"]
    assert "S1" not in s


def test_formulas_over_sizes_hold_for_numbers():
    # The same file with numbers for the sizes, against formulas of NumPy.
    rng = np.random.default_rng(0)
    x, w1, w2 = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    b1, b2 = rng.normal(size=4), rng.normal(size=2)
    y = np.eye(2)[[0, 1, 1, 0, 1]]
    text = (PROBLEMS / "softmax-sizes.yaml").read_text(encoding="utf-8")
    given = {"X": x, "Y": y, "W1": w1, "b1": b1, "W2": w2, "b2": b2}
    sizes = {"X": "N, D", "Y": "N, C", "W1": "D, H", "b1": "H", "W2": "H, C", "b2": "C"}
    for name, letters in sizes.items():
        text = text.replace(f"{name}: {{shape: [{letters}]}}", f"{name}: {given[name].tolist()}")
    s = solve(problem_from_text(text))

    def loss(w1=w1, b1=b1, w2=w2, b2=b2):
        scores = np.maximum(x @ w1 + b1, 0) @ w2 + b2
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return -(y * logs).sum() / 5

    close(s["L"], loss())
    hidden = np.maximum(x @ w1 + b1, 0)
    e = np.exp(hidden @ w2 + b2)
    residual = (e / e.sum(axis=1, keepdims=True) - y) / 5
    close(s["dL/dS2"], residual)
    close(s["dL/dW2"], hidden.T @ residual)
    close(s["dL/db1"], ((residual @ w2.T) * (x @ w1 + b1 > 0)).sum(axis=0))
    near_differences(s["dL/dW1"], lambda v: loss(w1=v), w1)
    near_differences(s["dL/db2"], lambda v: loss(b2=v), b2)
