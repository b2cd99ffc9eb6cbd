"""Central differences find a gradient that is wrong, and bear with a kink."""

import numpy as np
import pytest

from backpropcli.problem import problem_from_text
from backpropcli.solution import solve
from backpropcli.verify import verify

NET = """
inputs: {x: [0.3, -0.7], y: 0.2}
weights: {W: [[0.1, 0.4], [-0.6, 0.2]], v: [1.5, -0.5]}
network: {z: W @ x, h: tanh(z), s: v @ h}
loss: (s - y)**2
"""


def test_right_gradients_agree() -> None:
    found = verify(solve(problem_from_text(NET)))
    assert {name for _, name in found} == {
        "dL/ds", "dL/dv", "dL/dh", "dL/dz", "dL/dW",
    }  # fmt: skip
    assert all(c.agrees and c.compared == c.entries for c in found.values())


@pytest.mark.parametrize("factor", [-1.0, 2.0, 1.001, 0.0])
@pytest.mark.parametrize("name", ["dL/dW", "dL/dh", "dL/ds"])
def test_a_wrong_gradient_is_found(name: str, factor: float) -> None:
    solution = solve(problem_from_text(NET))
    solution.total.values[name] = solution.total.values[name] * factor
    found = verify(solution)
    assert [n for (_, n), c in found.items() if not c.agrees] == [name]


def test_one_wrong_entry_is_found() -> None:
    solution = solve(problem_from_text(NET))
    solution.total.values["dL/dW"] = solution.total.values["dL/dW"] + np.array([[0, 0], [1e-3, 0]])
    assert not verify(solution)[0, "dL/dW"].agrees


def test_at_a_kink_any_slope_between_is_right() -> None:
    solution = solve(problem_from_text("weights: {w: [0, 2]}\nloss: sum(relu(w))\n"))
    assert solution["dL/dw"].tolist() == [0, 1]
    found = verify(solution)[0, "dL/dw"]
    assert found.agrees
    assert found.kinks == 1
    solution.total.values["dL/dw"] = np.array([1.5, 1.0])  # steeper than either side
    assert not verify(solution)[0, "dL/dw"].agrees


def test_every_example_is_compared() -> None:
    text = "examples: [{x: 1}, {x: 2}]\nweights: {w: 3}\nloss: (w*x)**2\n"
    found = verify(solve(problem_from_text(text)))
    assert set(found) == {(0, "dL/dw"), (1, "dL/dw"), (2, "dL/dw")}
    # dL/dw = 2*w*x**2 = 6 and 24, in all 30
    assert [float(found[i, "dL/dw"].differences) for i in range(3)] == pytest.approx([30, 6, 24])


def test_a_wrong_total_is_found() -> None:
    text = "examples: [{x: 1}, {x: 2}]\nweights: {w: 3}\nloss: (w*x)**2\nreduce: mean\n"
    solution = solve(problem_from_text(text))
    assert verify(solution)[0, "dL/dw"].agrees
    solution.total.values["dL/dw"] = np.array(30.0)  # the sum, not the mean
    found = verify(solution)
    assert [key for key, c in found.items() if not c.agrees] == [(0, "dL/dw")]


@pytest.mark.parametrize("loss", ["log(w)", "sqrt(w)"])
def test_near_the_end_of_a_domain_the_step_is_made_smaller(loss: str) -> None:
    solution = solve(problem_from_text(f"weights: {{w: 1e-6}}\nloss: {loss}\n"))
    assert verify(solution)[0, "dL/dw"].agrees
    solution.total.values["dL/dw"] = np.array(5.0)
    assert not verify(solution)[0, "dL/dw"].agrees


def test_each_entry_is_compared_on_its_own_scale() -> None:
    solution = solve(problem_from_text("weights: {w: [1, 1]}\nloss: 1000000*w[1]**2 + w[2]**2\n"))
    assert verify(solution)[0, "dL/dw"].agrees
    solution.total.values["dL/dw"] = np.array([2e6, 12.0])  # 2 is right
    assert not verify(solution)[0, "dL/dw"].agrees


def test_a_derivative_that_cancels_to_nothing_is_not_taken_for_a_fault() -> None:
    text = "weights: {w: [0.3, 0.7, 1.1]}\nloss: logsumexp(log_softmax(w))\n"  # always 0
    assert verify(solve(problem_from_text(text)))[0, "dL/dw"].agrees


def test_rounding_of_a_large_loss_is_not_taken_for_a_fault() -> None:
    found = verify(solve(problem_from_text("weights: {w: 1}\nloss: 1000000000000 + w\n")))
    assert found[0, "dL/dw"].agrees


def test_jacobians_are_compared() -> None:
    text = "inputs: {v: [1, 2]}\nnetwork: {F: 'concat(v[1]**2 + v[2], 3*v[1])'}\nfind: [dF/dv]\n"
    solution = solve(problem_from_text(text))
    assert solution["dF/dv"].tolist() == [[2, 1], [3, 0]]
    assert verify(solution)[0, "dF/dv"].agrees


def test_of_a_large_derivative_some_entries_are_compared() -> None:
    text = "weights: {w: {shape: [200], random: {}}}\nloss: sum(w**2)\n"
    found = verify(solve(problem_from_text(text)))[0, "dL/dw"]
    assert (found.compared, found.entries) == (60, 200)
    assert np.isnan(found.differences).sum() == 140


def test_upstream_is_compared_with_the_sum_of_gradient_times_value() -> None:
    # dL/dw = 2 * 2*w = 12, and d(2*w**2)/dw is the same.
    solution = solve(problem_from_text("weights: {w: 3}\nnetwork: {z: w**2}\nupstream: {z: 2}\n"))
    assert solution["dL/dw"] == 12
    assert verify(solution)[0, "dL/dw"].agrees
    solution.total.values["dL/dw"] = np.array(6.0)
    assert not verify(solution)[0, "dL/dw"].agrees


@pytest.mark.parametrize(
    ("text", "gradient"),
    [
        # residuals 0.1, -2.7 and 1 = delta: clipped 0.1, -1, 1; dL/dw = (0.1 - 2 + 3)/3
        ("inputs: {x: [1, 2, 3], y: [1, 5, 2.5]}\nweights: {w: 1.2, b: -0.1}\n"
         "loss: huber(w*x + b, y)\n", 1.1 / 3),
        ("weights: {w: 0}\nloss: w*abs(w)\n", 0.0),
    ],
)  # fmt: skip
def test_a_bend_is_not_taken_for_a_wrong_gradient(text: str, gradient: float) -> None:
    solution = solve(problem_from_text(text))
    assert solution["dL/dw"] == pytest.approx(gradient)
    assert verify(solution)[0, "dL/dw"].agrees
    solution.total.values["dL/dw"] = solution["dL/dw"] + 0.01
    assert not verify(solution)[0, "dL/dw"].agrees


def test_a_given_upstream_gradient_is_the_whole_one_of_its_value() -> None:
    # z reaches the loss through h too, and 5 already says so: dL/dw = 5 * 2w.
    text = "weights: {w: 3}\nnetwork: {z: w*w, h: z**2}\nupstream: {z: 5, h: 1}\n"
    solution = solve(problem_from_text(text))
    assert solution["dL/dw"] == 30
    assert verify(solution)[0, "dL/dw"].agrees
    solution.total.values["dL/dw"] = np.array(84.0)
    assert not verify(solution)[0, "dL/dw"].agrees
