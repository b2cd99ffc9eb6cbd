"""The gradient equations of textbook cases, as text written by hand."""

from __future__ import annotations

import re

import pytest

from backpropcli.language.text import to_text
from backpropcli.problem import problem_from_text
from backpropcli.solution import Solution, solve

ROW = """
inputs: {X: [[1, 2], [3, 4], [5, 6]], Y: [[1], [0], [1]]}
weights: {W1: [[1, 2, 3, 4], [5, 6, 7, 8]], b1: [1, 2, 3, 4], W2: [[1], [2], [3], [4]], b2: [1]}
network:
  z1: X @ W1 + b1
  h1: relu(z1)
  yhat: h1 @ W2 + b2
loss: mse(yhat, Y)
"""
COLUMN = """
inputs: {x: [2, 1], y: 1.5}
weights: {W1: [[0, 1], [1, 1], [1, 0]], b1: [-2, -1, 1], w2: [1, 2, 3]}
network:
  z1: W1 @ x + b1
  h1: tanh(z1)
  yhat: w2 @ h1
loss: (y - yhat)**2 / 2
"""
COLUMN_BATCH = """
inputs: {X: [[1, 2, 3], [4, 5, 6]], Y: [[1, 0, 1]]}
weights: {W1: [[1, 2], [3, 4]], b1: [[1], [2]], W2: [[1, 2]]}
network:
  Z1: W1 @ X + b1
  A1: sigmoid(Z1)
  Z2: W2 @ A1
loss: sum((Z2 - Y)**2) / 2
"""


UGLY = re.compile(
    r"(?<![\w.*])[01] \*|\* [01](?![\w.])|--|[+-] -|\(-|\+ 0(?![.\d])|expand|/ 1(?![\w.])"
)


def equations(text: str, also: tuple[str, ...] = ()) -> dict[str, str]:
    solution: Solution = solve(problem_from_text(text), also=also)
    return {e.name: to_text(e.expr) for e in solution.program.gradients}


def check(text: str, expected: dict[str, str], also: tuple[str, ...] = ()) -> None:
    found = equations(text, also)
    assert {name: found[name] for name in expected} == expected


def test_dense_layers_row_convention_batch() -> None:
    check(ROW, {
        "dL/dyhat": "2 * (yhat - Y) / 3",
        "dL/dW2": "h1.T @ dL/dyhat",
        "dL/db2": "sum(dL/dyhat, axis=0)",
        "dL/dh1": "dL/dyhat @ W2.T",
        "dL/dz1": "dL/dh1 * relu'(z1)",
        "dL/dW1": "X.T @ dL/dz1",
        "dL/db1": "sum(dL/dz1, axis=0)",
        "dL/dX": "dL/dz1 @ W1.T",
    }, ("dL/dX",))  # fmt: skip


def test_dense_layers_row_convention_vector() -> None:
    check(ROW.replace("[[1, 2], [3, 4], [5, 6]]", "[1, 2]").replace("[[1], [0], [1]]", "[1]"), {
        "dL/dyhat": "2 * (yhat - Y)",
        "dL/dW2": "outer(h1, dL/dyhat)",
        "dL/db2": "dL/dyhat",
        "dL/dh1": "dL/dyhat @ W2.T",
        "dL/dz1": "dL/dh1 * relu'(z1)",
        "dL/dW1": "outer(X, dL/dz1)",
        "dL/db1": "dL/dz1",
        "dL/dX": "dL/dz1 @ W1.T",
    }, ("dL/dX",))  # fmt: skip


def test_dense_layers_column_convention_vector() -> None:
    check(COLUMN, {
        "dL/dyhat": "yhat - y",
        "dL/dw2": "dL/dyhat * h1",
        "dL/dh1": "dL/dyhat * w2",
        "dL/dz1": "dL/dh1 * (1 - h1**2)",
        "dL/dW1": "outer(dL/dz1, x)",
        "dL/db1": "dL/dz1",
        "dL/dx": "W1.T @ dL/dz1",
    }, ("dL/dx",))  # fmt: skip


