"""Sheets that are right in another legal convention."""

import pytest
from checking_support import THREE, names, report, statuses, told

from backpropcli.checking.check import check_text
from backpropcli.problem import problem_from_text

# of the three-layer net: dL/dz1 = (0, 7, 3.5), dL/dz2 = (-3.5, 3.5, -7), h1 = (0, 2, 3)
DW1 = "[[0, 0], [14, 7], [7, 3.5]]"
DW1_TURNED = "[[0, 14, 7], [0, 7, 3.5]]"
DW2 = "[[0, -7, -10.5], [0, 7, 10.5], [0, -14, -21]]"
DW2_TURNED = "[[0, 0, 0], [-7, 7, -14], [-10.5, 10.5, -21]]"


def right_with_note(found, words):
    assert set(statuses(found).values()) <= {"correct", "rounded"}
    assert not found.mistakes
    assert any(words in note for note in found.notes)
    assert found.first_wrong_step is None


def test_all_weight_gradients_may_be_transposed():
    lines = f"yhat: 5\ndL/dW1: {DW1_TURNED}\ndL/dW2: {DW2_TURNED}\ndL/dW3: [31.5, 21, -14]"
    right_with_note(report(THREE, lines), "transposed")


@pytest.mark.parametrize(
    ("first", "second", "at"),
    [(DW1_TURNED, DW2, "dL/dW1"), (DW1, DW2_TURNED, "dL/dW2")],
)
def test_one_transposed_among_others_is_a_mistake(first, second, at):
    found = report(THREE, f"dL/dW1: {first}\ndL/dW2: {second}")
    assert told(found) == [("transposed-outer-product", at)]
    assert not found.notes


def test_transposed_and_wrong_is_no_convention():
    found = report(THREE, f"dL/dW1: {DW1_TURNED}\ndL/dW2: {DW2_TURNED.replace('-14', '-15')}")
    assert not found.notes
    assert statuses(found) == {"dL/dW1": "wrong", "dL/dW2": "wrong"}


def test_the_error_term_may_be_target_minus_output():
    """w2 - 0.1*(0, -2.914) = (0.3, -0.3086): the new weights are right."""
    lines = "dL/dyhat: 1.88\ndL/dw2: [0, 2.914]\ndL/dz: [0, -1.128]\nw2_new: [0.3, -0.3086]"
    right_with_note(report("step", lines), "target minus prediction")


def test_a_wrong_sign_that_reaches_the_new_weights_is_a_mistake():
    """-0.6 - 0.2914 = -0.8914."""
    found = report("step", "dL/dyhat: 1.88\ndL/dw2: [0, 2.914]\nw2_new: [0.3, -0.8914]")
    assert told(found) == [("residual-reversed", "dL/dyhat")]
    assert not found.notes


def test_a_wrong_sign_without_new_weights_is_a_mistake():
    found = report("A", "dL/dyhat: 1.88\ndL/dw2: [0, 2.914]")
    assert names(found) == ["residual-reversed"]
    assert not found.notes


def test_the_mean_over_the_batch_may_come_in_with_the_weights():
    """Net B: the residuals are (-1.4, 2.1), dL/dyhat = 2*residual/2; without the 1/2 it is
    (-2.8, 4.2), and the weights have their right gradients."""
    found = report("B", "dL/dyhat: [-2.8, 4.2]\ndL/dw: [4.9, -4.9]\ndL/db: 0.7")
    right_with_note(found, "without the factor 1/2")


def test_a_mean_that_never_comes_in_is_a_mistake():
    found = report("B", "dL/dyhat: [-2.8, 4.2]\ndL/dw: [9.8, -9.8]\ndL/db: 1.4")
    assert told(found)[0] == ("missing-batch-mean", "dL/dyhat")
    assert statuses(found) == {"dL/dyhat": "wrong", "dL/dw": "carried", "dL/db": "carried"}
    assert not found.notes


def test_another_constant_of_the_loss_is_one_cause():
    """Everything is doubled: the loss 1.7672, its gradients, and all that follows."""
    lines = "yhat: -0.88\nL: 3.5344\ndL/dyhat: -3.76\ndL/dw2: [0, -5.828]\ndL/db2: -3.76"
    found = report("A", lines)
    assert told(found) == [("different-loss", "L")]
    assert set(found.mistakes[0].explains) >= {"L", "dL/dyhat"}


def test_a_right_sheet_needs_no_convention():
    assert not report(THREE, f"dL/dW1: {DW1}\ndL/dW2: {DW2}").notes


EPOCH = """
weights: {w: 1}
network: {p: w*x}
loss: (p - y)**2 / 2
examples: [{x: 1, y: 3}, {x: 2, y: 1}]
update: {rule: momentum, form: FORM, mu: 0.5, lr: 0.1, batch: 1}
find: [w_v, w_new]
"""
# g = (1 - 3)*1 = -2, w = 1.2; g = (2.4 - 1)*2 = 2.8; v = 0.5*(-2) + 2.8 = 1.8; w = 1.2 - 0.18
OUTSIDE = ("-2", "1.8")
INSIDE = ("-0.2", "0.18")


def judged_epoch(form, velocities, last="1.02"):
    first, second = velocities
    steps = f"steps:\n  - {{w_v: {first}, w_new: 1.2}}\n  - {{w_v: {second}, w_new: {last}}}\n"
    sheet = f"answers:\n  w_v: {second}\n  w_new: {last}\n{steps}"
    return check_text(problem_from_text(EPOCH.replace("FORM", form)), sheet)[0]


@pytest.mark.parametrize(
    ("form", "own", "other", "words"),
    [
        ("pytorch", OUTSIDE, INSIDE, "holds the learning rate already"),
        ("classical", INSIDE, OUTSIDE, "multiplied by the learning rate afterwards"),
    ],
)
def test_the_learning_rate_may_be_inside_or_outside_the_velocity(form, own, other, words):
    assert not judged_epoch(form, own).notes
    right_with_note(judged_epoch(form, other), words)


def test_a_velocity_of_the_other_form_with_wrong_weights_is_a_mistake():
    found = judged_epoch("pytorch", INSIDE, last="1.2")
    assert not found.notes
    assert "wrong" in statuses(found).values()
