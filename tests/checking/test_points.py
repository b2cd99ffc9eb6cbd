"""Which answers count, and how much."""

from fractions import Fraction

import pytest
from checking_support import answer, report, statuses, whole

F = Fraction

# z = 3 and -3, residuals 2 and -3, losses 2 and 4.5, dL/dw = 2 + 6, dL/db = 2 - 3
EXAMPLES = """\
weights: {w: 2, b: 1}
network:
  z: w*x + b
loss: (z - y)**2 / 2
examples:
  - {x: 1, y: 1}
  - {x: -2, y: 0}
"""
# w = 2, 1, 0.5: each step takes half of it away
STEPS = """\
inputs: {x: 1, y: 0}
weights: {w: 2}
network:
  yhat: w*x
loss: (yhat - y)**2 / 2
update: {rule: sgd, lr: 0.5, steps: 2}
find: [w_new, L]
"""
BOTH = "find: {yhat: 2, dL/dW1: 5}\n"
ENTRIES = 'find: {"dL/dW1[2,1]": 2, "dL/dW1[2,2]": 3}\n'


def points(found):
    return {a.quantity: (a.points, a.max_points) for a in found.answers if a.max_points}


def test_every_quantity_asked_is_worth_a_point():
    found = report("A", "yhat: -0.88\nL: 1.9", "find: [yhat, L, z]\n")
    assert points(found) == {"yhat": (1, 1), "L": (0, 1), "z": (0, 1)}
    assert (found.score, found.max_score) == (1, 3)


def test_missing_answers_are_listed_with_their_key():
    found = report("A", "yhat: -0.88", "find: [yhat, L]\n")
    missing = answer(found, "L")
    assert missing.status == "missing"
    assert missing.expected == pytest.approx(1.7672)
    assert missing.submitted is None


def test_points_are_those_of_the_mapping():
    found = report("A", "yhat: -0.88\ndL/dW1: [[0, 0], [1.128, 2.256]]", BOTH)
    assert points(found) == {"yhat": (2, 2), "dL/dW1": (5, 5)}


def test_what_is_not_asked_is_evidence_without_points():
    found = report("A", "dL/dyhat: -1.88", BOTH)
    one = answer(found, "dL/dyhat")
    assert (one.status, one.counted, one.points, one.max_points) == ("correct", False, 0, 0)


def test_right_entries_count_without_the_zeros_that_anybody_gets():
    """One of the two numbers that are not 0 is wrong; a wrong number at a 0 counts as well."""
    found = report("A", "dL/dW1: [[0, 0], [1.128, 2.656]]", BOTH)
    assert points(found)["dL/dW1"] == (F(5, 2), 5)
    assert answer(found, "dL/dW1").wrong_entries == ((1, 1),)
    found = report("A", "dL/dW1: [[0.5, 0], [1.128, 2.256]]", BOTH)
    assert points(found)["dL/dW1"] == (F(10, 3), 5)


def test_a_wrong_rule_leaves_no_share():
    """Half of the entries are right without any mask."""
    found = report("A", "dL/dW1: [[-0.564, -1.128], [1.128, 2.256]]", BOTH)
    assert points(found)["dL/dW1"] == (0, 5)


def test_a_whole_answer_counts_for_the_entries_asked():
    found = report("A", "dL/dW1: [[0, 0], [1.128, 2.656]]", ENTRIES)
    assert points(found) == {"dL/dW1": (2, 5)}


def test_entries_that_are_right_count_beside_a_wrong_rule():
    found = report("A", "dL/dW1: [[-0.564, -1.128], [1.128, 2.256]]", ENTRIES)
    assert answer(found, "dL/dW1").status == "wrong"
    assert points(found) == {"dL/dW1": (5, 5)}


def test_single_entries_count_for_their_share_of_the_whole():
    found = report("A", '"dL/dW1[2,1]": 1.128\n"dL/dW1[2,2]": 2.656', BOTH)
    assert points(found)["dL/dW1[2,1]"] == (F(5, 4), F(5, 4))
    assert points(found)["dL/dW1[2,2]"] == (0, F(5, 4))
    assert points(found)["dL/dW1"] == (0, F(5, 2))  # the two that are missing
    assert found.max_score == 7


