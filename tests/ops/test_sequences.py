"""Embeddings, stacks, masks, attention, penalties: numbers worked by hand or published."""

import math
from fractions import Fraction

import numpy as np
import pytest

from backpropcli.errors import BackpropError
from backpropcli.language.text import to_text
from backpropcli.ops import FUNCTIONS
from backpropcli.ops.shorthands import SHORTHANDS
from backpropcli.problem import problem_from_text
from backpropcli.solution import solve


def of(text):
    return solve(problem_from_text(text))


def formula(solution, name):
    return to_text(solution.program.equation(name).expr)


def refused(text):
    with pytest.raises(BackpropError) as caught:
        of(text)
    return caught.value.complaints[0].message


def test_a_row_used_twice_gets_both_gradients():
    # d = (2, 3) for two uses of row 1: 5; row 2 is not used
    s = of("inputs: {ids: [1, 1], d: [[2], [3]]}\nweights: {E: [[7], [8]]}\n"
           "network: {x: 'embedding(E, ids)'}\nloss: sum(d*x)\n")  # fmt: skip
    assert s["x"].tolist() == [[7], [7]]
    assert s["dL/dE"].tolist() == [[5], [0]]
    assert s.total.exact["dL/dE"].tolist() == [[5], [0]]
    assert formula(s, "dL/dE") == "onehot(ids, n=2).T @ dL/dx"


@pytest.mark.parametrize(
    ("ids", "rows", "gradient"),
    [
        ("2", [3, 4], [[0, 0], [1, 1], [0, 0]]),
        ("[3, 1]", [[5, 6], [1, 2]], [[1, 1], [0, 0], [1, 1]]),
        ("[[1, 2], [2, 2]]", [[[1, 2], [3, 4]], [[3, 4], [3, 4]]], [[1, 1], [3, 3], [0, 0]]),
    ],
)
def test_embedding_of_one_number_a_list_and_a_batch(ids, rows, gradient):
    s = of(f"inputs: {{ids: {ids}}}\nweights: {{E: [[1, 2], [3, 4], [5, 6]]}}\n"
           "network: {x: 'embedding(E, ids)'}\nloss: sum(x)\n")  # fmt: skip
    assert s["x"].tolist() == rows
    assert s["dL/dE"].tolist() == gradient


def test_row_numbers_count_from_index_from():
    text = "index_from: {}\ninputs: {{ids: [{}]}}\nweights: {{E: [[1], [2]]}}\n"
    text += "network: {{x: 'embedding(E, ids)'}}\nloss: sum(x)\n"
    assert of(text.format(0, 1))["x"].tolist() == [[2]]
    assert of(text.format(1, 1))["x"].tolist() == [[1]]
    assert "row 0 is not one of the rows 1 to 2" in refused(text.format(1, 0))
    assert "row 2 is not one of the rows 0 to 1" in refused(text.format(0, 2))
    assert "row 1.5 is not one" in refused(text.format(1, 1.5))


def test_embedding_needs_a_matrix():
    text = "inputs: {ids: [1]}\nweights: {E: [1, 2]}\nloss: sum(embedding(E, ids))\n"
    assert "`embedding` takes rows of a matrix, found (2,)" in refused(text)


def test_attention_by_hand():
    # One query of (1, 0), d = 1: scores (ln 3, 0), weights (3/4, 1/4), output 3/4*8 + 1/4*4 = 7.
    # dL/dA = V = (8, 4); through softmax: a*(v - 7) = (3/4, -3/4).
    s = of("inputs: {Q: [[1]], K: [[ln(3)], [0]], V: [[8], [4]]}\n"
           "network: {S: Q @ K.T / sqrt(1), A: softmax(S), O: A @ V}\nloss: sum(O)\n"
           "find: [dL/dS, dL/dQ, dL/dK, dL/dV]\n")  # fmt: skip
    np.testing.assert_allclose(s["A"], [[0.75, 0.25]], rtol=1e-14)
    np.testing.assert_allclose(s["O"], [[7]], rtol=1e-14)
    np.testing.assert_allclose(s["dL/dS"], [[0.75, -0.75]], rtol=1e-14)
    np.testing.assert_allclose(s["dL/dQ"], [[0.75 * math.log(3)]], rtol=1e-14)
    np.testing.assert_allclose(s["dL/dK"], [[0.75], [-0.75]], rtol=1e-14)
    np.testing.assert_allclose(s["dL/dV"], [[0.75], [0.25]], rtol=1e-14)


