"""Whole sheets of formulas in problems without numbers."""

import re
from fractions import Fraction

import pytest
from checking_support import answer, report, status, statuses, told

from backpropcli.checking.in_names import in_names
from backpropcli.report.reveal import reduced

NET = """\
inputs: {X: {shape: [N, D]}, Y: {shape: [N, C]}}
weights: {W1: {shape: [D, H]}, b1: {shape: [H]}, W2: {shape: [H, C]}, b2: {shape: [C]}}
network: {S1: X @ W1 + b1, X2: relu(S1), S2: X2 @ W2 + b2, P: softmax(S2)}
loss: cross_entropy(P, Y)
find: [dL/dS2, dL/dW2, dL/db2, dL/dX2, dL/dS1, dL/dW1, dL/db1]
"""
RIGHT = """\
dL/dS2: (P - Y)/N
dL/dW2: X2.T @ (P - Y)/N
dL/db2: sum(dL/dS2, axis=0)
dL/dX2: dL/dS2 @ W2.T
dL/dS1: dL/dX2 * relu'(S1)
dL/dW1: X.T @ dL/dS1
dL/db1: sum(dL/dS1, axis=0)
"""


def notes(found, quantity):
    return " ".join(answer(found, quantity).notes)


def test_a_right_sheet():
    found = report(NET, RIGHT)
    assert set(statuses(found).values()) == {"correct"}
    assert not found.mistakes
    assert found.first_wrong_step is None
    assert found.score == found.max_score == 7


def test_a_mistake_by_its_name_and_in_names():
    found = report(NET, "dL/dS2: P - Y\n")
    (root,) = found.mistakes
    assert (root.name, root.at) == ("missing-batch-mean", "dL/dP")
    assert root.did == "dL/dP = -Y / P"
    assert root.right == "dL/dP = -Y / P / N"
    assert "N times as large" in root.message


def test_no_number_of_an_instance_is_told():
    sheet = "dL/dS2: P - Y\ndL/dS1: dL/dX2\ndL/dW1: X.T @ dL/dS1 / N\nX2: S1\n"
    for root in report(NET, sheet).mistakes:
        for one in (root, *root.alternatives):
            said = " ".join((one.message, one.question, one.remedy, one.did, one.right))
            assert set(re.findall(r"[\d.]*\d", said)) <= {"0", "1", "2"}  # of W1, S2 and the like


def test_what_goes_on_from_an_own_wrong_formula_is_carried():
    sheet = """\
    dL/dS2: P - Y
    dL/dW2: X2.T @ (P - Y)
    dL/dX2: (P - Y) @ W2.T
    dL/dS1: (P - Y) @ W2.T
    dL/db1: sum((P - Y) @ W2.T * relu'(S1), axis=0)
    """
    found = report(NET, sheet)
    assert statuses(found) == {
        "dL/dS2": "wrong",
        "dL/dW2": "carried",
        "dL/dX2": "carried",
        "dL/dS1": "wrong",  # the mask is missing too
        "dL/db1": "carried",  # from dL/dS2, past dL/dS1
    }
    assert ("missing-relu-mask", "dL/dS1") in told(found)
    assert answer(found, "dL/dW2").points == 1
    assert "follows rightly" in notes(found, "dL/dW2")


def test_carried_answers_have_their_share_of_the_points():
    text = NET + "grading: {follow_through: 0.5}\n"
    found = report(text, "dL/dS2: P - Y\ndL/dW2: X2.T @ (P - Y)\n")
    assert answer(found, "dL/dW2").points == Fraction(1, 2)


def test_a_name_means_the_right_quantity():
    found = report(NET, "dL/dS2: P\ndL/db2: sum(dL/dS2, axis=0)\ndL/dX2: dL/dS2 @ W2.T\n")
    assert statuses(found) == {"dL/dS2": "wrong", "dL/db2": "correct", "dL/dX2": "correct"}


def test_the_mistake_lies_behind_what_is_named():
    found = report(NET, "dL/dW1: X.T @ dL/dS1 / N\n")
    assert told(found) == [("extra-batch-mean", "dL/dW1")]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("dL/dS1: dL/dX2", "missing-relu-mask"),
        ("dL/db2: dL/dS2", "batch-not-summed"),
        ("dL/dW2: dL/dS2.T @ X2", "transposed-outer-product"),
        ("dL/dX2: dL/dS2 @ W2", "weight-not-transposed"),
        ("dL/dW2: X2.T * dL/dS2", "elementwise-for-matmul"),
        ("dL/dS1: dL/dX2 @ relu'(S1)", "matmul-for-elementwise"),
        ("S2: X2 @ W2", "bias-dropped"),
        ("X2: S1", "activation-skipped"),
        ("dL/dS2: P/N", "softmax-target-not-subtracted"),
    ],
)
def test_names_of_the_catalogue(line, name):
    assert status(NET, line) == "wrong"
    assert [root.name for root in report(NET, line).mistakes] == [name]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("dL/dS2: Y - P", "this is -N times dL/dS2"),
        ("dL/dW2: dL/dS2 @ X2.T", "with `X2.T @ dL/dS2` in place of `dL/dS2 @ X2.T`"),
        ("dL/dW2: X2 @ dL/dS2", "the inner sizes H and N of `@` differ"),
        ("S2: X2 @ W2 + 2*b2", "with `b2` in place of `2 * b2`"),
    ],
)
def test_sentences_where_there_is_no_name(line, said):
    found = report(NET, line)
    (one,) = [a for a in found.answers if a.status != "missing"]
    assert one.status == "wrong"
    assert said in " ".join(one.notes) or found.mistakes


