"""Each convention that is stated, on numbers worked by hand or published."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from backpropcli.errors import EvaluationError, ProblemError
from backpropcli.ops import OPS
from backpropcli.problem import problem_from_text
from backpropcli.solution import solve


def run(op: str, *args: object, **params: object) -> np.ndarray:
    return np.asarray(OPS[op].forward(*(np.asarray(a, float) for a in args), **params))


def answer(text: str, quantity: str) -> list[float] | float:
    """A quantity of a problem, which is asked for."""
    return solve(problem_from_text(text), also=[quantity])[quantity].tolist()  # type: ignore[no-any-return]


def test_the_slope_of_relu_at_zero_is_zero() -> None:
    assert run("relu'", [-1, 0, 1]).tolist() == [0, 0, 1]
    text = "inputs: {x: [-1, 0, 2]}\nloss: sum(relu(x))"
    assert answer(text, "dL/dx") == [0, 0, 1]


def test_the_slope_of_leaky_relu_at_zero_is_alpha() -> None:
    assert run("leaky_relu'", [-1, 0, 1]).tolist() == [0.01, 0.01, 1]
    assert run("leaky_relu'", [0], alpha=Fraction(1, 5)).tolist() == [0.2]


def test_the_slope_of_abs_at_zero_is_zero() -> None:
    assert answer("inputs: {x: [-3, 0, 2]}\nloss: sum(abs(x))", "dL/dx") == [-1, 0, 1]


@pytest.mark.parametrize("op", ["max", "maximum"])
def test_equal_operands_send_the_gradient_to_the_first(op: str) -> None:
    text = f"inputs: {{a: [1, 5, 2], b: [1, 4, 3]}}\nloss: sum({op}(a, b))"
    assert answer(text, "dL/da") == [1, 1, 0]
    assert answer(text, "dL/db") == [0, 0, 1]


@pytest.mark.parametrize("op", ["min", "minimum"])
def test_equal_operands_of_minimum_too(op: str) -> None:
    text = f"inputs: {{a: [1, 5, 2], b: [1, 4, 3]}}\nloss: sum({op}(a, b))"
    assert answer(text, "dL/da") == [1, 0, 1]
    assert answer(text, "dL/db") == [0, 1, 0]


def test_max_and_min_send_the_gradient_to_the_first_of_equal_entries() -> None:
    assert answer("inputs: {x: [2, 7, 7, 1]}\nloss: max(x)", "dL/dx") == [0, 1, 0, 0]
    assert answer("inputs: {x: [2, 1, 7, 1]}\nloss: min(x)", "dL/dx") == [0, 1, 0, 0]
    text = "inputs: {x: [[3, 3], [3, 9]]}\nloss: sum(max(x, axis=0))"
    assert answer(text, "dL/dx") == [[1, 0], [0, 1]]
    text = "inputs: {x: [[3, 3], [3, 9]]}\nloss: sum(max(x, axis=1))"
    assert answer(text, "dL/dx") == [[1, 0], [0, 1]]
    assert answer("inputs: {x: [[3, 9], [9, 9]]}\nloss: max(x)", "dL/dx") == [[0, 1], [0, 0]]


def test_softmax_runs_along_the_last_axis() -> None:
    # exp(ln k) = k: rows 1:3 and 2:2.
    rows = run("softmax", [[0, math.log(3)], [math.log(2), math.log(2)]])
    np.testing.assert_allclose(rows, [[0.25, 0.75], [0.5, 0.5]])


def test_softmax_of_1_2_3_as_published() -> None:
    np.testing.assert_allclose(
        run("softmax", [1, 2, 3]), [0.09003057, 0.24472847, 0.66524096], atol=1e-8
    )
    np.testing.assert_allclose(
        run("log_softmax", [1, 2, 3]), [-2.40760596, -1.40760596, -0.40760596], atol=1e-8
    )
    assert run("logsumexp", [1, 2, 3]) == pytest.approx(3.40760596, abs=1e-8)


def test_large_numbers_do_not_overflow() -> None:
    np.testing.assert_allclose(run("softmax", [1000, 1000]), [0.5, 0.5])
    assert run("logsumexp", [1000, 1000]) == pytest.approx(1000 + math.log(2))
    assert run("softplus", [1000]).tolist() == [1000]
    assert run("bce_with_logits", [1000], [1]) == 0
    assert run("bce_with_logits", [-1000], [1]) == 1000
    assert run("softmax_cross_entropy", [1000, 0], [0, 1]) == 1000
    with np.errstate(all="ignore"):
        assert run("sigmoid", [-1000]).tolist() == [0]


def test_mse_is_the_mean_over_all_entries() -> None:
    # (1 + 4 + 9 + 16) / 4
    assert run("mse", [[1, 2], [3, 4]], [[0, 0], [0, 0]]) == 7.5
    assert run("mse", 3, 1) == 4
    text = "inputs: {a: [[1, 2], [3, 4]], b: [[0, 0], [0, 0]]}\nloss: mse(a, b)"
    assert answer(text, "dL/da") == [[0.5, 1], [1.5, 2]]
    assert answer(text, "dL/db") == [[-0.5, -1], [-1.5, -2]]


def test_mae_is_the_mean_over_all_entries() -> None:
    assert run("mae", [1, -2, 3], [0, 0, 0]) == 2
    text = "inputs: {a: [1, -2, 0, 3], b: [0, 0, 0, 0]}\nloss: mae(a, b)"
    assert answer(text, "dL/da") == [0.25, -0.25, 0, 0.25]


def test_cross_entropy_is_the_mean_over_the_rows() -> None:
    # -(ln 0.5 + ln 0.25)/2 = 1.5 ln 2, though there are six entries.
    p = [[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]]
    assert run("cross_entropy", p, [[1, 0, 0], [0, 1, 0]]) == pytest.approx(1.5 * math.log(2))
    assert run("cross_entropy", [0.5, 0.25, 0.25], [0, 0, 1]) == pytest.approx(2 * math.log(2))
    assert run("cross_entropy", [0.5, 0.5, 0], [1, 0, 0]) == pytest.approx(math.log(2))
    text = "inputs: {p: [[0.5, 0.5], [0.2, 0.8]], y: [[1, 0], [0, 1]]}\nloss: cross_entropy(p, y)"
    np.testing.assert_allclose(answer(text, "dL/dp"), [[-1, 0], [0, -0.625]])


def test_cross_entropy_of_softmax_has_the_gradient_p_minus_y() -> None:
    text = "inputs: {z: [1, 2, 3], y: [0, 0, 1]}\nloss: softmax_cross_entropy(z, y)"
    assert answer(text, "L") == pytest.approx(0.40760596, abs=1e-8)
    np.testing.assert_allclose(
        answer(text, "dL/dz"), [0.09003057, 0.24472847, 0.66524096 - 1], atol=1e-8
    )
    rows = "inputs: {z: [[1, 2, 3], [0, 0, 0]], y: [[0, 0, 1], [1, 0, 0]]}\n"
    both = rows + "loss: softmax_cross_entropy(z, y)"
    assert answer(both, "L") == pytest.approx((0.40760596 + math.log(3)) / 2, abs=1e-8)
    np.testing.assert_allclose(
        answer(both, "dL/dz"),
        [[0.045015285, 0.122364235, -0.16737952], [-1 / 3, 1 / 6, 1 / 6]],
        atol=1e-8,
    )
    split = rows + "network: {p: softmax(z)}\nloss: cross_entropy(p, y)"
    np.testing.assert_allclose(answer(split, "dL/dz"), answer(both, "dL/dz"), atol=1e-12)


@pytest.mark.parametrize("loss", ["cross_entropy(softmax(z), y)", "softmax_cross_entropy(z, y)"])
@pytest.mark.parametrize(("start", "label"), [(1, 3), (0, 2)])
def test_class_numbers_count_like_every_index(loss: str, start: int, label: int) -> None:
    text = f"inputs: {{z: [1, 2, 3], y: {label}}}\nloss: {loss}\nindex_from: {start}\n"
    assert answer(text, "L") == pytest.approx(0.40760596, abs=1e-8)


def test_class_numbers_of_a_batch() -> None:
    text = "inputs: {z: [[1, 2, 3], [0, 0, 0]], y: [3, 1]}\nloss: softmax_cross_entropy(z, y)"
    assert answer(text, "L") == pytest.approx((0.40760596 + math.log(3)) / 2, abs=1e-8)


@pytest.mark.parametrize("label", ["0", "4", "-1", "1.5"])
@pytest.mark.parametrize(
    "loss", ["cross_entropy(softmax(z), y)", "softmax_cross_entropy(z, y)", "hinge(z, y)"]
)
def test_a_class_that_does_not_exist_is_an_error(loss: str, label: str) -> None:
    text = f"inputs:\n  z: [1, 2, 3]\n  y: {label}\nloss: {loss}\n"
    with pytest.raises((EvaluationError, ProblemError)) as caught:
        solve(problem_from_text(text))
    message = str(caught.value)
    assert f"class {label} is not one of the classes 1 to 3" in message
    if label == "0":
        assert "classes count from 1 here, as every index" in message


def test_class_three_is_no_class_where_counting_starts_at_zero() -> None:
    text = "inputs: {z: [1, 2, 3], y: 3}\nloss: softmax_cross_entropy(z, y)\nindex_from: 0\n"
    with pytest.raises(EvaluationError, match="class 3 is not one of the classes 0 to 2"):
        solve(problem_from_text(text))


def test_onehot_counts_from_index_from() -> None:
    text = "inputs: {y: 2}\nnetwork:\n  t: onehot(y, 3)\nindex_from: %d\n"
    assert answer(text % 1, "t") == [0, 1, 0]
    assert answer(text % 0, "t") == [0, 0, 1]
    rows = "inputs: {y: [2, 1]}\nnetwork: {t: 'onehot(y, n=2)'}\n"
    assert answer(rows, "t") == [[0, 1], [1, 0]]


def test_eye() -> None:
    assert run("eye", n=2).tolist() == [[1, 0], [0, 1]]
    assert answer("inputs: {x: [3, 4]}\nnetwork: {y: 'eye(2) @ x'}\n", "y") == [3, 4]


def test_accuracy_is_the_share_of_rows_that_are_right() -> None:
    text = (
        "inputs: {p: [[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.4, 0.6]], y: [2, 1, 1, 1]}\n"
        "network:\n  share: accuracy(p, y)\n"
    )
    assert answer(text, "share") == 0.5
    assert run("accuracy", [0.1, 0.9], [0, 1]) == 1


def test_hinge_by_hand() -> None:
    # CS231n: scores 3.2, 5.1, -1.7, the first class is right: max(0, 2.9) + max(0, -3.9) = 2.9.
    assert run("hinge", [3.2, 5.1, -1.7], [1, 0, 0]) == pytest.approx(2.9)
    text = "inputs: {s: [3.2, 5.1, -1.7], y: 1}\nloss: hinge(s, y)"
    assert answer(text, "dL/ds") == [-1, 1, 0]
    # CS231n's three images: 2.9, 0 and 12.9, mean 5.27.
    rows = [[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]]
    assert run("hinge", rows, np.eye(3)) == pytest.approx(15.8 / 3)


def test_a_target_that_does_not_sum_to_one_is_an_error() -> None:
    text = "inputs: {z: [1, 2], y: [1, 1]}\nloss: softmax_cross_entropy(z, y)"
    with pytest.raises(EvaluationError, match="sums to 2"):
        solve(problem_from_text(text))
    text = "inputs: {z: [[1, 2], [1, 2]], y: [[1, 0], [0, 0.5]]}\nloss: softmax_cross_entropy(z, y)"
    with pytest.raises(EvaluationError, match=r"row 2 of the target sums to 0\.5"):
        solve(problem_from_text(text))


def test_bce_is_the_mean_over_all_entries() -> None:
    expected = -(math.log(0.8) + math.log(0.75) + math.log(0.5) + math.log(0.5)) / 4
    assert run("bce", [[0.8, 0.25], [0.5, 0.5]], [[1, 0], [1, 0]]) == pytest.approx(expected)
    assert run("bce", [1, 0], [1, 0]) == 0
    text = "inputs: {p: [0.8, 0.25], y: [1, 0]}\nloss: bce(p, y)"
    # (p - y)/(p(1 - p))/2: -0.2/0.16/2 and 0.25/0.1875/2
    np.testing.assert_allclose(answer(text, "dL/dp"), [-0.625, 2 / 3])
    logits = "inputs: {z: [0, 0], y: [1, 0]}\nloss: bce_with_logits(z, y)"
    assert answer(logits, "L") == pytest.approx(math.log(2))
    assert answer(logits, "dL/dz") == [-0.25, 0.25]


def test_huber_turns_linear_at_delta() -> None:
    # |r| = 0.5 and 2 with delta 1: 0.125 and 1*(2 - 0.5); mean 0.8125.
    assert run("huber", [0.5, 2], [0, 0]) == 0.8125
    # delta 2: 0.125 and 2; mean 1.0625.
    assert run("huber", [0.5, 2], [0, 0], delta=2) == 1.0625
    text = "inputs: {a: [0.5, -2], b: [0, 0]}\nloss: huber(a, b, delta=1/4)"
    assert answer(text.replace("1/4", "0.25"), "dL/da") == [0.125, -0.125]
    assert answer("inputs: {a: [0.5, -2], b: [0, 0]}\nloss: huber(a, b)", "dL/da") == [0.25, -0.5]


def test_gelu_is_the_exact_form() -> None:
    for x in (-3.0, -1.0, -0.1, 0.0, 0.5, 2.0):
        expected = x * 0.5 * (1 + math.erf(x / math.sqrt(2)))
        assert run("gelu", x) == pytest.approx(expected, rel=1e-14, abs=1e-16)
    assert run("gelu", 1) == pytest.approx(0.8413447460685429)  # Phi(1); the tanh form has 0.84119
    assert run("gelu'", 0) == 0.5


def test_published_values_of_activations() -> None:
    assert run("sigmoid", 0) == 0.5
    assert run("sigmoid", 2) == pytest.approx(0.8807970779778823)
    assert run("sigmoid'", 0) == 0.25
    assert run("tanh", 1) == pytest.approx(0.7615941559557649)
    assert run("tanh'", 1) == pytest.approx(0.41997434161402614)
    assert run("softplus", 0) == pytest.approx(math.log(2))
    assert run("silu", 1) == pytest.approx(0.7310585786300049)
    assert run("elu", -1) == pytest.approx(math.exp(-1) - 1)
    assert run("elu", -1, alpha=2) == pytest.approx(2 * (math.exp(-1) - 1))
    # Klambauer et al. 2017: alpha 1.6733, lambda 1.0507.
    assert run("selu", 1) == pytest.approx(1.0507, abs=1e-4)
    assert run("selu", -1) == pytest.approx(1.0507 * 1.6733 * (math.exp(-1) - 1), abs=1e-4)
    assert run("leaky_relu", -2) == -0.02


def test_norm_mean_and_logsumexp_by_hand() -> None:
    assert run("norm", [3, 4]) == 5
    assert run("norm", [[1, 2], [2, 4]]) == 5
    assert answer("inputs: {x: [3, 4]}\nloss: norm(x)", "dL/dx") == [0.6, 0.8]
    assert run("mean", [[1, 2], [3, 6]], axis=0).tolist() == [2, 4]
    assert run("mean", [[1, 2], [3, 6]], axis=1).tolist() == [1.5, 4.5]
    assert answer("inputs: {x: [[1, 2], [3, 6]]}\nloss: mean(x)", "dL/dx") == [[0.25] * 2] * 2


def test_an_index_has_both_ends() -> None:
    text = "inputs: {x: [10, 20, 30, 40]}\nnetwork: {y: 'x[2:3]', z: 'x[2:]', w: 'x[1]'}\n"
    assert answer(text, "y") == [20, 30]
    assert answer(text, "z") == [20, 30, 40]
    assert answer(text, "w") == 10
    assert answer(text + "index_from: 0\n", "y") == [30, 40]
    assert answer(text + "index_from: 0\n", "w") == 20