CALLS = {
    "attention(Q, K, V)": "softmax(Q @ K.T / sqrt(2)) @ V",
    "attention(Q, K, V, M)": "masked_softmax(Q @ K.T / sqrt(2), M) @ V",
    "attention(Q, K, V, causal=True)": "masked_softmax(Q @ K.T / sqrt(2), causal_mask(n=2)) @ V",
    "l1_penalty(Q)": "sum(abs(Q))",
    "l2_penalty(Q, K)": "sum(Q**2) + sum(K**2)",
    "softmax(Q, temperature=2)": "softmax(Q / 2)",
    "softmax(Q, temperature=tau)": "softmax(Q / tau)",
    "log_softmax(Q, temperature=0.5)": "log_softmax(Q / 0.5)",
    "softmax_cross_entropy(Q, y, label_smoothing=0.1)": (
        "softmax_cross_entropy(Q, 0.9 * onehot(y, n=2) + 0.1 / 2)"
    ),
    "cross_entropy(Q, Q, label_smoothing=1/4)": "cross_entropy(Q, 0.75 * Q + 0.25 / 2)",
}


@pytest.mark.parametrize("call", CALLS)
def test_what_a_call_stands_for(call):
    given = "{shape: [2, 2]}"
    s = of(f"inputs: {{Q: {given}, K: {given}, V: {given}, M: {given}, tau: {{shape: []}}, "
           f"y: {{shape: [2]}}}}\nnetwork:\n  r: {call}\n")  # fmt: skip
    assert formula(s, "r") == CALLS[call]


def test_shorthands_are_functions_with_a_text():
    assert set(SHORTHANDS) <= FUNCTIONS
    assert all(one.doc.endswith(".") and one.least <= one.most for one in SHORTHANDS.entries())


def test_the_mask_hides_and_gets_no_gradient():
    s = of("inputs: {M: [[1, 0], [1, 1]]}\nweights: {S: [[1000, 2000], [0, ln(3)]]}\n"
           "network: {A: 'masked_softmax(S, M)'}\nloss: A[2,2] + A[1,1]\n")  # fmt: skip
    np.testing.assert_allclose(s["A"], [[1, 0], [0.25, 0.75]], rtol=1e-14)
    np.testing.assert_allclose(s["dL/dS"], [[0, 0], [-0.1875, 0.1875]], rtol=1e-13, atol=1e-15)
    assert formula(s, "A") == "masked_softmax(S, M)"


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        ("[[0, 0], [1, 1]]", "the mask leaves a row with nothing to attend to"),
        (
            "[[1, 0.5], [1, 1]]",
            "a mask holds 1 where attention is allowed and 0 elsewhere, found 0.5",
        ),
        ("[[1, 0, 1], [1, 1, 1]]", "do not fit together"),
    ],
)
def test_masks_that_do_not_fit(mask, said):
    text = f"inputs: {{M: {mask}}}\nweights: {{S: [[1, 2], [0, 1]]}}\n"
    assert said in refused(text + "network: {A: 'masked_softmax(S, M)'}\nloss: sum(A**2)\n")


def test_causal_attention_sees_only_what_came_before():
    text = "weights: {X: [[1, 2], [3, -1], [0.5, 4]]}\n"
    s = of(text + "network: {O: 'attention(X, X, X, causal=True)'}\nloss: sum(O[1])\n")
    np.testing.assert_allclose(s["O"][0], [1, 2], rtol=1e-14)
    np.testing.assert_allclose(s["dL/dX"], [[1, 1], [0, 0], [0, 0]], atol=1e-14)


