"""The forms of mistakes that the examples do not show, with numbers worked out by hand."""

import numpy as np
import pytest

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


@pytest.mark.parametrize("name", ["reg-factor-two", "reg-scale-mismatch", "reg-on-bias"])
@pytest.mark.parametrize("net", ["A", "B", "tied", "skip"])
def test_without_a_penalty_there_is_no_mistake_in_it(name, net):
    assert forms(NETS[net], name) == []


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