def test_dense_layers_column_convention_batch() -> None:
    check(COLUMN_BATCH, {
        "dL/dZ2": "Z2 - Y",
        "dL/dW2": "dL/dZ2 @ A1.T",
        "dL/dA1": "W2.T @ dL/dZ2",
        "dL/dZ1": "dL/dA1 * A1 * (1 - A1)",
        "dL/dW1": "dL/dZ1 @ X.T",
        "dL/db1": "sum(dL/dZ1, axis=1, keepdims=True)",
        "dL/dX": "W1.T @ dL/dZ1",
    }, ("dL/dX",))  # fmt: skip


def test_the_order_is_that_of_the_backward_pass() -> None:
    names = list(equations(ROW))
    assert names.index("dL/dyhat") < names.index("dL/dh1") < names.index("dL/dz1")
    assert names.index("dL/dz1") < names.index("dL/dW1")


def test_a_scalar_bias_has_the_sum_as_its_gradient() -> None:
    text = "inputs: {x: [1, 2]}\nweights: {b: 1}\nnetwork: {z: x + b}\nloss: sum(z**2)"
    check(text, {"dL/dz": "2 * z", "dL/db": "sum(dL/dz)"})
    check(text.replace("[1, 2]", "[[1, 2], [3, 4]]"), {"dL/db": "sum(dL/dz)"})


def test_fan_out_adds_up_later_uses_first_or_in_reading_order() -> None:
    text = "weights: {w: 2}\nnetwork: {a: 3*w, b: w**2, c: a*b}\nloss: c"
    found = equations(text)
    assert found["dL/dc"] == "1"
    assert found["dL/da"] == "dL/dc * b"
    assert found["dL/db"] == "dL/dc * a"
    # The sign of products is never lost: 3*da + 2*w*db, whatever comes first.
    assert sorted(found["dL/dw"].split(" + ")) == sorted(["3 * dL/da", "2 * dL/db * w"])


def test_a_residual_connection_adds_the_upstream_gradient() -> None:
    text = """
inputs: {x: [1, 2]}
weights: {W: [[1, 2], [3, 4]]}
network: {h: W @ x, r: relu(h) + x, s: W @ r}
loss: sum(s)
"""
    found = equations(text, ("dL/dx",))
    assert found["dL/dr"] == "W.T @ dL/ds"
    assert found["dL/dh"] == "dL/dr * relu'(h)"
    assert found["dL/dx"] in ("dL/dr + W.T @ dL/dh", "W.T @ dL/dh + dL/dr")
    assert sorted(found["dL/dW"].split(" + ")) == ["outer(dL/dh, x)", "outer(dL/ds, r)"]


def test_shared_weights_are_one_parameter() -> None:
    text = """
inputs: {x: [1, 2]}
weights: {A: [[1, 2], [3, 4]], B: A}
network: {h: A @ x, s: B @ h}
loss: sum(s)
"""
    found = equations(text)
    assert found["dL/dB"] == "dL/dA"
    assert sorted(found["dL/dA"].split(" + ")) == ["outer(dL/dh, x)", "outer(dL/ds, h)"]


@pytest.mark.parametrize(
    ("loss", "gradient"),
    [
        ("x", "1"),
        ("-x", "-1"),
        ("3*x", "3"),
        ("x/2", "1 / 2"),
        ("x/3", "1 / 3"),
        ("x**2", "2 * x"),
        ("x^2/2", "x"),
        ("0.5*x**2", "x"),
        ("(x - y)**2", "2 * (x - y)"),
        ("(y - x)**2", "2 * (x - y)"),
        ("(y - x)**2/2", "x - y"),
        ("-(y - x)**2/2", "y - x"),
        ("1 - x", "-1"),
        ("x*y", "y"),
        ("-x*y", "-y"),
        ("x/y", "1 / y"),
        ("y/x", "-y / x**2"),
        ("x**3", "3 * x**2"),
        ("4*x**3/2", "6 * x**2"),
        ("exp(x)", "L"),
        ("log(x)", "1 / x"),
        ("sqrt(x)", "1 / (2 * L)"),
        ("sin(x)", "cos(x)"),
        ("cos(x)", "-sin(x)"),
        ("sigmoid(x)", "L * (1 - L)"),
        ("tanh(x)", "1 - L**2"),
        ("softplus(x)", "sigmoid(x)"),
        ("relu(x)", "relu'(x)"),
        ("0*x + y", "0"),
        ("x - x + y", "0"),
        ("x + x", "2"),
        ("2*(x + y) - y", "2"),
        ("(x*y)**2", "2 * x * y * y"),
        ("(2*x + 1)**2", "4 * (2 * x + 1)"),
        ("(x + y)**2 * z", "2 * z * (x + y)"),
        ("x**1", "1"),
        ("abs(x)", "sign(x)"),
        ("-(-x)", "1"),
    ],
)
def test_tidy_text_of_one_derivative(loss: str, gradient: str) -> None:
    text = f"inputs: {{x: 2, y: 3, z: 5}}\nloss: {loss}\n"
    found = equations(text, ("dL/dx",))["dL/dx"]
    assert found == gradient