def test_batches_of_matrices():
    rng = np.random.default_rng(5)
    q, k, v = (rng.normal(size=(2, 3, 4)).round(3) for _ in range(3))
    s = of(f"inputs: {{Q: {q.tolist()}, K: {k.tolist()}, V: {v.tolist()}}}\n"
           "network: {O: 'attention(Q, K, V)'}\n")  # fmt: skip
    for b in range(2):
        scores = np.exp(q[b] @ k[b].T / 2)
        weights = scores / scores.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(s["O"][b], weights @ v[b], rtol=1e-12)


def test_positions():
    # Vaswani et al. 2017, section 3.5, with d = 4: the second pair turns 100 times as slowly.
    s = of("network: {P: 'positional_encoding(3, 4)'}\n")
    expected = [
        [0, 1, 0, 1],
        [math.sin(1), math.cos(1), math.sin(0.01), math.cos(0.01)],
        [math.sin(2), math.cos(2), math.sin(0.02), math.cos(0.02)],
    ]
    np.testing.assert_allclose(s["P"], expected, rtol=1e-14)


def test_stack():
    text = (
        "weights: {a: [1, 2], b: [3, 4]}\nnetwork: {r: 'stack(a, b)', c: 'stack(a, b, axis=1)'}\n"
    )
    s = of(text + "loss: c[1,2] + 5*r[1,1]\n")
    assert s["r"].tolist() == [[1, 2], [3, 4]]
    assert s["c"].tolist() == [[1, 3], [2, 4]]
    assert (s["dL/da"].tolist(), s["dL/db"].tolist()) == ([5, 0], [1, 0])


def test_label_smoothing_by_hand():
    # z = 0: softmax 1/2 each; target (1 - 0.2 + 0.1, 0.1) = (0.9, 0.1); L = ln 2 for any target
    s = of("inputs: {y: 1}\nweights: {z: [0, 0]}\n"
           "loss: softmax_cross_entropy(z, y, label_smoothing=0.2)\n")  # fmt: skip
    assert s["L"] == pytest.approx(math.log(2), rel=1e-14)
    np.testing.assert_allclose(s["dL/dz"], [-0.4, 0.4], rtol=1e-14)


def test_penalties_by_hand():
    s = of("weights: {W: [[1, -2], [0, 3]], v: [4]}\n"
           "loss: l2_penalty(W, v)/10 + l1_penalty(W)\n")  # fmt: skip
    assert s.total.exact["L"][()] == Fraction(30, 10) + 6
    assert s["dL/dW"].tolist() == [[1.2, -1.4], [0, 1.6]]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("attention(Q, Q)", "attention takes 3 to 4 operands, found 2"),
        ("attention(Q, Q, Q, heads=2)", "attention has no argument `heads=`"),
        ("attention(Q, Q, Q, causal=3)", "attention: causal= is True or False"),
        ("attention(Q, v, Q)", "`attention` takes matrices of queries, keys and values"),
        ("softmax(Q, temperature=0)", "softmax: temperature= is above 0"),
        ("softmax(Q, temperature=-1)", "softmax: temperature= is a number above 0, or a value"),
        ("softmax(Q, temperature=rho)", "there is no value `rho`"),
        ("softmax_cross_entropy(Q, Q, label_smoothing=1)", "label_smoothing= is a number from 0"),
        ("mse(Q, Q, label_smoothing=0.1)", "mse has no argument `label_smoothing=`"),
        ("stack(Q, v)", "`stack` needs parts of one shape, found (2, 2), (2,)"),
    ],
)
def test_what_is_wrong_with_a_call(call, said):
    text = "inputs: {Q: [[1, 0], [0, 1]], v: [1, 2]}\nnetwork:\n  r: "
    assert said in refused(text + call + "\n")