def test_the_first_wrong_step_goes_by_the_equations():
    found = report(NET, "dL/dW1: X.T @ dL/dS1 * 2\nX2: S1\ndL/dS2: P\n")
    assert found.first_wrong_step == "X2"


def test_numbers_are_constant_formulas():
    text = "inputs: {x: {shape: []}}\nnetwork: {z: 3*x**2}\nfind: [dz/dx]\n"
    assert status(text, "dz/dx: 6") == "wrong"
    assert status(text, "dz/dx: 6x") == "correct"
    assert status(text, "z: 3x*x") == "correct"


def test_sizes_are_numbers_in_formulas():
    assert status(NET, "parameters: D*H + H + H*C + C") == "correct"
    assert status(NET, "L: -1/N * sum(Y * log(P))") == "correct"
    assert status(NET, "L: -1/4 * sum(Y * log(P))") == "wrong"


def test_the_equals_signs_between_formulas():
    found = report(NET, "dL/dS2: P - Y = (P - Y)/N\n")
    (link,) = answer(found, "dL/dS2").links
    assert not link.ok
    assert link.message == "P - Y and (P - Y)/N are not equal"
    found = report(NET, "dL/dX2: dL/dS2 @ W2.T = (P - Y)/N @ W2.T\n")
    assert [link.ok for link in answer(found, "dL/dX2").links] == [True]


def test_a_diagonal_stands_for_its_matrix():
    text = "inputs: {s: {shape: [n]}}\nnetwork: {z: sigmoid(s)}\nfind: [dz/ds]\n"
    found = report(text, "dz/ds: z*(1 - z)\n")
    assert answer(found, "dz/ds").status == "correct"
    assert "diagonal" in notes(found, "dz/ds")


def test_hints_do_not_tell_the_formula():
    found = reduced(report(NET, "dL/dS2: P - Y\ndL/dW2: dL/dS2 @ X2.T\n"), "hint")
    assert not answer(found, "dL/dS2").notes
    assert not answer(found, "dL/dW2").notes
    assert {root.did for root in found.mistakes} == {""}


def test_the_same_report_every_time():
    assert report(NET, "dL/dS2: P\n").mistakes == report(NET, "dL/dS2: P\n").mistakes


def test_texts_of_two_instances_as_one():
    sizes = {"N": 3, "D": 5}, {"N": 4, "D": 6}
    assert in_names("X / 3 times 2", "X / 4 times 2", sizes) == "X / N times 2"
    assert in_names("shape=(3, 5)", "shape=(4, 6)", sizes) == "shape=(N, D)"
    assert in_names("over 15 entries", "over 24 entries", sizes) == "over N*D entries"
    assert in_names("it is 0.25", "it is 0.5", sizes) is None
    assert in_names("of P", "of Y", sizes) is None


def test_great_sizes_have_small_numbers_where_all_fits():
    text = """\
inputs: {X: {shape: [N, 784]}, Y: {shape: [N, 10]}}
weights: {W1: {shape: [784, 512]}, b1: {shape: [512]}, W2: {shape: [512, 10]}, b2: {shape: [10]}}
network: {Z1: X @ W1 + b1, H1: relu(Z1), Z2: H1 @ W2 + b2, P: softmax(Z2)}
loss: cross_entropy(P, Y)
find: [dL/dZ2, dL/dZ1]
"""
    assert status(text, "dL/dZ2: (P - Y)/N") == "correct"
    found = report(text, "dL/dZ2: P - Y\ndL/dZ1: (P - Y)/N @ W2.T\n")
    assert told(found) == [("missing-batch-mean", "dL/dP"), ("missing-relu-mask", "dL/dZ1")]


def test_wide_layers_are_compared_without_overflow():
    text = "inputs: {x: {shape: [5000]}, y: {shape: []}}\nweights: {w: {shape: [5000]}}\n"
    text += "network: {p: sigmoid(w @ x)}\nloss: bce(p, y)\nfind: [dL/dw]\n"
    assert status(text, "dL/dw: (p - y)*x") == "correct"


PENALTY = """\
inputs: {X: {shape: [N, D]}, y: {shape: [N]}, lambda: {shape: []}}
weights: {w: {shape: [D]}, b: {shape: []}}
network: {yhat: X @ w + b}
loss: mean((yhat - y)**2) + lambda*sum(w**2)
"""


def test_a_missing_penalty_after_a_lost_sign_is_no_lost_sign():
    # dL/dw goes on from the right dL/dyhat; it is not the negative of anything
    lines = "dL/dyhat: (2/N)(y - yhat)\ndL/dw: 2/N * X.T @ (yhat - y)\n"
    assert told(report(PENALTY, lines)) == [("reg-gradient-missing", "dL/dw")]
