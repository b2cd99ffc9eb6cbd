"""Batch, layer and RMS normalisation, variance and dropout, by hand and by their identities."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from backpropcli.errors import EvaluationError
from backpropcli.evaluate.counts import cost
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, Name
from backpropcli.ops import OPS
from backpropcli.ops.entry import ShapeError
from backpropcli.problem import problem_from_text
from backpropcli.solution import solve

RNG = np.random.default_rng(5)


def forward(name, *operands, **params):
    return OPS[name].forward(*map(np.asarray, operands), **params)


def test_variance_divides_by_n() -> None:
    # The mean of 1, 2, 4 is 7/3; (16/9 + 1/9 + 25/9)/3 = 14/9.
    assert forward("var", [1, 2, 4]) == pytest.approx(14 / 9)
    found = solve(problem_from_text("inputs: {x: [1, 2, 4]}\nnetwork: {v: var(x)}\nfind: [dv/dx]"))
    # 2*(x - 7/3)/3
    assert found.total.exact["dv/dx"].tolist() == [Fraction(n, 9) for n in (-8, -2, 10)]


def test_batch_norm_backward_by_hand() -> None:
    # x = (1, 2, 4), upstream (1, 0, -1), eps 0: the numbers of the catalogue of mistakes.
    found = solve(problem_from_text(
        "inputs: {x: [1, 2, 4], g: [1, 0, -1]}\nnetwork: {n: 'batchnorm(x, eps=0)'}\n"
        "loss: sum(g*n)\nfind: [dL/dx]"
    ))  # fmt: skip
    np.testing.assert_allclose(found["dL/dx"], [0.11454, -0.17181, 0.05727], atol=5e-6)
    assert np.sum(found["dL/dx"]) == pytest.approx(0, abs=1e-12)
    assert np.dot(found["dL/dx"], found["n"]) == pytest.approx(0, abs=1e-12)


def test_each_feature_of_a_batch() -> None:
    x = np.array([[1.0, 10], [3, 30]])
    assert forward("batchnorm", x, [1, 2], [0, 5], eps=0).tolist() == [[-1, 3], [1, 7]]
    # Inference: (x - mean)/sqrt(var) with the given numbers.
    found = forward("batchnorm", x, [1, 2], [0, 5], [1, 10], [4, 100], eps=0)
    assert found.tolist() == [[0, 5], [1, 9]]


@pytest.mark.parametrize(("shape", "axis"), [((4, 3, 5, 2), None), ((3, 5, 2), 0), ((6, 3), None)])
def test_images_share_a_feature_over_all_positions(shape, axis) -> None:
    x = RNG.normal(size=shape)
    params = {} if axis is None else {"axis": axis}
    found = forward("batchnorm", x, np.ones(3), np.zeros(3), eps=0, **params)
    feature = 1 if axis is None else axis
    rest = tuple(i for i in range(len(shape)) if i != feature)
    np.testing.assert_allclose(found.mean(axis=rest), 0, atol=1e-12)
    np.testing.assert_allclose(found.std(axis=rest), 1, atol=1e-12)


def test_layer_norm_and_rms_norm_by_hand() -> None:
    # The mean of (1, 3) is 2 and its deviation 1; the mean square of (3, 4) is 12.5.
    assert forward("layernorm", [[1, 3], [5, 7.0]], [2, 2], [0, 1], eps=0)[0].tolist() == [-2, 3]
    found = forward("rmsnorm", [3.0, 4], [1, 10], eps=0)
    np.testing.assert_allclose(found, [3 / 12.5**0.5, 40 / 12.5**0.5])
    # eps stands under the root: 5/sqrt(25 + 11) of a single number.
    assert forward("rmsnorm", [5.0], eps=11) == pytest.approx([5 / 6])
    assert forward("standardize", [1.0, 3], eps=3).tolist() == [-0.5, 0.5]
    assert forward("batchnorm", [1.0, 3]).tolist() == pytest.approx(
        [-1 / 1.00001**0.5, 1 / 1.00001**0.5]
    )


def test_dropout_scales_what_is_kept() -> None:
    problem = problem_from_text(
        "inputs: {m: [1, 0]}\nweights: {x: [4, 6]}\nnetwork: {h: 'dropout(x, m, 0.2)'}\n"
        "loss: sum(2*h)"
    )
    found = solve(problem)
    assert found.total.exact["h"].tolist() == [5, 0]
    assert found.total.exact["dL/dx"].tolist() == [Fraction(5, 2), 0]


@pytest.mark.parametrize("mask", ["[2, 0]", "[1, 0.5]", "[1, -1]"])
def test_a_mask_that_is_not_of_zeros_and_ones(mask) -> None:
    text = f"inputs: {{m: {mask}}}\nweights: {{x: [4, 6]}}\nnetwork: {{h: %s}}\nloss: sum(h)"
    with pytest.raises(EvaluationError, match="a mask holds 1 for what is kept and 0 elsewhere"):
        solve(problem_from_text(text % "'dropout(x, m, 0.5)'"))
    # Nothing is asked of the numbers of a product: that is how a scaled mask is written.
    solve(problem_from_text(text % "x * m"))


@pytest.mark.parametrize(
    ("name", "shapes", "params", "said"),
    [
        ("dropout", ((3,), (3,)), {}, "p= is missing"),
        ("dropout", ((3,), (3,)), {"p": 1}, "from 0 to below 1"),
        ("dropout", ((3,), (2, 3)), {"p": 0}, "does not fit"),
        ("batchnorm", ((4, 3), (4,), (4,)), {}, "a number for each feature is (3,)"),
        ("batchnorm", ((4, 3), (3,)), {}, "with gamma and beta"),
        ("batchnorm", ((4, 3),), {"axis": (0, 1)}, "one axis"),
        ("batchnorm", ((),), {}, "no batch"),
        ("layernorm", ((4, 3), (3,)), {}, "with gamma and beta"),
        ("layernorm", ((4, 3),), {"eps": -1}, "eps="),
        ("rmsnorm", ((),), {}, "no axis"),
    ],
)
def test_wrong_operands_are_told(name, shapes, params, said) -> None:
    with pytest.raises(ShapeError) as found:
        OPS[name].shape(shapes, params)
    assert said in str(found.value)


def test_counts_by_hand() -> None:
    def spent(name, *own, **params):
        names = [f"a{i}" for i in range(len(own))]
        expr = Apply(name, tuple(map(Name, names)), tuple(params.items()))
        return cost(expr, Shapes(dict(zip(names, own, strict=True)))).operations

    # 8 examples of 3 features: sums and divisions of both means 24 each, differences, squares,
    # quotients, gamma, beta 24 each; eps and the root once for each feature.
    assert spent("batchnorm", (8, 3), (3,), (3,)) == 7 * 24 + 2 * 3
    assert spent("batchnorm", (8, 3), (3,), (3,), (3,), (3,)) == 4 * 24 + 2 * 3
    assert spent("layernorm", (8, 3), (3,), (3,)) == 7 * 24 + 2 * 8
    assert spent("rmsnorm", (8, 3), (3,)) == 4 * 24 + 2 * 8
    assert spent("var", (8, 3), axis=0) == 4 * 24
    assert spent("dropout", (8, 3), (8, 3), p=0) == 2 * 24