def test_the_answer_to_the_very_entry_goes_first():
    lines = 'dL/dW1: [[0, 0], [1.128, 2.656]]\n"dL/dW1[2,2]": 2.256'
    found = report("A", lines, ENTRIES)
    assert points(found) == {"dL/dW1": (2, 2), "dL/dW1[2,2]": (3, 3)}


def test_a_row_counts_for_its_entries():
    found = report("A", '"dL/dW1[2,:]": [1.128, 2.256]', ENTRIES)
    assert points(found) == {"dL/dW1[2,:]": (5, 5)}


def test_shapes_and_counts_count():
    lines = "parameters: 9\nshape(W1): [2, 3]\nmacs: 6"
    found = report("A", lines, "find: [parameters, shape(W1), macs]\n")
    assert points(found) == {"parameters": (1, 1), "shape(W1)": (0, 1), "macs": (1, 1)}
    assert found.first_wrong_step == "shape(W1)"


def test_unreadable_answers_have_no_points_and_the_others_do():
    found = report("A", "yhat: -0.88\nL: 1,5,2\nz: [1, x9]", "find: [yhat, L, z]\n")
    assert statuses(found) == {"yhat": "correct", "L": "unreadable", "z": "unreadable"}
    assert found.score == 1


def test_totals_and_examples_have_points_of_their_own():
    tail = "examples:\n  - {z: 3, L: 2}\n  - {z: -3, dL/dw: 6}\n"
    found = report(EXAMPLES, "L: 6.5\ndL/dw: 8", tail=tail)
    assert answer(found, "z", 1).points == F(1, 2)
    assert answer(found, "z", 2).points == F(1, 2)
    assert answer(found, "L").points == 1
    assert answer(found, "L", 1).max_points == 0
    assert answer(found, "dL/dw", 2).status == "correct"
    assert answer(found, "dL/db").status == "missing"
    assert (found.score, found.max_score) == (3, 4)


def test_an_example_may_be_skipped():
    found = report(EXAMPLES, "L: 6.5", tail="examples:\n  - {}\n  - {z: -3}\n")
    assert answer(found, "z", 1).status == "missing"
    assert answer(found, "z", 2).status == "correct"
    assert found.score == F(3, 2)


def test_examples_alone_count_where_the_value_is_asked():
    """Losses of single examples stand for the loss where no total is given."""
    tail = "examples:\n  - {L: 2}\n  - {L: 4.5}\n"
    found = report(EXAMPLES, "{}", "find: [L]\n", tail)
    assert [answer(found, "L", n).points for n in (1, 2)] == [F(1, 2), F(1, 2)]


def test_steps_are_evidence_for_what_is_asked_after_all_of_them():
    steps = "steps:\n  - {yhat: 2, dL/dw: 2, w_new: 1}\n  - {yhat: 1, dL/dw: 1, w_new: 0.5}\n"
    found = report(STEPS, "w_new: 0.5\nL: 2", tail=steps)
    assert {a.status for a in found.answers} == {"correct"}
    assert answer(found, "w_new").points == 1
    assert answer(found, "w_new", step=1).max_points == 0
    assert found.score == 2


def test_wrong_steps_are_carried_into_the_result():
    """Up instead of down: w = 3; then down by 0.5*3 to 1.5."""
    steps = "steps:\n  - {dL/dw: 2.0, w_new: 3.0}\n  - {yhat: 3.0, dL/dw: 3.0, w_new: 1.5}\n"
    found = report(STEPS, "w_new: 1.5\nL: 2.0", tail=steps)
    assert answer(found, "w_new", step=1).status == "wrong"
    assert answer(found, "yhat", step=2).status == "carried"
    assert answer(found, "w_new", step=2).status == "carried"
    assert answer(found, "w_new").status == "carried"


def test_each_document_is_a_submission():
    first, second = whole(
        "A", "student: a\nanswers: {yhat: -0.88}\n---\nstudent: b\nanswers: {yhat: 0.88}\n"
    )
    assert (first.student, statuses(first)) == ("a", {"yhat": "correct"})
    assert (second.student, statuses(second)) == ("b", {"yhat": "wrong"})
