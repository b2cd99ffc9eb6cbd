"""The forms of mistakes that the examples do not show, with numbers worked out by hand."""

import numpy as np
import pytest

from backpropcli.checking.check import check_text
from backpropcli.evaluate.floats import evaluate
from backpropcli.mistakes import catalogue
from backpropcli.mistakes.nets import NETS
from backpropcli.mistakes.world import World
from backpropcli.problem.load import problem_from_text
from backpropcli.solution import solve

COLUMNS = """\
inputs:
  X: [[1, 0], [2, 1]]
weights:
  W: [[0.5, -1], [0.25, 0.75]]
  b: [[0.1], [-0.2]]
network:
  Z: W @ X + b
upstream:
  Z: [[1, 2], [3, -1]]
"""
ROWS = """\
inputs:
  H: [[1, 2], [3, 4]]
weights:
  V: [[1, 2], [3, -1]]
network:
  Z: H @ V.T
upstream:
  Z: [[0.5, -2], [1, 0]]
find: [dL/dH]
"""
PART = """\
inputs:
  x: [1, 2]
  y: 1
  lambda: 0.1
weights:
  theta: [0.5, -2]
network:
  yhat: theta @ x
loss: (yhat - y)**2 / 2 + lambda/2 * sum(theta[2:2]**2)
"""
COLUMNS_BACK = """\
inputs:
  H: [[1, 2], [3, 4]]
weights:
  V: [[1, 2], [3, -1]]
network:
  Z: V @ H
upstream:
  Z: [[0.5, -2], [1, 0]]
find: [dL/dH]
"""
PENALISED = """\
inputs: {x: [1, 2], y: [1, 0], lam: 0.1}
weights:
  W1: [[0.5, -1], [0.25, 0.75]]
  b1: [0.1, -0.2]
  W2: [[0.3, -0.6], [1, 2]]
  b2: [0.5, 1]
network:
  h: W1 @ x + b1
  yhat: W2 @ h + b2
  data: sum((yhat - y)**2) / 2
  penalty: lam/2 * (sum(W1**2) + sum(W2**2))
loss: data + penalty
"""
FUSED = """\
inputs: {y: [0, 1, 0]}
weights: {z: [2, 1, 0]}
loss: softmax_cross_entropy(z, y)
"""
EQUAL = """\
weights: {a: 3, b: 3}
network:
  n: max(a, b)
upstream: {n: 5}
"""
STEP = """\
inputs: {x: 2, y: 1}
weights: {a: 0.5, b: 3}
network:
  yhat: a*x + b
loss: (yhat - y)**2 / 2
update: {rule: sgd, lr: 0.1}
"""
OUTPUTS = """\
inputs:
  X: [[1, 2], [3, -1], [0, 1], [1, 1]]
  Y: [[1, 0], [0, 1], [1, 1], [2, 0]]
weights:
  W: [[1, 0], [0, 1]]
network:
  Z: X @ W
loss: sum((Z - Y)**2) / 4
"""
SUM = """\
inputs: {x: [1, 2], y: 3}
weights: {v: [1, 1], w: [2, -1]}
network:
  p: v @ x
  q: w @ x
  yhat: p + q
loss: (yhat - y)**2 / 2
"""
SLICE = """\
inputs: {x: [1, 2]}
weights: {v: [0.5, -1, 3]}
network:
  f: sigmoid(x)
  z: concat(1, f)
  yhat: v @ z
upstream: {yhat: 2}
find: [dyhat/df, dL/df]
"""


