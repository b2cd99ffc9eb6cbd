"""Formulas as answers: the same function or not."""

import pytest
from answers_support import claim, submitted

from backpropcli.checking.formulas import judge_formula
from backpropcli.problem import problem_from_text
from backpropcli.program import build_program


def verdict(problem, line):
    one = claim(line, problem)
    assert one.formula is not None, one.trouble
    return judge_formula(one.formula, one.name, one.at, build_program(problem))


NET = problem_from_text(
    """\
inputs: {x: [1, 2], y: 1}
weights: {W: [[1, 0], [1, 1], [0, 2]], b: [0.5, -1, 0.5], v: [1, -1, 2]}
network: {z: W @ x + b, h: relu(z), yhat: v @ h}
loss: (yhat - y)**2 / 2
update: {rule: sgd, lr: 0.1}
define: {delta: -dL/dz}
"""
)


@pytest.mark.parametrize(
    "line",
    [
        "z: x @ W.T + b",
        "yhat: sum(v * maximum(z, 0))",
        "L: 1/2 (y - yhat)^2",
        "dL/dyhat: yhat - y",
        "dL/dv: (yhat - y) * relu(W @ x + b)",
        "dL/dz: (yhat - y) * v * relu'(z)",
        "dL/dW: outer((yhat - y) * v * relu'(z), x)",
        "dL/dW[3,2]: (yhat - y) * v[3] * relu'(z[3]) * x[2]",
        "dL/db: dL/dz",
        "dL/dx: W.T @ dL/dz",
        "W_new: W - 0.1*outer(dL/dz, x)",
        "b_change: -dL/db/10",
        "delta: (y - yhat) * v * relu'(z)",
        "yhat: v @ relu(z) + z[1] - z[1]",
    ],
)
def test_the_same_function_in_other_words(line):
    found = verdict(NET, line)
    assert (found.same, found.here, found.shape_ok) == (True, True, True)
    assert found.error_bound < 1e-3


@pytest.mark.parametrize(
    "line",
    [
        "dL/dyhat: y - yhat",
        "dL/dv: (yhat - y) * z",  # here every z is positive but not everywhere
        "dL/dz: (yhat - y) * v",
        "dL/db: dL/dh",
        "L: (yhat - y)**2",
        "dL/dW[3,2]: (yhat - y) * v[3] * x[1]",
        "yhat: v @ h + 1e-4",
    ],
)
def test_another_function(line):
    assert not verdict(NET, line).same


def test_right_only_at_the_numbers_of_the_problem():
    # z = [1.5, 2, 4.5]: no unit is off here, so leaving out the mask changes nothing.
    found = verdict(NET, "dL/dz: (yhat - y) * v")
    assert (found.same, found.here) == (False, True)
    found = verdict(NET, "L: 28.125 + 0*y")  # yhat = 1.5 - 2 + 9 = 8.5, (7.5)^2/2
    assert (found.same, found.here) == (False, True)


def test_shapes_come_first():
    found = verdict(NET, "dL/dW: outer(x, dL/dz)")
    assert (found.same, found.shape_ok) == (False, False)
    assert found.message == "this is (2, 3); dL/dW is (3, 2)"


def test_axes_of_length_1_are_free():
    assert verdict(NET, "dL/dyhat: [yhat - y]").same
    assert verdict(NET, "z: [W @ x + b]").same


def test_naming_the_quantity_itself_is_no_answer():
    for line in ("dL/dz: dL/dz", "yhat: 2*yhat - yhat", "dL/dW[2,1]: dL/dW[2,1]"):
        found = verdict(NET, line)
        assert not found.same
        assert "itself" in found.message


SIZES = problem_from_text(
    """\
inputs: {X: {shape: [N, D]}, Y: {shape: [N, C]}}
weights: {W: {shape: [D, C]}, b: {shape: [C]}}
network: {S: X @ W + b, P: softmax(S)}
loss: cross_entropy(P, Y)
find: [dL/dS, dL/dW, dL/db]
"""
)


def test_problems_in_named_sizes():
    assert verdict(SIZES, "dL/dS: (P - Y)/N").same
    assert verdict(SIZES, "dL/dW: X.T @ (P - Y) / N").same
    assert verdict(SIZES, "dL/db: sum(P - Y, axis=0)/N").same
    assert not verdict(SIZES, "dL/dS: P - Y").same
    assert verdict(SIZES, "parameters: D*C + C").same
    assert not verdict(SIZES, "parameters: D*C").same
    found = verdict(SIZES, "dL/dW: dL/dS.T @ X")
    assert found.message == "this is (C, D); dL/dW is (D, C)"


def test_one_hot_targets_stay_one_hot():
    text = """\
inputs: {s: [1, 2, 0.5], y: [0, 1, 0]}
network: {p: softmax(s)}
loss: -sum(y*log(p))
"""
    problem = problem_from_text(text)
    assert verdict(problem, "dL/ds: p - y").same
    assert not verdict(problem, "dL/ds: p").same


def test_class_numbers_stay():
    text = "inputs: {s: [[1, 2, 0.5]], y: [3]}\nloss: softmax_cross_entropy(s, y)"
    assert verdict(problem_from_text(text), "dL/ds: softmax(s) - onehot(y, 3)").same


def test_exponents_stay():
    text = "inputs: {x: 2, n: 3}\nnetwork: {z: x**n}\nfind: [dz/dx]"
    assert verdict(problem_from_text(text), "dz/dx: 3*x^2").same


def test_points_outside_the_domain_are_passed_over():
    text = "inputs: {x: 2}\nnetwork: {z: log(x)}\nfind: [dz/dx]"
    problem = problem_from_text(text)
    assert verdict(problem, "dz/dx: 1/x").same
    assert verdict(problem, "z: log(2x) - log(2)").same
    found = verdict(problem, "z: log(0*x - 1)")
    assert (found.same, found.error_bound) == (False, 1.0)
    assert "could not be decided" in found.message


def test_each_example_has_its_own_inputs():
    text = """\
weights: {w: 2}
network: {p: w*x}
loss: (p - t)**2
examples: [{x: 1, t: 2}, {x: 3, t: 1}]
"""
    problem = problem_from_text(text)
    lines = ["dL/dp: 2*(p - t)", "dL/dw: 2*(p - t)*x", "dL/dw: 10*x"]
    body = "".join(f"  - {{}}\n  - {line}\n" for line in lines[:1])
    one = submitted("examples:\n" + body, problem).claims[0]
    program = build_program(problem)
    assert judge_formula(one.formula, one.name, one.at, program).same
    for line, same in zip(lines[1:], (True, False), strict=True):
        one = claim(line, problem)
        assert judge_formula(one.formula, one.name, one.at, program).same == same


def test_several_steps_are_not_decided():
    text = "weights: {w: 1}\nloss: w**2\nupdate: {rule: sgd, lr: 0.1, steps: 2}"
    found = verdict(problem_from_text(text), "w_new: w - 0.1*dL/dw")
    assert not found.same
    assert "could not be worked out" in found.message


def test_the_verdict_is_the_same_every_time():
    assert verdict(NET, "dL/db: dL/dz") == verdict(NET, "dL/db: dL/dz")