def test_losses_as_text() -> None:
    start = "inputs: {x: [1, 2], y: [3, 5]}\nloss: "
    check(start + "mse(x, y)", {"dL/dx": "x - y"}, ("dL/dx",))
    check(start + "sum((x - y)**2)", {"dL/dx": "2 * (x - y)"}, ("dL/dx",))
    check(start + "mae(x, y)", {"dL/dx": "sign(x - y) / 2"}, ("dL/dx",))
    check(start + "mean((y - x)**2)", {"dL/dx": "x - y"}, ("dL/dx",))
    classes = "inputs: {z: [1, 2, 3], y: [0, 0, 1]}\nloss: softmax_cross_entropy(z, y)"
    check(classes, {"dL/dz": "softmax(z) - y"}, ("dL/dz",))
    p = "inputs: {p: 0.3, y: 1}\nloss: bce(p, y)"
    forms = ("(p - y) / (p * (1 - p))", "(1 - y) / (1 - p) - y / p")  # both are textbook forms
    assert equations(p, ("dL/dp",))["dL/dp"] in forms
    p = "inputs: {p: [0.3, 0.7], y: [0, 1]}\nloss: -sum(y * log(p))"
    check(p, {"dL/dp": "-y / p"}, ("dL/dp",))


@pytest.mark.parametrize("text", [ROW, COLUMN, COLUMN_BATCH])
def test_no_equation_has_what_nobody_writes(text: str) -> None:
    for name, equation in equations(text, ()).items():
        assert not UGLY.search(equation), (name, equation)


def test_upstream_starts_the_backward_pass() -> None:
    text = """
inputs: {x: [1, 2]}
weights: {W: [[1, 2], [3, 4]]}
network: {h: W @ x, y: 2*h}
upstream: {y: [5, 10]}
"""
    solution = solve(problem_from_text(text))
    assert solution["dL/dy"].tolist() == [5, 10]
    assert solution["dL/dh"].tolist() == [10, 20]
    assert solution["dL/dW"].tolist() == [[10, 20], [20, 40]]
    check(text, {"dL/dh": "2 * dL/dy", "dL/dW": "outer(dL/dh, x)"})


def test_two_upstreams_add_up() -> None:
    text = "weights: {w: 2}\nnetwork: {a: 3*w, b: w**2}\nupstream: {a: 5, b: 7}\n"
    assert solve(problem_from_text(text))["dL/dw"] == 15 + 28


def test_jacobian_of_a_linear_map_is_its_matrix() -> None:
    text = """
inputs: {x: [1, 2]}
weights: {W: [[1, 2], [3, 4], [5, 6]]}
network: {z: W @ x, F: relu(z)}
find: [dz/dx, dF/dz, dF/dx]
"""
    solution = solve(problem_from_text(text))
    assert solution["dz/dx"].tolist() == [[1, 2], [3, 4], [5, 6]]
    assert solution["dF/dz"].tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert solution["dF/dx"].tolist() == [[1, 2], [3, 4], [5, 6]]
    check(text, {"dz/dx": "W", "dF/dz": "diag(relu'(z))", "dF/dx": "dF/dz @ W"})


