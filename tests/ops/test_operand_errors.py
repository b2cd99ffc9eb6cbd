"""Operands and parameters that do not fit are our errors with a place, never a crash of NumPy."""

import pytest

from backpropcli.errors import BackpropError
from backpropcli.problem import problem_from_text
from backpropcli.solution import solve

INPUTS = "inputs: {s: 2, v: [1, 2], w: [1, 2, 3], A: [[1, 2], [3, 4]], K: [[1, 2, 3], [4, 5, 6]]}\n"


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("s @ v", "multiply by a single number with `*`"),
        ("A @ w", "A is (2, 2), w is (3,)"),
        ("v + w", "the shapes (2,) and (3,) do not fit together (2 against 3)"),
        ("sum(v, axis=1)", "axis=1 does not exist: the value has 1 axis, counted from 0"),
        ("sum(s, axis=0)", "axis=0 does not exist: the value is a single number"),
        ("v[3]", "its positions are 1 to 2"),
        ("v[1,1]", "2 positions for 1 axis"),
        ("s[1]", "a single number has no positions"),
        ("w[3:2]", "the slice is empty"),
        ("outer(A, v)", "`outer` takes two vectors, found (2, 2) and (2,)"),
        ("concat(A, K, axis=0)", "`concat` cannot join (2, 2), (2, 3)"),
        ("reshape(K, [4, 2])", "`reshape` cannot make (4, 2) of (2, 3)"),
        ("[v, w]", "the parts of a list need one shape, found (2,), (3,)"),
        ("mse(v, w)", "both need one shape, found (2,) and (3,)"),
        ("relu(v, w)", "relu takes one operand, found 2"),
        ("mse(v)", "mse takes 2 operands, found 1"),
        ("sum(v, axes=0)", "sum has no argument `axes=`"),
        ("onehot(s)", "onehot needs n="),
        ("foo(v)", "there is no value `foo`"),
    ],
)
def test_the_message_says_what_does_not_fit(expression: str, said: str) -> None:
    with pytest.raises(BackpropError) as caught:
        solve(problem_from_text(f"{INPUTS}network:\n  y: {expression}\n"))
    assert said in str(caught.value)
    assert "problem.yaml:3:" in str(caught.value)


@pytest.mark.parametrize(
    "expression",
    [
        "sum(A, axis=[0, 0])",
        "sum(A, axis=[0, -2])",
        "mean(A, axis=[1, 1])",
        "max(A, axis=[0, 0])",
        "reshape(v[1:1], [-1, -1])",
        "reshape(v, [-1, 2, -1])",
        "expand(v, [-1])",
        "expand(v, [3])",
        "place(s, 5, [3])",
        "place(v, 1, [3])",
        "eye(-1)",
        "onehot(s, -1)",
        "onehot(s, 0)",
        "eye(100000000)",
        "swap(v)",
        "diag(A)",
        "concat(s, v, axis=1)",
        "concat(v, w, axis=7)",
        "concat(v, w, axis=[0, 1])",
        "reshape(v, 1.5)",
        "sum(v, axis=x)",
        "leaky_relu(v, alpha=abc)",
        "huber(v, v, delta=-1)",
        "matmul(v, v)",
        "relu(v, axis=0)",
        "sum()",
        "concat()",
        "softmax_cross_entropy(A, s)",
        "accuracy(s, s)",
        "place(s, at=[x], shape=[3])",
        "place(s, at=2.5, shape=[3])",
        "place(s, at=0, shape=[3])",
    ],
)
def test_what_cannot_be_computed_is_an_error_of_ours(expression: str) -> None:
    with pytest.raises(BackpropError):
        solve(problem_from_text(f"{INPUTS}network:\n  y: {expression}\n"))


def test_concat_counts_axes_from_the_end_too() -> None:
    text = f"{INPUTS}network:\n  y: concat(A, K, axis=-1)\nloss: sum(y * y)\n"
    solution = solve(problem_from_text(text), also=["dL/dK"])
    assert solution["y"].tolist() == [[1, 2, 1, 2, 3], [3, 4, 4, 5, 6]]
    assert solution["dL/dK"].tolist() == [[2, 4, 6], [8, 10, 12]]


@pytest.mark.parametrize("op", ["array", "concat"])
def test_a_list_of_seventy_parts_has_the_right_gradient(op: str) -> None:
    parts = ", ".join(f"w[{i}]*{i}" for i in range(1, 71))
    made = f"[{parts}]" if op == "array" else f"concat({parts})"
    numbers = ", ".join(["1"] * 70)
    text = f'weights: {{w: [{numbers}]}}\nnetwork: {{z: "{made}"}}\nloss: sum(z * z)/2\n'
    # z_i = i*w_i, so dL/dw_i = i*i*w_i.
    assert solve(problem_from_text(text))["dL/dw"].tolist() == [i * i for i in range(1, 71)]