@pytest.mark.parametrize(
    ("text", "name", "at", "value"),
    [
        # the examples stand in the columns
        (COLUMNS, "batch-not-summed", "dL/dW", [[0, 2], [0, -1]]),
        (COLUMNS, "batch-not-summed", "dL/db", [[2], [-1]]),
        (COLUMNS, "batch-not-summed", "dL/db", [[1, 2], [3, -1]]),
        (COLUMNS, "sum-over-wrong-axis", "dL/db", [[4], [1]]),
        (COLUMNS, "extra-batch-mean", "dL/db", [[1.5], [1]]),
        # the contributions of all examples, one below the other
        (NETS["B"], "batch-not-summed", "dL/dw", [[-1.4, -2.8], [6.3, -2.1]]),
        # one unit behind a layer, for every example
        (ROWS, "fanout-path-dropped", "dL/dH", [[0.5, 1], [1, 2]]),
        (ROWS, "weight-not-transposed", "dL/dH", [[-3.5, 3.5], [1, 3]]),
        # the penalty of some entries, for all of them
        (PART, "reg-on-bias", "dL/dtheta", [-4.5 + 0.05, -9 - 0.2]),
        (PART, "reg-on-bias", "L", 4.5**2 / 2 + 0.05 * (0.25 + 4)),
        (NETS["tied"], "accumulate-overwritten", "df/dx", 4),
        (NETS["tied"], "accumulate-doubled", "df/dx", 10),
        (NETS["square"], "elementwise-for-matmul", "dL/dh", [[0.5, -6], [1, 2]]),
        (NETS["A"], "matmul-for-elementwise", "dL/dz", [[0, -0.564], [0, 1.128]]),
        (NETS["A"], "wrong-parameter", "yhat", -1.13),
        (NETS["A"], "wrong-upstream", "dL/db1", [-0.564, 1.128]),
        (NETS["A"], "different-loss", "L", 0.8836),
        (NETS["after"], "loss-before-after-step", "L", 0.531965),
        (NETS["classes"], "softmax-wrong-axis", "P", [[0.880797, 0.5], [0.119203, 0.5]]),
        (NETS["T"], "derivative-for-value", "t", [0.216152, 0.164996]),
        # each example times the diagonal (1, -1) of V, forward and backward
        (ROWS, "elementwise-for-matmul", "dL/dH", [[0.5, 2], [1, 0]]),
        (ROWS, "elementwise-for-matmul", "Z", [[1, -2], [3, -4]]),
        (COLUMNS_BACK, "elementwise-for-matmul", "dL/dH", [[0.5, -2], [-1, 0]]),
        # (-5.5, 3) and the path of the second unit, -2*(3, -1), once more
        (NETS["square"], "accumulate-doubled", "dL/dh", [-11.5, 5]),
        (NETS["skip"], "bias-gradient-scaled", "dz/db1", 0),
        # outer((-1.85, 2.7), (-1.4, 1.55)) turned, and 0.1*W2 as it is
        (
            PENALISED,
            "transposed-outer-product",
            "dL/dW2",
            [[2.59 + 0.03, -3.78 - 0.06], [-2.8675 + 0.1, 4.185 + 0.2]],
        ),
        # 1.7672 and a penalty of 0.0225, doubled; that of b2 is 0.000125, that of b1 0.0025
        (NETS["penalty"], "loss-half-missing", "L", 1.8122),
        (NETS["penalty"], "reg-on-bias", "L", 1.789825),
        (NETS["penalty"], "reg-on-bias", "L", 1.792325),
        # squares of W1: 1.875, of W2: 5.45, of b1: 0.05, of b2: 1.25; times 0.05
        (PENALISED, "loss-half-missing", "penalty", 0.7325),
        (PENALISED, "reg-on-bias", "penalty", 0.36625 + 0.0025),
        (PENALISED, "reg-on-bias", "penalty", 0.36625 + 0.0625),
        (PENALISED, "reg-on-bias", "penalty", 0.36625 + 0.065),
        (FUSED, "softmax-unnormalised", "dL/dz", [7.389056, 1.718282, 1]),
        (NETS["ties"], "relu-at-zero", "dL/dz", [0, 0, 3]),
        (NETS["ties"], "relu-at-zero", "dL/dz", [1.5, 0, 1.5]),
        (EQUAL, "relu-at-zero", "dL/da", 0),
        (EQUAL, "relu-at-zero", "dL/da", 2.5),
        # yhat = 4, so dL/da = 6 and dL/db = 3
        # the kernel gives (0, 1), and the bias of -1 is subtracted
        (NETS["slide"], "bias-dropped", "z", [1, 2]),
        (STEP, "wrong-parameter", "a_new", 0.5 - 0.3),
        (STEP, "wrong-parameter", "b_new", 3 - 0.6),
        (STEP, "wrong-parameter", "b_new", 0.5 - 0.3),
    ],
)
def test_a_form_gives_its_number(text, name, at, value):
    found = [v for a, v in forms(text, name) if a == at]
    assert any(np.shape(v) == np.shape(value) and np.allclose(v, value, atol=1e-6) for v in found)


@pytest.mark.parametrize(
    "name", ["fanout-path-dropped", "accumulate-overwritten", "accumulate-doubled"]
)
@pytest.mark.parametrize("net", ["A", "S", "T", "B"])
def test_a_residual_is_no_sum_of_paths(name, net):
    assert not any(at == "dL/dyhat" for at, _ in forms(NETS[net], name))


