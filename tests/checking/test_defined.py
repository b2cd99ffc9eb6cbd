"""What is written for a course's own error term goes on in all that follows from the gradient."""

from pathlib import Path

import pytest

from backpropcli.checking.check import check_text
from backpropcli.problem import load_problem, problem_from_text

PROBLEMS = Path(__file__).parents[2] / "problems"
SHEET = (PROBLEMS / "answers" / "han-kamber-3-2-1-published.yaml").read_text("utf-8")
BOOK = load_problem(PROBLEMS / "han-kamber-3-2-1.yaml")
NEURON = """\
inputs: {x: 3, t: 1}
weights: {w: 0.5}
network:
  z: w*x
loss: (t - z)**2 / 2
define: {delta: %s}
update: {rule: sgd, lr: 0.1}
"""


def statuses(problem, text):
    (report,) = check_text(problem, text)
    return {answer.quantity: answer.status for answer in report.answers}, report


def test_a_wrong_error_term_goes_on_into_the_new_weights():
    """With Err4 = -0.0187: w14 = 0.2 - 0.9*0.0187 = 0.183, w34 = -0.517, theta4 = -0.417."""
    text = SHEET.replace("Err4: -0.0087", "Err4: -0.0187")
    for right, own in (("0.192", "0.183"), ("-0.508", "-0.517"), ("-0.408", "-0.417")):
        name = {"0.192": "w14", "-0.508": "w34", "-0.408": "theta4"}[right]
        text = text.replace(f"{name}_new: {right}", f"{name}_new: {own}")
    found, report = statuses(BOOK, text)
    assert found["Err4"] == "wrong"
    assert [found[f"{q}_new"] for q in ("w14", "w34", "theta4")] == ["carried"] * 3
    assert found["w24_new"] == "correct"  # its input is 0
    assert report.score == report.max_score - 1


def test_a_new_weight_that_does_not_follow_is_still_wrong():
    text = SHEET.replace("Err4: -0.0087", "Err4: -0.0187").replace(
        "w14_new: 0.192", "w14_new: 0.174"
    )
    found, _ = statuses(BOOK, text)
    assert (found["Err4"], found["w14_new"]) == ("wrong", "wrong")


@pytest.mark.parametrize(
    ("term", "written", "slope"),
    [("-dL/dz", -0.7, 0.7), ("dL/dz", 0.7, 0.7), ("2*dL/dz", 1.4, 0.7), ("-dL/dz/2", -0.35, 0.7)],
)
def test_multiples_of_a_gradient(term, written, slope):
    """dL/dz is 0.5; with another number for the term dL/dw is 3 times what the term stands for."""
    problem = problem_from_text(NEURON % term)
    step = 0.5 - 0.1 * 3 * slope
    found, _ = statuses(problem, f"answers:\n  delta: {written}\n  dL/dw: {3 * slope:.1f}\n"
                        f"  w_new: {step:.2f}\n")  # fmt: skip
    assert found["delta"] == "wrong"
    assert (found["dL/dw"], found["w_new"]) == ("carried", "carried")


def test_the_gradient_itself_comes_first_where_both_are_written():
    """delta follows from the own dL/dz = 0.6, and dL/dw = 1.8 from both."""
    problem = problem_from_text(NEURON % "-dL/dz")
    found, _ = statuses(problem, "answers: {dL/dz: 0.6, delta: -0.6, dL/dw: 1.8}\n")
    assert [found[q] for q in ("dL/dz", "delta", "dL/dw")] == ["wrong", "carried", "carried"]


def test_right_terms_change_nothing():
    problem = problem_from_text(NEURON % "-dL/dz")
    found, report = statuses(problem, "answers: {z: 1.5, delta: -0.5, dL/dw: 1.5, w_new: 0.35}\n")
    assert {found[q] for q in ("z", "delta", "dL/dw", "w_new")} == {"correct"}
    assert report.mistakes == ()


def test_each_example_has_its_own_term():
    text = NEURON.replace("inputs: {x: 3, t: 1}\n", "") % "-dL/dz"
    problem = problem_from_text(text + "examples:\n  - {x: 3, t: 1}\n  - {x: 1, t: 0}\n")
    (report,) = check_text(
        problem, "examples:\n  - {delta: -0.6, dL/dw: 1.8}\n  - {delta: -0.5, dL/dw: 0.5}\n"
    )
    found = [(a.quantity, a.example, a.status) for a in report.answers if a.status != "missing"]
    assert ("dL/dw", 1, "carried") in found
    assert ("dL/dw", 2, "correct") in found