def test_jacobian_has_the_upper_then_the_lower_shape() -> None:
    text = """
inputs: {x: [1, 2, 3]}
weights: {W: [[1, 2, 3], [3, 4, 5]]}
network: {z: W @ x}
find: [dz/dW]
"""
    jacobian = solve(problem_from_text(text))["dz/dW"]
    assert jacobian.shape == (2, 2, 3)
    assert jacobian.tolist() == [[[1, 2, 3], [0, 0, 0]], [[0, 0, 0], [1, 2, 3]]]


def test_derivative_of_a_value_by_itself_is_the_identity() -> None:
    text = "inputs: {x: [1, 2]}\nnetwork: {z: 3*x}\nfind: [dz/dz, dz/dx]\n"
    solution = solve(problem_from_text(text))
    assert solution["dz/dz"].tolist() == [[1, 0], [0, 1]]
    assert solution["dz/dx"].tolist() == [[3, 0], [0, 3]]


def test_derivative_of_a_single_number_by_itself_is_one() -> None:
    solution = solve(problem_from_text("inputs: {x: 2}\nloss: x**2\nfind: [dL/dL, dL/dx]\n"))
    assert (float(solution["dL/dL"]), float(solution["dL/dx"])) == (1, 4)


def test_a_value_that_does_not_depend_has_the_derivative_zero() -> None:
    text = "inputs: {x: [1, 2]}\nweights: {w: [1, 2, 3]}\nloss: sum(x)\n"
    assert solve(problem_from_text(text))["dL/dw"].tolist() == [0, 0, 0]


def test_intermediate_values_in_between_two_derivatives() -> None:
    text = "weights: {w: 2}\nnetwork: {a: 3*w, b: a**2}\nloss: b + w\nfind: [db/da, da/dw, db/dw]\n"
    solution = solve(problem_from_text(text))
    assert [float(solution[q]) for q in ("db/da", "da/dw", "db/dw")] == [12, 3, 36]
    assert float(solution["dL/dw"]) == 37


@pytest.mark.parametrize(
    ("loss", "value", "expected"),
    [
        ("W[1,2]", "[[1, 2], [3, 4]]", [[0, 1], [0, 0]]),
        ("W[1]", "[1, 2, 3, 4, 5, 6, 7, 8]", [1, 0, 0, 0, 0, 0, 0, 0]),
        ("W[2]", "[1, 2, 3]", [0, 1, 0]),
        ("W[1,2]*W[2,1]", "[[1, 2], [3, 4]]", [[0, 3], [2, 0]]),
        ("sum(W[1])", "[[1, 2], [3, 4]]", [[1, 1], [0, 0]]),
        ("sum(W[:,2])", "[[1, 2], [3, 4]]", [[0, 1], [0, 1]]),
    ],
)
@pytest.mark.parametrize("through", ["{z: '%s'}\nloss: z", "{z: W}\nloss: '%s'"])
def test_entries_of_weights(loss: str, value: str, expected: object, through: str) -> None:
    text = f"weights: {{W: {value}}}\nnetwork: " + through % loss
    assert solve(problem_from_text(text))["dL/dW"].tolist() == expected


def test_a_chain_of_ten_thousand_equations() -> None:
    lines = ["weights: {w: 1}", "network:", "  a0: w + 1"]
    lines += [f"  a{i}: a{i - 1} + w" for i in range(1, 10_000)]
    solution = solve(problem_from_text("\n".join([*lines, "loss: a9999"])))
    assert solution["L"] == 10_001
    assert solution["dL/dw"] == 10_000


def test_a_long_product_in_one_equation() -> None:
    product = " * ".join(["x"] * 990)
    text = f"inputs: {{x: [1, 1], y: 1}}\nnetwork:\n  F: y * ({product})\nloss: sum(F)\n"
    assert solve(problem_from_text(text), also=["dL/dx"])["dL/dx"].tolist() == [990, 990]