@pytest.mark.parametrize("net", ["slide", "image"])
def test_positions_of_a_kernel_are_no_examples(net):
    assert not [at for at, _ in forms(NETS[net], "batch-not-summed") if at == "dL/db"]


@pytest.mark.parametrize("name", ["reg-factor-two", "reg-scale-mismatch", "reg-on-bias"])
@pytest.mark.parametrize("net", ["A", "B", "tied", "skip"])
def test_without_a_penalty_there_is_no_mistake_in_it(name, net):
    assert forms(NETS[net], name) == []


def test_both_answers_to_equal_values_are_exchanged_together():
    found = [edit for edit in edits(EQUAL, "relu-at-zero") if edit.kind == "other"]
    assert [set(edit.changes) for edit in found] == [{"dL/da", "dL/db"}]
    values = solve(problem_from_text(EQUAL)).total.values
    assert evaluate(found[0].changes["dL/db"], values) == 5


def test_a_penalty_may_reach_the_biases_in_its_value_and_in_the_gradients():
    throughout = [e for e in edits(PENALISED, "reg-on-bias") if e.kind == "throughout"]
    sets = [set(e.changes) for e in throughout]
    assert {"penalty", "dL/db1", "dL/db2"} in sets
    assert {"penalty", "dL/db1"} in sets


def test_a_penalty_without_its_half_may_have_gradients_without_it():
    values = solve(problem_from_text(PENALISED)).total.values
    (both,) = [e for e in edits(PENALISED, "loss-half-missing") if len(e.changes) > 1]
    right = np.array(values["dL/dW2"])
    changed = evaluate(both.changes["dL/dW2"], values)
    assert np.allclose(changed - right, [[0.03, -0.06], [0.1, 0.2]])


def test_the_number_of_outputs_divides_at_the_loss_alone():
    found = {(e.at, e.facts["why"]) for e in edits(PENALISED, "extra-batch-mean")}
    assert found == {("dL/dyhat", "although no mean over the outputs is taken here")}


def test_without_a_batch_a_penalty_is_not_divided_by_its_size():
    kinds = {edit.kind for edit in edits(PENALISED, "reg-scale-mismatch")}
    assert kinds == {"with the wrong sign"}


def test_half_the_gradient_of_a_penalty_is_told_as_that():
    # h = (-1.4, 1.55) and yhat = (-0.85, 2.7), so dL/dyhat = (-1.85, 2.7)
    wrong = np.outer([-1.85, 2.7], [-1.4, 1.55]) + 0.05 * np.array([[0.3, -0.6], [1, 2]])
    answers = f"answers:\n  dL/dW2: {wrong.round(5).tolist()}\n"
    (root,) = check_text(problem_from_text(PENALISED), answers)[0].mistakes
    assert (root.name, root.at, root.possible) == ("reg-factor-two", "dL/dW2", False)
    assert root.explains == ("dL/dW2",)


def test_a_loss_divides_by_what_its_divisor_is():
    (edit,) = edits(OUTPUTS, "missing-batch-mean")
    assert (edit.facts["count"], edit.facts["what"]) == ("4", "examples")


def test_a_sum_of_two_units_is_no_skip_connection():
    assert list(edits(SUM, "skip-path-dropped")) == []
    assert [e.at for e in edits(NETS["skip"], "skip-path-dropped")].count("z") == 1


def test_where_a_gradient_is_handed_on_its_local_derivative_is_1():
    (edit,) = [e for e in edits(SLICE, "upstream-dropped") if e.at == "dL/df"]
    assert edit.facts == {"upstream": "dL/dz[2:3]", "local": ", 1 in every entry"}
    (other,) = [e for e in edits(SLICE, "upstream-dropped") if e.at == "dL/dz"]
    assert other.facts == {"upstream": "dL/dyhat", "local": ""}


def test_a_part_of_a_penalty_is_no_operand_of_its_own():
    used = [e.facts["used"] for e in edits(PENALISED, "wrong-parameter") if e.at == "penalty"]
    assert not any("[" in one for one in used)


def edits(text, name):
    """The forms of a mistake in a problem."""
    solution = solve(problem_from_text(text))
    return list(catalogue()[name].edits(World(solution.program, solution.total.values)))


def forms(text, name):
    """Where each form of a mistake is made, and the number that comes out there."""
    solution = solve(problem_from_text(text))
    values = {**solution.total.values}
    world = World(solution.program, values)
    return [
        (edit.at, evaluate(edit.changes[edit.at], values))
        for edit in catalogue()[name].edits(world)
        if edit.at in edit.changes
    ]