def test_a_long_sum_has_a_jacobian() -> None:
    terms = " + ".join(["2*x", "x*y"] * 250)
    text = f"inputs: {{x: [1, 1], y: [1, 2]}}\nnetwork:\n  F: {terms}\nfind: [dF/dx]\n"
    # 250*(2 + y) on the diagonal
    assert solve(problem_from_text(text))["dF/dx"].tolist() == [[750, 0], [0, 1000]]


def test_a_jacobian_with_a_row_of_zeros() -> None:
    text = (
        "inputs: {x: [1, 2], y: 3}\nnetwork:\n  F: '[x[1] * x[2], 3 * y]'\nfind: [dF/dx, dF/dy]\n"
    )
    solution = solve(problem_from_text(text))
    assert solution["dF/dx"].tolist() == [[2, 1], [0, 0]]
    assert solution["dF/dy"].tolist() == [0, 3]


def test_a_jacobian_of_zeros_has_its_full_shape() -> None:
    text = "inputs: {x: [[1, 2], [3, 4], [5, 6]]}\nnetwork: {F: x - x}\nfind: [dF/dx]\n"
    jacobian = solve(problem_from_text(text))["dF/dx"]
    assert jacobian.shape == (3, 2, 3, 2)
    assert not jacobian.any()


@pytest.mark.parametrize("equation", ["x + 1", "x", "-x", "x + x"])
def test_a_jacobian_of_a_matrix(equation: str) -> None:
    text = f"inputs: {{x: [[1, 2], [3, 4]]}}\nnetwork: {{F: {equation}}}\nfind: [dF/dx]\n"
    scale = {"-x": -1, "x + x": 2}.get(equation, 1)
    expected = [[[[scale * (i == k and j == m) for m in (0, 1)] for k in (0, 1)]
                 for j in (0, 1)] for i in (0, 1)]  # fmt: skip
    assert solve(problem_from_text(text))["dF/dx"].tolist() == expected


def test_a_jacobian_by_a_scalar_bias_is_ones() -> None:
    text = "inputs: {x: [1, 2]}\nweights: {b: 2}\nnetwork: {z: x + b}\nfind: [dz/db]\n"
    assert solve(problem_from_text(text))["dz/db"].tolist() == [1, 1]
    assert equations(text)["dz/db"] == "[1, 1]"


def test_a_product_whose_factors_fit_in_one_grouping_only() -> None:
    # A = v*(c*M) = [[3, 12], [12, 40]], dL/dM = 2*A*v*c entry by entry
    text = "weights: {c: [[3], [4]], v: [1, 2], M: [[1, 2], [3, 5]]}\nloss: sum((v*(c*M))**2)\n"
    solution = solve(problem_from_text(text))
    assert solution["L"] == 9 + 144 + 144 + 1600
    assert solution["dL/dM"].tolist() == [[18, 144], [96, 640]]
    assert solution["dL/dv"].tolist() == [2 * (3 * 3 + 12 * 12), 2 * (12 * 6 + 40 * 20)]
    assert solution["dL/dc"].tolist() == [[2 * (3 + 12 * 4)], [2 * (12 * 3 + 40 * 10)]]


def test_a_power_of_zeros_keeps_its_shape() -> None:
    text = "weights: {M: [[1, 2], [3, 5]], W: [[1], [2]]}\nloss: sum(sum(M-M, axis=0)**2 @ W)\n"
    solution = solve(problem_from_text(text))
    assert solution["dL/dM"].tolist() == [[0, 0], [0, 0]]
    assert solution["dL/dW"].tolist() == [[0], [0]]


@pytest.mark.parametrize(("data", "activated"), [("x", "h0"), ("h0", "h0_relu")])
def test_an_activation_before_the_first_layer(data: str, activated: str) -> None:
    text = (
        f"inputs: {{{data}: [-1, 2], y: [1]}}\nweights: {{W1: [[1], [2]], b1: [1]}}\n"
        "network: [relu, dense(1)]\nloss: sum((z1 - y)**2)\n"
    )
    solution = solve(problem_from_text(text))
    assert solution[activated].tolist() == [0, 2]
    assert solution["z1"].tolist() == [5]
    assert solution["dL/dW1"].tolist() == [[0], [16]]
